"""What gofer wants of a keeper, as it comes over the keeper's standard input."""

import os
import sys
from collections.abc import Iterable

SIGKILL = 9


class Failed(Exception):
    """The sandbox cannot start; the text says why."""


class Orders:
    """What gofer wants, as it came over standard input."""

    def __init__(self, frames: Iterable[list[bytes]]) -> None:
        self.words: dict[str, str] = {}
        self.groups: list[list[str]] = []
        self.rlimits: list[tuple[int, int]] = []
        self.files: list[tuple[str, bytes]] = []
        self.arguments: list[str] = []
        for name, *words in frames:
            getattr(self, "take_" + name.decode())(*words)

    def take_word(self, name: bytes, value: bytes) -> None:
        self.words[name.decode()] = os.fsdecode(value)

    def take_group(self, *words: bytes) -> None:
        self.groups.append([os.fsdecode(word) for word in words])

    def take_rlimit(self, number: bytes, value: bytes) -> None:
        self.rlimits.append((int(number), int(value)))

    def take_file(self, path: bytes, content: bytes) -> None:
        self.files.append((os.fsdecode(path), content))

    def take_arguments(self, *words: bytes) -> None:
        self.arguments = [os.fsdecode(word) for word in words]

    @property
    def folder(self) -> str:
        return os.path.join(self.words["root"], self.words["id"])

    @property
    def uid(self) -> int:
        return int(self.words["uid"])

    @property
    def disk_bytes(self) -> int:
        return int(self.words["disk_mb"]) << 20


def read_frames(fd: int) -> Iterable[list[bytes]]:
    """Frames until the empty one."""
    while length := int.from_bytes(exactly(fd, 4), "big"):
        yield exactly(fd, length).split(b"\0")


def exactly(fd: int, count: int) -> bytes:
    """So many bytes; a gofer that died meanwhile ends this process, which has made nothing yet."""
    parts = b""
    while len(parts) < count:
        chunk = os.read(fd, count - len(parts))
        if not chunk:
            sys.exit(1)
        parts += chunk
    return parts
