"""The one narrow way to a sandbox's browser: a loopback port that passes nothing but the secret WebSocket."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from gofer.core.errors import Unavailable
from gofer.sandboxes.local.sockets import Streams

HEAD_LIMIT = 16 * 1024
HEAD_SECONDS = 10.0
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Forwarder:
    """Any user of this host can reach the port, so what matters is the path, which nobody else knows.

    DevTools lists that path to whoever asks for `/json/version`; so only an upgrade of the path itself passes.
    """

    def __init__(self, open_browser: Callable[[], Awaitable[Streams]]) -> None:
        self._open_browser = open_browser
        self._server: asyncio.Server | None = None
        self._path = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def admit(self, path: str) -> int:
        """Let this path through from now on, and no other; the port."""
        self._path = path
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_LIMIT)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Close the port and what goes through it."""
        server, self._server = self._server, None
        if server:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._forward(reader, writer)
        except (OSError, EOFError, TimeoutError, Unavailable, asyncio.LimitOverrunError):
            writer.write(REFUSAL)
        except asyncio.CancelledError:  # by `close`; a stream's task that ends cancelled is logged as an error
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        if not admitted(head, self._path):
            writer.write(REFUSAL)
            return
        far_reader, far_writer = await self._open_browser()
        far_writer.write(for_devtools(head))
        await join((reader, writer), (far_reader, far_writer))


def admitted(head: bytes, path: str) -> bool:
    """Whether this is the upgrade of exactly that path to a WebSocket."""
    line, *fields = head.split(b"\r\n")
    wanted = f"GET {path} HTTP/1.1".encode()
    upgrade = any(field.lower().replace(b" ", b"") == b"upgrade:websocket" for field in fields)
    return bool(path) and upgrade and hmac.compare_digest(line, wanted)


def for_devtools(head: bytes) -> bytes:
    """The same request with the one Host that DevTools answers."""
    lines = head.split(b"\r\n")
    return b"\r\n".join(b"Host: localhost" if line.lower().startswith(b"host:") else line for line in lines)


async def join(near: Streams, far: Streams) -> None:
    """Pass bytes both ways until one side ends."""
    ways = [asyncio.ensure_future(pump(near[0], far[1])), asyncio.ensure_future(pump(far[0], near[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        far[1].close()
        await asyncio.gather(*ways, return_exceptions=True)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes one way, no faster than they are taken."""
    while chunk := await reader.read(1 << 16):
        writer.write(chunk)
        await writer.drain()
