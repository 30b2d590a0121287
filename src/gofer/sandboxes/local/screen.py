"""The desktop of a local sandbox: what people watch and take over, and the browser that agents drive."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from gofer.core.action import Point
from gofer.core.errors import Refused, Unavailable
from gofer.core.screen import HEIGHT, WIDTH
from gofer.sandboxes.local import fingers, png, rfb
from gofer.sandboxes.local.forwarder import Forwarder
from gofer.sandboxes.local.place import Place
from gofer.sandboxes.local.sockets import Streams

READY_SECONDS = 30.0
POLL_SECONDS = 0.01
ANSWER_SECONDS = 10.0
INPUT_SECONDS = 60.0


class LocalScreen:
    """A Screen over the sandbox's `vnc.sock` and `cdp.sock`."""

    def __init__(self, place: Callable[[], Awaitable[Place]]) -> None:
        self._place = place
        self._forwarder = Forwarder(self._open_browser)
        self._letters: set[str] = set()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return WIDTH, HEIGHT

    async def open_vnc(self) -> Streams:
        """A fresh RFB connection; raises `Unavailable` when the desktop is gone."""
        return await (await self._place()).connect("vnc.sock")

    async def browser_endpoint(self) -> str:
        """The address for `connect_over_cdp`, on a loopback port of ours that passes that path only."""
        path = await self._secret_path()
        port = await self._forwarder.admit(path)
        return f"ws://127.0.0.1:{port}{path}"

    async def screenshot(self) -> bytes:
        """The whole desktop as PNG bytes."""
        try:
            frame = await rfb.look(await self.open_vnc())
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            raise Unavailable(f"the desktop shows no picture: {error}") from error
        return await asyncio.to_thread(png.encode, frame)

    async def point(self, at: Point) -> None:
        """Mouse at a pixel of the desktop."""
        for x, y in ((at.x, at.y), *at.via, at.to or (at.x, at.y)):
            _inside(x, y)
        await self._moved(lambda desktop: fingers.point(desktop, at))

    async def scroll(self, x: float, y: float, notches: int) -> None:
        """Turn the wheel over a pixel."""
        _inside(x, y)
        await self._moved(lambda desktop: fingers.scroll(desktop, (x, y), notches))

    async def type(self, text: str) -> None:
        """Type text where the focus is."""
        await self._moved(lambda desktop: fingers.type_text(desktop, text, self._letters))

    async def press(self, key: str) -> None:
        """Press a key or a chord."""
        await self._moved(lambda desktop: fingers.press(desktop, key))

    async def _moved(self, move: Callable[[rfb.Desktop], Awaitable[None]]) -> None:
        streams = await self.open_vnc()
        try:
            async with asyncio.timeout(INPUT_SECONDS):
                await move(await rfb.shake_hands(streams))
        except (OSError, EOFError, ValueError, TimeoutError) as error:
            raise Unavailable(f"the desktop takes no input: {error}") from error
        finally:
            streams[1].close()

    async def ready(self) -> None:
        """Wait until the desktop can be seen and its browser driven; raises `Unavailable` after half a minute."""
        try:
            async with asyncio.timeout(READY_SECONDS):
                await asyncio.gather(until(self._greeted), until(self._secret_path))
        except TimeoutError as error:
            raise Unavailable("the desktop or its browser did not come up in time") from error

    async def close(self) -> None:
        """Close the loopback port."""
        await self._forwarder.close()

    async def _greeted(self) -> None:
        reader, writer = await self.open_vnc()
        try:
            await reader.readexactly(len(rfb.VERSION))
        except (OSError, EOFError) as error:
            raise Unavailable("the desktop does not answer") from error
        finally:
            writer.close()

    async def _open_browser(self) -> Streams:
        return await (await self._place()).connect("cdp.sock")

    async def _secret_path(self) -> str:
        """The path of the browser's own WebSocket, which DevTools tells whoever reaches its port."""
        streams = await self._open_browser()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                version = json.loads(await get(streams, "/json/version"))
            return urlsplit(str(version["webSocketDebuggerUrl"])).path
        except (OSError, EOFError, ValueError, KeyError, TypeError, TimeoutError) as error:
            raise Unavailable(f"the sandbox's browser does not answer: {error!r}") from error
        finally:
            streams[1].close()


def _inside(x: float, y: float) -> None:
    if not (0 <= x < WIDTH and 0 <= y < HEIGHT):
        raise Refused(f"({x:g}, {y:g}) is outside of the screen, which is {WIDTH} × {HEIGHT} pixels.")


async def get(streams: Streams, path: str) -> bytes:
    """The body of a small page."""
    reader, writer = streams
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, found, length = head.partition(b"content-length:")
    if not found:
        raise ValueError("no length")
    return await reader.readexactly(min(int(length.split(b"\r\n")[0]), 1 << 16))


async def until(attempt: Callable[[], Awaitable[object]]) -> None:
    """Repeat until it is not `Unavailable` any more."""
    while True:
        try:
            await attempt()
        except Unavailable:
            await asyncio.sleep(POLL_SECONDS)
        else:
            return
