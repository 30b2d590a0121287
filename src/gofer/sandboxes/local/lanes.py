"""Further ways out of one sandbox: each is a port inside that leads to an egress proxy of its own."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pydantic_ai.workspaces import CommandResult

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

    @property
    def address(self) -> str:
        """As seen inside."""
        return f"http://127.0.0.1:{self._port}"

    def allow(self, rules: Egress) -> None:
        """From now on."""
        self._proxy.rules = rules

    async def close(self) -> None:
        """Cut every connection; the port is free for another lane then."""
        await self._proxy.close()
        self._leave(self._port)


class Lanes:
    """The lanes of one sandbox. A port's relay runs for as long as they are open, and serves one lane after another."""

    def __init__(self, inside: Inside, proxy: Proxy) -> None:
        self._inside = inside
        self._proxy = proxy
        self._relays: dict[int, asyncio.Task[CommandResult]] = {}
        self._free: list[int] = []

    async def open(self, told: TrafficTold) -> LocalLane:
        """A lane that lets nothing out yet."""
        place = await self._inside.place()
        port = self._free.pop() if self._free else FIRST_PORT + len(self._relays)
        proxy = self._proxy(Egress(), told)
        await proxy.listen(sockets.listen(place.folder / "net" / name(port)))
        if port not in self._relays:
            await self._relay(port)
        return LocalLane(proxy, port, self._free.append)

    def close(self) -> None:
        """Stop the relays; what goes through them ends with the sandbox's proxies."""
        for relay in self._relays.values():
            relay.cancel()
        self._relays.clear()
        self._free.clear()

    async def _relay(self, port: int) -> None:
        command = (
            f"exec socat TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,backlog=64 UNIX-CONNECT:/run/net/{name(port)}"
        )
        self._relays[port] = asyncio.ensure_future(self._inside.run(command, shell=True))
        listening = f"until grep -q ' 0100007F:{port:04X} 00000000:0000 0A' /proc/net/tcp; do sleep .01; done"
        seen = await self._inside.run(listening, shell=True, timeout=READY_SECONDS)
        if seen.exit_code != 0:
            raise Unavailable("The sandbox did not open a way out for a browser context.")


def name(port: int) -> str:
    """The socket's file, in the folder that the sandbox may only read."""
    return f"lane-{port}.sock"
