"""Further ways out of one sandbox: each is a port inside that leads to an egress proxy of its own."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Protocol

from pydantic_ai.workspaces import CommandResult, WorkspaceError

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Egress
from gofer.core.sharing import TrafficTold
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.local import sockets
from gofer.sandboxes.local.place import Place

FIRST_PORT = 3200
READY_SECONDS = 10.0
Proxy = Callable[[Egress, TrafficTold], EgressProxy]


class Inside(Protocol):
    """What a lane needs of its sandbox."""

    async def place(self) -> Place:
        """Where it lives."""

    async def run(self, command: str, *, shell: bool, timeout: float | None = None) -> CommandResult:
        """Run a command inside."""


class LocalLane:
    """One proxy, from when it is opened until it is closed."""

    def __init__(self, proxy: EgressProxy, port: int, leave: Callable[[int], None]) -> None:
        self._proxy = proxy
        self._port = port
        self._leave = leave
        self._open = True

    @property
    def address(self) -> str:
        """As seen inside."""
        return f"http://127.0.0.1:{self._port}"

    def allow(self, rules: Egress) -> None:
        """From now on."""
        self._proxy.rules = rules

    async def close(self) -> None:
        """Cut every connection; the port is free for another lane then. Repeating is harmless."""
        was_open, self._open = self._open, False
        try:
            await self._proxy.close()
        finally:
            if was_open:
                self._leave(self._port)


class Lanes:
    """The lanes of one sandbox. A port's relay runs for as long as they are open, and serves one lane after another."""

    def __init__(self, inside: Inside, proxy: Proxy) -> None:
        self._inside = inside
        self._proxy = proxy
        self._relays: dict[int, asyncio.Task[CommandResult]] = {}
        self._taken: set[int] = set()

    async def open(self, told: TrafficTold) -> LocalLane:
        """A lane that lets nothing out yet; raises `Unavailable` when the sandbox is gone or stuck."""
        try:
            return await self._opened((await self._inside.place()).folder / "net", told)
        except WorkspaceError as error:
            raise Unavailable(f"The sandbox did not open a way out for a browser context: {error}.") from error

    def close(self) -> None:
        """Stop the relays; what goes through them ends with the sandbox's proxies, and with it its port is free."""
        for relay in self._relays.values():
            relay.cancel()
        self._relays.clear()

    async def _opened(self, folder: Path, told: TrafficTold) -> LocalLane:
        port = self._take()
        lane = LocalLane(proxy := self._proxy(Egress(), told), port, self._taken.discard)
        try:
            await proxy.listen(sockets.listen(folder / name(port)))
            await self._relay(port)
        except BaseException:
            await asyncio.shield(lane.close())
            raise
        return lane

    def _take(self) -> int:
        """The lowest port that is no lane's. Nothing is awaited, so that two lanes never get the same one."""
        port = next(port for port in count(FIRST_PORT) if port not in self._taken)
        self._taken.add(port)
        return port

    async def _relay(self, port: int) -> None:
        """Have one that listens; it stays when its lane is closed."""
        known = self._relays.get(port)
        if known is not None and not known.done():
            return
        relay = self._relays[port] = asyncio.ensure_future(self._inside.run(relaying(port), shell=True))
        try:
            seen = await self._inside.run(listening(port), shell=True, timeout=READY_SECONDS)
            if seen.exit_code != 0:
                raise Unavailable("The sandbox did not open a way out for a browser context.")
        except BaseException:
            relay.cancel()
            self._relays.pop(port, None)
            raise


def relaying(port: int) -> str:
    """The command that leads from a port inside to the lane's socket."""
    return f"exec socat TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,backlog=64 UNIX-CONNECT:/run/net/{name(port)}"


def listening(port: int) -> str:
    """The command that ends when somebody listens at the port inside."""
    return f"until grep -q ' 0100007F:{port:04X} 00000000:0000 0A' /proc/net/tcp; do sleep .01; done"


def name(port: int) -> str:
    """The socket's file, in the folder that the sandbox may only read."""
    return f"lane-{port}.sock"
