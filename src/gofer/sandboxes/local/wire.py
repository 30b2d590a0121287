"""gofer's side of the conversation with the agent inside a sandbox; `agent.py` explains the frames."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator

from gofer.core.errors import Unavailable
from gofer.sandboxes.local.place import Place

FRAME_LIMIT = 1 << 20
READ_LIMIT = 256 << 20


class Lost(Exception):
    """The agent broke off: it, or the whole sandbox, is dead."""


class Exchange:
    """One request to the agent and what it answers."""

    def __init__(self, place: Place) -> None:
        self.place = place

    async def frames(self, *words: str, data: bytes | None = None) -> AsyncGenerator[tuple[bytes, bytes]]:
        """Ask; yields every frame of the answer up to its last. Leaving early makes the agent stop the work."""
        try:
            reader, writer = await self.place.connect("exec.sock")
        except Unavailable as error:
            raise Lost(str(error)) from error
        try:
            writer.write(packed(os.fsencode("\0".join(words))))
            if data is not None:
                writer.write(packed(data))
            kind = b""
            while kind not in (b"x", b"!", b"T", b"L"):
                kind, payload = await receive(reader)
                yield kind, payload
        except (OSError, EOFError) as error:
            raise Lost("the sandbox broke off") from error
        finally:
            writer.transport.abort()

    async def ask(self, *words: str, data: bytes | None = None) -> list[bytes]:
        """Ask for a file operation; the answer's parts, the closing one last. Raises the builtin file errors."""
        parts, size = [], 0
        async for kind, payload in self.frames(*words, data=data):
            size += len(payload)
            if kind == b"!":
                raise as_error(payload, words[1] if len(words) > 1 else "")
            if size > READ_LIMIT:
                raise OSError(errno.EFBIG, f"more than {READ_LIMIT >> 20} MiB; read it in parts", words[1])
            parts.append(payload)
        return parts

    async def alive(self) -> bool:
        """Whether the agent answers."""
        try:
            async with asyncio.timeout(5):
                await self.ask("ping")
        except (Lost, TimeoutError):
            return False
        return True


def packed(payload: bytes) -> bytes:
    """A frame from gofer."""
    return b"q" + len(payload).to_bytes(4, "big") + payload


async def receive(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame from a guest that may be hostile."""
    head = await reader.readexactly(5)
    size = int.from_bytes(head[1:], "big")
    if size > FRAME_LIMIT:
        raise EOFError("a frame of the sandbox's agent is too large")
    return head[:1], await reader.readexactly(size)


def as_error(payload: bytes, path: str) -> Exception:
    """The error that the agent met, as Python's own."""
    number, _, text = payload.decode(errors="replace").partition("\0")
    if not number.isdigit() or int(number) == 0:
        return ValueError(f"{text}: {path!r}")
    return OSError(int(number), text, path)
