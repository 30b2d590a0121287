"""Starting, finding and ending the keepers, the processes that sandboxes live below."""

import asyncio
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from gofer.core.errors import Unavailable
from gofer.sandboxes.keeper import traces
from gofer.sandboxes.keeper.orders import FULL
from gofer.sandboxes.local import sockets

log = structlog.get_logger()

END_SECONDS = 15.0
SOURCE = str(Path(traces.__file__).parents[3])
START = "import sys; sys.path.append(sys.argv[1]); from gofer.sandboxes.keeper.main import main; main()"
ROOM = " " * 256
"""An argument in whose place the keeper shows its folder."""

GroupsOf = Callable[[str], list[str]]
"""The control groups of a sandbox, by its id."""


class Keeper:
    """A process that waits for its orders; it ends when this object does, until it has taken a sandbox over."""

    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        with theirs:
            self.process = spawn(theirs)

    async def obey(self, frames: Iterable[bytes]) -> None:
        """Hand it its orders and, when the sandbox is ready, the sandbox; raises `Unavailable` with its reason."""
        loop = asyncio.get_running_loop()
        message = b"".join(len(frame).to_bytes(4, "big") + frame for frame in (*frames, b""))
        with self._ours:
            try:
                await loop.sock_sendall(self._ours, message)
                answer = await loop.sock_recv(self._ours, 8192)
                if answer != b"ready\n":
                    raise await self._not_started(answer.decode(errors="replace"))
                await loop.sock_sendall(self._ours, b"k")
            except OSError as error:
                raise Unavailable(f"the sandbox did not start: its keeper died ({error})") from error

    async def _not_started(self, reason: str) -> Unavailable:
        """The keeper's reason as an error of gofer's, once it has cleaned up and is gone."""
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                await asyncio.get_running_loop().sock_recv(self._ours, 1)
        code = "ERR_DISK_FULL" if reason.startswith(FULL) else None
        return Unavailable(f"the sandbox did not start: {reason.strip() or 'its keeper died'}", code=code)

    @property
    def is_alive(self) -> bool:
        """Whether the process runs; one that has ended is collected."""
        return self.process.poll() is None


class Keepers:
    """The keepers below one folder, which holds for each sandbox ID its folder `ID` and its lock `ID.lock`."""

    def __init__(self, root: Path, groups_of: GroupsOf) -> None:
        self.root = root
        self._groups_of = groups_of
        self._busy: list[Keeper] = []
        self._spare: asyncio.Task[Keeper] | None = None

    async def start(self, orders: Callable[[str], Iterable[bytes]]) -> str:
        """Start a sandbox by the orders for its new id; the id. Raises `Unavailable` with the keeper's reason."""
        identity = secrets.token_hex(8)
        spare, self._spare = self._spare, None
        keeper = await ready(spare)
        if keeper is None:
            keeper = await asyncio.to_thread(Keeper)
        self._busy.append(keeper)
        await keeper.obey(orders(identity))
        self._collect()
        if self._spare is None:  # only now, so that this sandbox had the CPU to itself
            self._spare = asyncio.ensure_future(asyncio.to_thread(Keeper))
        return identity

    async def end(self, identity: str) -> None:
        """End a sandbox and wait until nothing of it is left; harmless when it is gone."""
        with suppress(OSError, Unavailable):  # nobody listens: the keeper is gone, or about to be
            await asyncio.wait_for(self._ask_to_end(identity), END_SECONDS)
        try:
            async with asyncio.timeout(END_SECONDS):
                while not await asyncio.to_thread(self.sweep, identity):
                    await asyncio.sleep(0.01)
        except OSError as error:
            reason = str(error) or "it lives"
            raise Unavailable(f"What the sandbox {identity} left cannot be removed yet: {reason}") from error
        finally:
            self._collect()

    async def _ask_to_end(self, identity: str) -> None:
        reader, writer = await sockets.connect(self.root / identity, "control.sock", os.geteuid())
        writer.write(b"e")
        await reader.read()
        writer.close()

    async def living(self) -> list[str]:
        """The sandboxes that have a keeper; what dead keepers left behind is removed on the way."""
        self._collect()
        return await asyncio.to_thread(self._sweep_all)

    def _sweep_all(self) -> list[str]:
        found = sorted(path.stem for path in self.root.glob("*.lock"))
        return [identity for identity in found if self._lives(identity)]

    def _lives(self, identity: str) -> bool:
        """Whether it has a keeper. One whose remains cannot be removed must not hide the others."""
        try:
            return not self.sweep(identity)
        except OSError as error:
            log.warning("sandbox.remains", sandbox=identity, reason=str(error))
            return False

    def sweep(self, identity: str) -> bool:
        """Remove what a keeper left that was killed itself; False when the sandbox lives."""
        return traces.sweep(str(self.root / identity), self._groups_of(identity))

    def _collect(self) -> None:
        """Collect keepers that ended, so that none stays a zombie below us."""
        self._busy = [keeper for keeper in self._busy if keeper.is_alive]


async def ready(spare: asyncio.Task[Keeper] | None) -> Keeper | None:
    """The keeper that was started ahead, unless that came to nothing or it died since."""
    if spare is None or spare.get_loop() is not asyncio.get_running_loop():
        return None
    await asyncio.wait([spare])
    return spare.result() if not spare.cancelled() and spare.exception() is None and spare.result().is_alive else None


def spawn(theirs: socket.socket) -> subprocess.Popen[bytes]:
    """A keeper with that socket as its standard input, in a session of its own."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", START, SOURCE, ROOM],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={},  # nothing of ours: a keeper starts nothing but bubblewrap
        start_new_session=True,
    )
