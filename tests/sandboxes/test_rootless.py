"""The same provider as an ordinary user without control groups: rlimits and the keeper's eye have to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gofer

NOBODY = "65534"
SCRIPT = """
import asyncio, sys
from pathlib import Path
from pydantic_ai.workspaces import WorkspaceUnavailableError
from gofer.core.sandbox import Limits, SandboxSpec
from gofer.sandboxes.local import LocalSandboxes

BOMB = "a = []\\nwhile True: a.append(b'x' * 10_000_000)"
FILL = "for i in 1 2 3 4; do head -c 9000000 /dev/zero > %s/$i || exit; done; sleep 20; echo survived"
DEEP = "import os\\nfor _ in range(40): os.mkdir('d' * 250); os.chdir('d' * 250)\\nos.chmod('..', 0)"

async def main():
    provider = LocalSandboxes(Path(sys.argv[1]) / "sandboxes")
    print(provider.enforcement().detail)
    box = await provider.create(SandboxSpec(limits=Limits(memory_mb=256, disk_mb=16)))
    print((await box.run(["id", "-u"])).stdout.strip())
    bomb = await box.run(["python3", "-c", BOMB])
    print("MemoryError" in bomb.stderr)
    for folder in "/workspace", "/run/sbx":
        print((await box.run(["python3", "-c", DEEP])).exit_code)
        try:
            print((await box.run(FILL % folder, shell=True, timeout=30)).stdout)
        except WorkspaceUnavailableError:
            print("ended for its size")
        await provider.destroy(box.ref)
        box = await provider.create(SandboxSpec(limits=Limits(disk_mb=16)))
    await provider.destroy(box.ref)
    print(await provider.living(), list((Path(sys.argv[1]) / "sandboxes").iterdir()))

asyncio.run(main())
"""


def as_nobody(python: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as an ordinary user, with gofer and its libraries in reach."""
    libraries = [str(Path(gofer.__file__).parents[1]), *(path for path in sys.path if path.endswith("site-packages"))]
    environment = {"PATH": os.defpath, "PYTHONPATH": ":".join(libraries), "PYTHONDONTWRITEBYTECODE": "1"}
    drop = ["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"] if os.geteuid() == 0 else []
    return subprocess.run(
        [*drop, python, *arguments], env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def python() -> str:
    """A Python that an ordinary user may start and that has our libraries."""
    for candidate in (sys.executable, "/usr/bin/python3"):
        if shutil.which(candidate) and works_for_nobody(candidate):
            return candidate
    pytest.skip("no Python here that an ordinary user can run with gofer's libraries")


def works_for_nobody(python: str) -> bool:
    """Whether this Python works for an ordinary user, and can start itself again."""
    probe = "import gofer.sandboxes.local, subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
    try:
        return as_nobody(python, "-c", probe).returncode == 0
    except OSError:
        return False


def test_an_ordinary_user_gets_sandboxes_with_softer_limits(python: str) -> None:
    folder = Path("/tmp") / f"gofer-rootless-{os.getpid()}"
    folder.mkdir()
    try:
        if os.geteuid() == 0:
            os.chown(folder, int(NOBODY), int(NOBODY))
        ran = as_nobody(python, "-c", SCRIPT, str(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    told = ["sandboxes run as gofer's own user", "1000", "True", *["0", "ended for its size"] * 2, "[] []"]
    assert ran.stdout.splitlines() == told, ran.stderr
