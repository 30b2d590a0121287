"""Bytes through the proxy, counted, with an end when nothing moves."""

import asyncio
from collections.abc import Awaitable, Sequence

from gofer.sandboxes.egress.scrub import Scrub

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
CHUNK = 1 << 16


class Flow:
    """How much went each way, and how long silence may last in both at once."""

    def __init__(self, idle_seconds: float) -> None:
        self.sent = 0
        self.received = 0
        self.idle_seconds = idle_seconds

    async def out(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the guest to the server, until the guest ends; the server hears of the end."""
        while chunk := await reader.read(CHUNK):
            self.sent += len(chunk)
            await self._hand_on(chunk, writer)
        if writer.can_write_eof():
            writer.write_eof()

    async def back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the server to the guest."""
        while chunk := await reader.read(CHUNK):
            self.received += len(chunk)
            await self._hand_on(chunk, writer)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From the server to the guest, without what only the proxy may say."""
        scrub = Scrub()
        while chunk := await reader.read(CHUNK):
            self.received += len(chunk)
            await self._hand_on(scrub.clean(chunk), writer)
        await self._hand_on(scrub.rest(), writer)

    async def some_out(self, guest: Streams, server: Streams, count: int) -> None:
        """So many bytes of a request's body."""
        while count and (chunk := await guest[0].read(min(count, CHUNK))):
            count -= len(chunk)
            self.sent += len(chunk)
            await self._hand_on(chunk, server[1])

    async def unless_idle(self, *ways: Awaitable[None]) -> None:
        """Until the last of these ends (normally the server's answer), or silence lasts too long."""
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await self._watch(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, tasks: Sequence[asyncio.Future[None]]) -> None:
        before = -1
        while before != self.sent + self.received:
            before = self.sent + self.received
            done, _ = await asyncio.wait(tasks[-1:], timeout=self.idle_seconds)
            if done:
                return

    async def _hand_on(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(chunk)
        await writer.drain()


async def tunnel(guest: Streams, server: Streams, flow: Flow) -> None:
    """Both ways until the server ends."""
    await flow.unless_idle(flow.out(guest[0], server[1]), flow.back(server[0], guest[1]))


async def pass_body(guest: Streams, server: Streams, length: int | None, flow: Flow) -> None:
    """The rest of a request and its whole answer. Bytes after the request are never passed on.

    A body in chunks goes on as it is: the server closes after one answer, and the guest's connection with it.
    """
    out = flow.out(guest[0], server[1]) if length is None else flow.some_out(guest, server, length)
    await flow.unless_idle(out, flow.answer(server[0], guest[1]))
