"""A sandbox over a root file system of its own instead of the host's."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gofer.core.errors import Refused, Unavailable
from gofer.core.sandbox import Profile, SandboxSpec
from gofer.sandboxes.local import LocalSandboxes

PROGRAMS = ("python3", "socat", "sh", "cat", "id", "ls")


def libraries(program: Path) -> set[Path]:
    """What a program is linked with."""
    said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
    return {Path(word) for word in said.split() if word.startswith("/")}


def put(image: Path, file: Path) -> None:
    """Copy a file to the same place below the image, where `/lib` and `/bin` are links into `/usr`."""
    place = image / "usr" / str(file).removeprefix("/").removeprefix("usr/")
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(file.resolve(), place)


def standard_library() -> Path:
    """The system Python's, without what was installed for it."""
    ask = [
        shutil.which("python3", path="/usr/bin") or "",
        "-I",
        "-S",
        "-c",
        "import os; print(os.path.dirname(os.__file__))",
    ]
    return Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root file system with a few programs and what they are linked with."""
    image = tmp_path_factory.mktemp("image")
    programs = [Path("/usr/bin") / name for name in PROGRAMS]
    library = standard_library()
    for file in {*programs, *(each for program in programs for each in libraries(program))}:
        put(image, file)
    unwanted = shutil.ignore_patterns("test", "__pycache__", "config-*", "idlelib", "tkinter", "ensurepip")
    shutil.copytree(library, image / str(library)[1:], ignore=unwanted, dirs_exist_ok=True)
    for name in ("bin", "lib", "lib64"):
        (image / "usr" / name).mkdir(exist_ok=True)
        (image / name).symlink_to(f"usr/{name}")
    (image / "usr/made-for-this").write_text("image")
    image.chmod(0o755)
    return image


async def test_commands_and_files_work_in_an_image(local: LocalSandboxes, image: Path) -> None:
    box = await local.create(SandboxSpec(image=str(image)))
    assert (await box.run(["cat", "/usr/made-for-this"])).stdout == "image"
    assert (await box.run("id -u; ls /usr/bin", shell=True)).stdout.split() == ["1000", *sorted(PROGRAMS)]
    assert (await box.run(["git", "--version"])).exit_code == 127
    await box.write_bytes("/workspace/a/b", b"kept")
    assert (await box.run(["cat", "a/b"])).stdout == "kept"
    assert await box.read_bytes("/usr/made-for-this") == b"image"
    with pytest.raises(PermissionError):
        await box.write_bytes("/usr/made-for-this", b"")


@pytest.mark.parametrize("path", ["/nonexistent/image", "usr", "/etc/hosts"])
async def test_what_is_no_root_file_system_is_refused(local: LocalSandboxes, path: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no folder with a root file system"):
        await local.create(SandboxSpec(image=path))
    assert await local.living() == []


async def test_an_image_that_lacks_a_program_is_refused_by_its_name(local: LocalSandboxes, image: Path) -> None:
    with pytest.raises(Refused, match="openbox, chromium, Xvnc or Xvfb with x11vnc"):
        await local.create(SandboxSpec(image=str(image), profile=Profile.DESKTOP))
    poor = image.parent / "poor"
    (poor / "usr/bin").mkdir(parents=True, exist_ok=True)
    (poor / "usr/bin/sh").touch()
    with pytest.raises(Refused, match="needs: python3, socat"):
        await local.create(SandboxSpec(image=str(poor)))


async def test_an_image_whose_python_does_not_start_leaves_nothing(
    local: LocalSandboxes, tmp_path: Path, image: Path
) -> None:
    broken = image.parent / "broken"
    (broken / "usr/bin").mkdir(parents=True, exist_ok=True)
    for name in ("sh", "socat", "python3"):
        (broken / "usr/bin" / name).write_text("no program")
    broken.chmod(0o755)
    with pytest.raises(Unavailable, match="did not start: bwrap: execvp /usr/bin/python3"):
        await local.create(SandboxSpec(image=str(broken)))
    assert list((tmp_path / "sandboxes").iterdir()) == []
