"""Pictures as PNG, without an imaging library."""

import struct
import zlib

from gofer.sandboxes.local.rfb import Frame

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def encode(frame: Frame) -> bytes:
    """A frame (blue, green, red, nothing) as an 8-bit RGB PNG."""
    header = struct.pack(">IIBBBBB", frame.width, frame.height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows(frame)), 3)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def rows(frame: Frame) -> list[bytes]:
    """Each line of pixels, with the filter byte 0 that says "as it is"."""
    rgb = bytearray(frame.width * frame.height * 3)
    for channel in range(3):
        rgb[channel::3] = frame.pixels[2 - channel :: 4]
    step = frame.width * 3
    return [b"\0" + rgb[start : start + step] for start in range(0, len(rgb), step)]


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
