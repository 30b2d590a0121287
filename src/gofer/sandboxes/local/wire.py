"""gofer's side of the conversation with the agent inside a sandbox; `agent.py` explains the frames."""

import asyncio
import errno
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing

from gofer.core.errors import Unavailable
from gofer.sandboxes.local.place import Place

FRAME_LIMIT = 1 << 20
READ_LIMIT = 256 << 20
FRAME_COST = 64
"""What a frame takes of our memory beside its payload, at least."""

KINDS = (b"o", b"e", b"x", b"!", b"T", b"L")
LAST = KINDS[2:]

ASK_SECONDS = 300.0
"""The time that an operation on files may take."""

LOOK_SECONDS, MISSES, PING_SECONDS = 20.0, 3, 5.0
"""A command may be silent for ever; then the agent is asked so often whether it lives, and given up after so many
misses in a row."""


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
        watch = asyncio.ensure_future(self._watch(writer.transport))
        try:
            writer.write(packed(os.fsencode("\0".join(words))))
            if data is not None:
                writer.write(packed(data))
            kind = b""
            while kind not in LAST:
                kind, payload = await receive(reader)
                yield kind, payload
        except (OSError, EOFError) as error:
            raise Lost("the sandbox broke off") from error
        finally:
            watch.cancel()
            writer.transport.abort()

    async def ask(self, *words: str, data: bytes | None = None) -> list[bytes]:
        """Ask for a file operation; the answer's parts, the closing one last. Raises the builtin file errors."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                return await self._collect(*words, data=data)
        except TimeoutError as error:
            raise Lost(f"no answer to `{words[0]}` within {ASK_SECONDS:.0f} seconds") from error

    async def alive(self) -> bool:
        """Whether the agent answers; that it has no process left for this is an answer too."""
        try:
            async with asyncio.timeout(PING_SECONDS):
                await self._collect("ping")
        except (Lost, TimeoutError):
            return False
        except OSError:
            return True
        return True

    async def _collect(self, *words: str, data: bytes | None = None) -> list[bytes]:
        parts, size = [], 0
        path = words[1] if len(words) > 1 else ""
        async with aclosing(self.frames(*words, data=data)) as frames:
            async for kind, payload in frames:
                size += len(payload) + FRAME_COST
                if kind == b"!":
                    raise as_error(payload, path)
                if size > READ_LIMIT:
                    raise OSError(errno.EFBIG, f"more than {READ_LIMIT >> 20} MiB; read it in parts", path)
                parts.append(payload)
        return parts

    async def _watch(self, answer: asyncio.WriteTransport) -> None:
        """Break off an answer when the agent does not live any more."""
        misses = 0
        while misses < MISSES:
            await asyncio.sleep(LOOK_SECONDS)
            misses = 0 if await self.alive() else misses + 1
        answer.abort()


def packed(payload: bytes) -> bytes:
    """A frame from gofer."""
    return b"q" + len(payload).to_bytes(4, "big") + payload


async def receive(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The next frame from a guest that may be hostile."""
    head = await reader.readexactly(5)
    size = int.from_bytes(head[1:], "big")
    if size > FRAME_LIMIT:
        raise EOFError("a frame of the sandbox's agent is too large")
    if head[:1] not in KINDS or (size == 0 and head[:1] not in LAST):
        raise EOFError("a frame of the sandbox's agent means nothing")
    return head[:1], await reader.readexactly(size)


def as_error(payload: bytes, path: str) -> Exception:
    """The error that the agent met, as Python's own."""
    number, _, text = payload.decode(errors="replace").partition("\0")
    if not number.isdigit() or int(number) == 0:
        return ValueError(f"{text}: {path!r}")
    return OSError(int(number), text, path)
