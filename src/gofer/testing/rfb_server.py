"""A tiny real RFB 3.8 server on a unix socket: paints a square that moves, and keeps the input it gets."""

import asyncio
import struct
from contextlib import suppress
from pathlib import Path

WIDTH, HEIGHT = 1024, 768
SIDE = 96
INK, PAPER, BAR, FIELD = b"\x52\x8a\x3c\xff", b"\xf4\xf6\xf7\xff", b"\xdd\xe3\xe6\xff", b"\xff\xff\xff\xff"
FORMAT = struct.pack(">BBBBHHHBBB3x", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
LENGTHS = {0: 20, 3: 10, 4: 8, 5: 6}


class RfbServer:
    """Serves any number of viewers; `received` holds their input in order, `painted` counts the updates sent."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.received: list[bytes] = []
        self.greeted: list[bytes] = []
        self._server: asyncio.Server | None = None
        self._viewers: list[asyncio.StreamWriter] = []
        self.painted = 0

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def close(self) -> None:
        """Stop listening and drop the viewers."""
        if self._server is not None:
            self._server.close()
        for viewer in self._viewers:
            viewer.close()

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A viewer's end."""
        return await asyncio.open_unix_connection(self.path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._viewers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._greet(reader, writer)
            while True:
                await self._message(reader, writer)
        writer.close()

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"RFB 003.008\n")
        self.greeted.append(await reader.readexactly(12))
        writer.write(b"\x01\x01")
        self.greeted.append(await reader.readexactly(1))
        writer.write(b"\0\0\0\0")
        self.greeted.append(await reader.readexactly(1))
        name = b"gofer"
        writer.write(struct.pack(">HH", WIDTH, HEIGHT) + FORMAT + struct.pack(">I", len(name)) + name)

    async def _message(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = await reader.readexactly(1)
        kind = data[0]
        if kind == 2:
            data += await reader.readexactly(3)
            await reader.readexactly(4 * int.from_bytes(data[2:4], "big"))
        elif kind == 6:
            data += await reader.readexactly(7)
            data += await reader.readexactly(int.from_bytes(data[4:8], "big"))
        else:
            data += await reader.readexactly(LENGTHS[kind] - 1)
        if kind in (4, 5, 6):
            self.received.append(data)
        if kind == 3:
            await self._update(writer, whole=data[1] == 0)

    async def _update(self, writer: asyncio.StreamWriter, *, whole: bool) -> None:
        self.painted += 1
        rectangles = [*(wallpaper() if whole else []), rectangle((288, 330, 480, SIDE), PAPER), self._square()]
        writer.write(struct.pack(">BxH", 0, len(rectangles)) + b"".join(rectangles))
        await writer.drain()
        await asyncio.sleep(0.04)

    def _square(self) -> bytes:
        return rectangle((320 + self.painted * 6 % 384, 330, SIDE, SIDE), INK)


def wallpaper() -> list[bytes]:
    """A window, roughly."""
    return [
        rectangle((0, 0, WIDTH, HEIGHT), PAPER),
        rectangle((0, 0, WIDTH, 72), BAR),
        rectangle((150, 18, 720, 36), FIELD),
    ]


def rectangle(place: tuple[int, int, int, int], colour: bytes) -> bytes:
    """One filled rectangle in raw encoding."""
    _, _, width, height = place
    return struct.pack(">HHHHi", *place, 0) + colour * (width * height)
