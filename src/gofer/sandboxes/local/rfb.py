"""A small RFB (VNC) client: look at a desktop, move its pointer, press its keys.

After RFC 6143; raw encoding, 32 bits a pixel, no password: the socket's folder is the protection.
"""

import asyncio
import struct
from dataclasses import dataclass, field

from gofer.sandboxes.local.sockets import Streams

VERSION = b"RFB 003.008\n"
NO_SECURITY = 1
PIXELS = struct.pack(">BBBBHHHBBBxxx", 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)
"""Four bytes a pixel, in memory blue, green, red, nothing."""


@dataclass
class Frame:
    """A desktop's picture, four bytes a pixel."""

    width: int
    height: int
    pixels: bytearray = field(repr=False)

    def paint(self, box: tuple[int, int, int, int], raw: bytes) -> None:
        """Put a rectangle (x, y, width, height) into the picture."""
        x, y, width, height = box
        for row in range(height):
            start = ((y + row) * self.width + x) * 4
            self.pixels[start : start + width * 4] = raw[row * width * 4 : (row + 1) * width * 4]


class Desktop:
    """One connection to a VNC server."""

    def __init__(self, streams: Streams, frame: Frame) -> None:
        self.reader, self.writer = streams
        self.frame = frame

    async def refresh(self, incremental: bool = False) -> list[tuple[int, int, int, int]]:
        """Ask for what changed (or for everything) and wait for it; the rectangles painted."""
        self.ask(incremental)
        while (kind := (await self.reader.readexactly(1))[0]) != 0:
            await self._skip(kind)
        (count,) = struct.unpack(">xH", await self.reader.readexactly(3))
        return [await self._rectangle() for _ in range(count)]

    def ask(self, incremental: bool) -> None:
        """Ask for an update."""
        self.writer.write(struct.pack(">BBHHHH", 3, incremental, 0, 0, self.frame.width, self.frame.height))

    def point(self, x: int, y: int, buttons: int = 0) -> None:
        """Move the pointer; bit 0 of `buttons` is the left button."""
        self.writer.write(struct.pack(">BBHH", 5, buttons, x, y))

    def key(self, keysym: int, down: bool) -> None:
        """Press or let go of a key by its X keysym, which for Latin letters is the letter's code."""
        self.writer.write(struct.pack(">BBxxI", 4, down, keysym))

    def click(self, x: int, y: int) -> None:
        """A left click."""
        for buttons in (0, 1, 0):
            self.point(x, y, buttons)

    def type(self, text: str) -> None:
        """Latin text, key by key."""
        for letter in text:
            self.key(ord(letter), True)
            self.key(ord(letter), False)

    def close(self) -> None:
        """Hang up."""
        self.writer.close()

    async def _rectangle(self) -> tuple[int, int, int, int]:
        x, y, width, height, encoding = struct.unpack(">HHHHi", await self.reader.readexactly(12))
        if encoding != 0 or x + width > self.frame.width or y + height > self.frame.height:
            raise ValueError("the VNC server sent what was not asked for")
        self.frame.paint((x, y, width, height), await self.reader.readexactly(width * height * 4))
        return x, y, width, height

    async def _skip(self, kind: int) -> None:
        """Colours (1), bell (2) and clipboard (3) are of no interest here."""
        if kind == 1:
            _, count = struct.unpack(">xHH", await self.reader.readexactly(5))
            await self.reader.readexactly(count * 6)
        elif kind == 3:
            (count,) = struct.unpack(">xxxI", await self.reader.readexactly(7))
            await self.reader.readexactly(count)
        elif kind != 2:
            raise ValueError(f"the VNC server sent an unknown message {kind}")


async def shake_hands(streams: Streams) -> Desktop:
    """Begin an RFB session: shared, without a password, raw pixels."""
    reader, writer = streams
    await reader.readexactly(len(VERSION))
    writer.write(VERSION)
    kinds = await reader.readexactly((await reader.readexactly(1))[0])
    if NO_SECURITY not in kinds:
        raise ValueError("the VNC server wants a password")
    writer.write(bytes([NO_SECURITY]))
    await reader.readexactly(4)
    writer.write(b"\x01")
    width, height = struct.unpack(">HH", await reader.readexactly(4))
    await reader.readexactly(16)
    await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
    writer.write(b"\x00\0\0\0" + PIXELS + struct.pack(">BxHi", 2, 1, 0))
    return Desktop(streams, Frame(width, height, bytearray(width * height * 4)))


async def look(streams: Streams, seconds: float = 10.0) -> Frame:
    """One whole picture of the desktop."""
    try:
        async with asyncio.timeout(seconds):
            desktop = await shake_hands(streams)
            await desktop.refresh()
            return desktop.frame
    finally:
        streams[1].close()
