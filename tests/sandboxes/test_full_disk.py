"""A full disk, inside a sandbox or below it, is said clearly and leaves nothing behind."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Limits, SandboxSpec
from gofer.sandboxes.local import LocalSandboxes


@pytest.fixture
def small(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder on a file system of its own, as small as the test says."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", request.param, "none", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("small", ["nr_inodes=2", "nr_inodes=6", "size=4k", "size=48k"], indirect=True)
async def test_a_host_without_room_for_a_sandbox_says_so(small: Path) -> None:
    provider = LocalSandboxes(small / "sandboxes")
    with pytest.raises(Unavailable, match="did not start: the host's disk is full") as full:
        await provider.create(SandboxSpec())
    assert full.value.code == "ERR_DISK_FULL"
    assert list((small / "sandboxes").iterdir()) == []
    assert await provider.living() == []


async def test_a_write_beyond_the_limit_fails_as_on_any_full_disk(local: LocalSandboxes) -> None:
    box = await local.create(SandboxSpec(limits=Limits(disk_mb=16)))
    await box.write_bytes("/workspace/a", bytes(9 << 20))
    with pytest.raises(OSError, match="No space left on device") as full:
        await box.write_bytes("/workspace/b", bytes(9 << 20))
    assert full.value.errno == errno.ENOSPC
    filled = await box.run("head -c 9000000 /dev/zero > c", shell=True)
    assert "No space left on device" in filled.stderr
    await box.remove("/workspace/a")
    await box.write_bytes("/workspace/d", b"room again")
    assert await box.read_bytes("/workspace/d") == b"room again"


async def test_nothing_but_its_own_folders_can_be_written(local: LocalSandboxes) -> None:
    """The root itself lies in memory, where no limit on the disk would count it."""
    box = await local.create(SandboxSpec())
    for place in ("/x", "/etc/x", "/etc/passwd", "/run/x", "/run/gofer/gofer/sandboxes/guest/agent.py", "/home/x"):
        assert (await box.run(f"echo > {place}", shell=True)).exit_code != 0, place
    for place in ("/workspace/x", "/home/user/x", "/tmp/x"):
        assert (await box.run(f"echo > {place}", shell=True)).exit_code == 0, place
