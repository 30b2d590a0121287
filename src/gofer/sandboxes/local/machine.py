"""What this machine can enforce and what it lacks: the facts behind `gofer doctor`."""

import os
import shutil
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gofer.core.sandbox import Enforcement, Profile
from gofer.sandboxes.local import cgroups
from gofer.sandboxes.local.probe import Probe

PACKAGES = {"bwrap": "bubblewrap", "socat": "socat", "python3": "python3"}
DESKTOP_PACKAGES = {"openbox": "openbox", "chromium": "chromium"}
GUEST_PATH = "/usr/bin:/usr/sbin"


@dataclass
class Machine:
    """This host, looked at once."""

    uid: int
    probe: Probe = field(default_factory=Probe)

    @property
    def is_root(self) -> bool:
        """Whether each sandbox can get a user of its own."""
        return self.uid == 0

    @cached_property
    def bwrap(self) -> str:
        """Where bubblewrap is; empty when it is missing."""
        return shutil.which("bwrap") or ""

    @cached_property
    def groups(self) -> cgroups.Groups | None:
        """The control groups we may use."""
        return cgroups.detect()

    @cached_property
    def has_disk_images(self) -> bool:
        """Whether a sandbox's files can have a file system of their own."""
        able = shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin") and Path("/dev/loop-control").exists()
        return self.is_root and bool(able)

    def problems(self, profile: Profile) -> list[str]:
        """Sentences about what keeps this profile from working here."""
        wanted = PACKAGES | (DESKTOP_PACKAGES if profile is Profile.DESKTOP else {})
        missing = {program: package for program, package in wanted.items() if not found(program)}
        said = [f"`{program}` is missing: apt-get install {package}" for program, package in missing.items()]
        if profile is Profile.DESKTOP and not (found("Xvnc") or (found("Xvfb") and found("x11vnc"))):
            said.append("no X server with VNC: apt-get install tigervnc-standalone-server (or xvfb x11vnc)")
        return said if "bwrap" in missing else said + self.namespace_problems

    @property
    def bwrap_problems(self) -> list[str]:
        """What keeps a sandbox with an image of its own from working here."""
        return self.namespace_problems if self.bwrap else ["`bwrap` is missing: apt-get install bubblewrap"]

    @property
    def namespace_problems(self) -> list[str]:
        """What the kernel has against bubblewrap."""
        reason = self.probe.reason
        return [f"bubblewrap cannot start here ({reason}). {namespace_advice()}"] if reason else []

    def enforcement(self) -> Enforcement:
        """Which limits are real here, in words."""
        version = self.groups.version if self.groups else 0
        has = self.groups.parents if self.groups else {}
        by_group = f"cgroup v{version}"
        return Enforcement(
            memory=by_group if "memory" in has else "address space of each process (code profile only)",
            pids=by_group if "pids" in has else "processes of the sandbox's user (RLIMIT_NPROC)",
            cpu=by_group if "cpu" in has else "not limited",
            disk=self._disk(),
            wall="ended by its keeper",
            network="no interface; only the egress proxy",
            detail="each sandbox has a user of its own" if self.is_root else "sandboxes run as gofer's own user",
        )

    def _disk(self) -> str:
        if self.has_disk_images:
            return "an ext4 image of that size"
        return (
            "each file, and temporary folders; the whole is looked at by the keeper, which ends a sandbox over its size"
        )


def found(program: str) -> bool:
    """Whether the guest, which sees /usr and nothing else, has this program."""
    return shutil.which(program, path=GUEST_PATH) is not None


def namespace_advice() -> str:
    """What to change when user namespaces are forbidden."""
    for setting, wanted in (
        ("kernel.unprivileged_userns_clone", "1"),
        ("kernel.apparmor_restrict_unprivileged_userns", "0"),
        ("user.max_user_namespaces", "15000"),
    ):
        path = Path("/proc/sys") / setting.replace(".", "/")
        if path.exists() and refuses(setting, path.read_text().strip()):
            return f"Run: sysctl -w {setting}={wanted}"
    return "User namespaces must be allowed; inside Docker, its seccomp profile must allow them."


def refuses(setting: str, value: str) -> bool:
    """Whether this value of the setting forbids user namespaces."""
    return value == "1" if "restrict" in setting else value == "0"


def this_machine() -> Machine:
    """The machine as this process sees it."""
    return Machine(os.geteuid())
