"""A root file system for a sandbox: where programs are looked for, in the host's own `/` or in another folder."""

import os
from pathlib import Path

from gofer.core.errors import Refused
from gofer.core.sandbox import Profile, SandboxSpec

FOLDERS = ("usr/bin", "usr/sbin")
NEEDED = ("sh", "python3", "socat")
"""A shell for commands, Python for the agent, socat for the way to the proxy."""
NEEDED_BY_DESKTOP = ("openbox", "chromium")
SERVERS = (("Xvnc",), ("Xvfb", "x11vnc"))
"""Either of these shows the desktop."""


def has(image: Path, program: str) -> bool:
    """Whether a program is there; a link may lead anywhere, for it is followed inside."""
    return any(os.path.lexists(image / folder / program) for folder in FOLDERS)


def has_server(image: Path) -> bool:
    """Whether there is an X server that speaks VNC."""
    return any(all(has(image, program) for program in server) for server in SERVERS)


def lacking(image: Path, profile: Profile) -> list[str]:
    """The programs that this profile needs and the image does not have."""
    wanted = NEEDED + (NEEDED_BY_DESKTOP if profile is Profile.DESKTOP else ())
    missing = [program for program in wanted if not has(image, program)]
    if profile is Profile.DESKTOP and not has_server(image):
        missing.append(" or ".join(" with ".join(server) for server in SERVERS))
    return missing


def require(spec: SandboxSpec) -> None:
    """Raise `Refused` unless the image that is asked for can be a sandbox's root."""
    image = Path(spec.image or "/")
    if not image.is_absolute() or not (image / "usr").is_dir():
        raise Refused(f"The image {image} is no folder with a root file system (absolute, with `usr` in it).")
    missing = lacking(image, spec.profile)
    if missing:
        raise Refused(f"The image {image} lacks what a {spec.profile} sandbox needs: {', '.join(missing)}.")
