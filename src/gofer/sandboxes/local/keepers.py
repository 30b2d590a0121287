"""Starting, finding and ending the keepers, the processes that sandboxes live below."""

import asyncio
import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from gofer.core.errors import Unavailable
from gofer.sandboxes.keeper import traces

END_SECONDS = 15.0
SOURCE = str(Path(traces.__file__).parents[3])
START = "import sys; sys.path.append(sys.argv[1]); from gofer.sandboxes.keeper.main import main; main()"

GroupsOf = Callable[[str], list[str]]
"""The control groups of a sandbox, by its id."""


class Keepers:
    """The keepers below one folder, which holds for each sandbox ID its folder `ID` and its lock `ID.lock`."""

    def __init__(self, root: Path, groups_of: GroupsOf) -> None:
        self.root = root
        self._groups_of = groups_of
        self._processes: list[subprocess.Popen[bytes]] = []

    async def start(self, identity: str, frames: Iterable[bytes]) -> None:
        """Start a keeper with these orders and take its sandbox over; raises `Unavailable` with its reason."""
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            self._processes.append(await asyncio.to_thread(spawn, theirs, str(self.root / identity)))
            theirs.close()
            message = b"".join(len(frame).to_bytes(4, "big") + frame for frame in (*frames, b""))
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(ours, message)
            answer = await loop.sock_recv(ours, 8192)
            if answer != b"ready\n":
                reason = answer.decode(errors="replace").strip() or "its keeper died"
                raise Unavailable(f"the sandbox did not start: {reason}")
            await loop.sock_sendall(ours, b"k")
        finally:
            ours.close()
            theirs.close()
            self._reap()

    async def end(self, identity: str) -> None:
        """End a sandbox and wait until nothing of it is left; harmless when it is gone."""
        with suppress(OSError):  # nobody listens: the keeper is gone, or about to be
            await asyncio.wait_for(self._ask_to_end(identity), END_SECONDS)
        await self._until_unlocked(identity)
        await asyncio.to_thread(self.sweep, identity)
        self._reap()

    async def _ask_to_end(self, identity: str) -> None:
        folder = os.open(self.root / identity, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            reader, writer = await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/control.sock")
        finally:
            os.close(folder)
        writer.write(b"e")
        await reader.read()
        writer.close()

    async def _until_unlocked(self, identity: str) -> None:
        async with asyncio.timeout(END_SECONDS):
            while self.alive(identity):
                await asyncio.sleep(0.01)

    def alive(self, identity: str) -> bool:
        """Whether a keeper holds this sandbox's lock."""
        try:
            fd = os.open(self.root / f"{identity}.lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    def living(self) -> list[str]:
        """The sandboxes that have a keeper; what dead keepers left behind is removed on the way."""
        found = sorted(path.stem for path in self.root.glob("*.lock"))
        living = [identity for identity in found if self.alive(identity)]
        for identity in set(found) - set(living):
            self.sweep(identity)
        self._reap()
        return living

    def sweep(self, identity: str) -> None:
        """Remove what a keeper left that was killed itself."""
        lock = self.root / f"{identity}.lock"
        if lock.exists() and not self.alive(identity):
            traces.clean(str(self.root / identity), self._groups_of(identity))

    def _reap(self) -> None:
        """Collect keepers that ended, so that none stays a zombie below us."""
        self._processes = [process for process in self._processes if process.poll() is None]


def spawn(theirs: socket.socket, shown: str) -> subprocess.Popen[bytes]:
    """A keeper with that socket as its standard input, in a session of its own; `ps` shows its folder."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", START, SOURCE, shown],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},  # nothing of ours: the keeper needs mkfs.ext4 only
        start_new_session=True,
    )
