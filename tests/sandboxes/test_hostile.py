"""A guest that attacks whoever cleans up after it, and the host's disk."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Limits, SandboxSpec
from gofer.sandboxes.keeper import traces, trees
from gofer.sandboxes.local import LocalSandbox, LocalSandboxes

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount what bounds a guest's writing")
SMALL = SandboxSpec(limits=Limits(disk_mb=16, memory_mb=256))
TRAPS = """
import os, sys
for top in sys.argv[1:]:
    for depth, name in ((40, "d" * 250), (1500, "d")):
        try:
            os.chdir(top)
            for _ in range(depth):
                os.mkdir(name)
                os.chdir(name)
            os.chmod(".", 0)
        except OSError:
            pass
    os.chdir("/")
    try:
        os.symlink("/root", top + "/root")
        os.mkdir(top + "/closed", 0)
        os.chmod(top, 0)
    except OSError:
        pass
"""
WRITABLE = ("/run/sbx", "/workspace", "/home/user", "/tmp", "/dev/shm")
FILL = """
import os, sys
total = 0
for folder in sys.argv[1:]:
    for number in range(4):
        try:
            with open(f"{folder}/{number}", "wb") as file:
                while True:
                    total += file.write(bytes(1 << 20))
        except OSError:
            pass
print(total >> 20)
"""
EVERYWHERE = "for top in / /dev /run /workspace /home /tmp; do find $top -xdev -type d -writable; done 2>/dev/null"


async def watched(local: LocalSandboxes) -> LocalSandbox:
    """A sandbox without a file system of its own."""
    local._machine.has_disk_images = False
    return await local.create(SMALL)


def used(root: Path) -> int:
    """Bytes of the host's disk that the sandboxes take."""
    return sum(path.lstat().st_blocks * 512 for path in root.rglob("*"))


@pytest.mark.parametrize("make", ["image", "watched"])
async def test_traps_for_the_sweeper_are_removed_with_the_sandbox(
    local: LocalSandboxes, tmp_path: Path, make: str
) -> None:
    box = await (watched(local) if make == "watched" else local.create(SMALL))
    with suppress(WorkspaceUnavailableError):  # its keeper may find at once that there is too much
        assert (await box.run(["python3", "-c", TRAPS, *WRITABLE], timeout=60)).exit_code == 0
    assert box.ref
    await box.close()
    await local.destroy(box.ref)
    assert await local.living() == []
    assert list((tmp_path / "sandboxes").iterdir()) == []


async def test_remains_that_cannot_be_removed_hide_no_other_sandbox(
    local: LocalSandboxes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = await local.create(SMALL)
    stuck = tmp_path / "sandboxes" / "0"
    stuck.mkdir()
    os.close(traces.hold_lock(f"{stuck}.lock"))
    remove = trees.remove

    def failing(path: str) -> None:
        if path == str(stuck):
            raise OSError("made to stay")
        remove(path)

    monkeypatch.setattr(trees, "remove", failing)
    assert await local.living() == [box.ref]
    with pytest.raises(Unavailable, match="cannot be removed yet: made to stay"):
        await local._keepers.end("0")
    monkeypatch.undo()
    assert await local.living() == [box.ref]
    assert not stuck.exists()


@needs_root
async def test_nowhere_can_a_guest_write_more_than_its_limits(local: LocalSandboxes, tmp_path: Path) -> None:
    box = await local.create(SMALL)
    places = set((await box.run(EVERYWHERE, shell=True)).stdout.split())
    assert {place for place in places if not place.startswith(WRITABLE)} <= {"/dev/pts"}
    filled = await box.run(["python3", "-c", FILL, *WRITABLE[:4]], timeout=60)
    assert int(filled.stdout) <= 17
    assert used(tmp_path) <= 17 << 20
    shared = await box.run(["python3", "-c", FILL, "/dev/shm"], timeout=60)
    assert shared.exit_code == 137 or int(shared.stdout) <= 256


@needs_root
async def test_without_a_file_system_of_its_own_its_sockets_take_no_room_of_the_host(
    local: LocalSandboxes, tmp_path: Path
) -> None:
    box = await watched(local)
    filled = await box.run(["python3", "-c", FILL, "/run/sbx"], timeout=60)
    assert int(filled.stdout) == 0
    assert used(tmp_path) < 1 << 20


async def test_what_a_guest_hides_behind_a_closed_folder_ends_it_too(local: LocalSandboxes) -> None:
    box = await watched(local)
    hide = "mkdir d && cd d && for i in 1 2 3; do head -c 9000000 /dev/zero > $i; done; chmod 0 /workspace/d; sleep 20"
    with pytest.raises(WorkspaceUnavailableError):
        await box.run(hide, shell=True, timeout=30)


async def test_a_step_of_the_clock_ends_no_sandbox_and_silence_does(tmp_path: Path) -> None:
    local = LocalSandboxes(tmp_path / "sandboxes", idle_seconds=3)
    box = await local.create(SMALL)
    assert box.ref
    for hours in (-5, 5):  # the clock that a heartbeat is told by, and the keeper looks at
        beat = (tmp_path / "sandboxes" / box.ref.id / "heartbeat").stat().st_mtime + hours * 3600
        os.utime(tmp_path / "sandboxes" / box.ref.id / "heartbeat", (beat, beat))
        await asyncio.sleep(1.2)
        assert await local.living() == [box.ref]
    async with asyncio.timeout(15):
        while await local.living():
            await asyncio.sleep(0.1)


async def test_private_keys_of_the_host_are_not_seen(local: LocalSandboxes) -> None:
    box = await local.create(SMALL)
    seen = (await box.run(["ls", "/etc/ssl"])).stdout.split()
    assert seen == ["certs", "openssl.cnf"]
    assert (await box.run("test -s $SSL_CERT_FILE", shell=True)).exit_code == 0


def test_groups_made_elsewhere_are_cleared_with_the_sandbox_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleared: set[str] = set()
    monkeypatch.setattr(traces, "clear_group", cleared.add)
    folder = tmp_path / "a1"
    os.close(traces.hold_lock(f"{folder}.lock"))
    folder.mkdir()
    (folder / "groups").write_text("/there/gofer-a1\0/and/there/gofer-a1")
    assert traces.sweep(str(folder), ["/here/gofer-a1"])
    assert cleared == {"/here/gofer-a1", "/there/gofer-a1", "/and/there/gofer-a1"}


async def test_a_sandbox_notes_its_groups(local: LocalSandboxes, tmp_path: Path) -> None:
    box = await local.create(SMALL)
    assert box.ref
    noted = (tmp_path / "sandboxes" / box.ref.id / "groups").read_text().split("\0")
    groups = local._machine.groups
    assert sorted(noted) == (groups.paths(box.ref.id) if groups else [""])
