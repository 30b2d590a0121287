"""What gofer wants of a keeper, as it comes over the keeper's standard input."""

import os
import sys
from collections.abc import Iterable

SIGKILL = 9
FULL = "the host's disk is full"


class Failed(Exception):
    """The sandbox cannot start; the text says why."""


class Orders:
    """What gofer wants, as it came over standard input."""

    def __init__(self, frames: Iterable[bytes]) -> None:
        self.words: dict[str, str] = {}
        self.groups: list[list[str]] = []
        self.rlimits: list[tuple[int, int]] = []
        self.files: list[tuple[str, bytes]] = []
        self.pages: list[tuple[int, bytes]] = []
        self.arguments: list[str] = []
        for frame in frames:
            name, _, rest = frame.partition(b"\0")
            getattr(self, "take_" + name.decode())(rest)

    def take_word(self, rest: bytes) -> None:
        name, _, value = rest.partition(b"\0")
        self.words[name.decode()] = os.fsdecode(value)

    def take_group(self, rest: bytes) -> None:
        self.groups.append([os.fsdecode(word) for word in rest.split(b"\0")])

    def take_rlimit(self, rest: bytes) -> None:
        number, _, value = rest.partition(b"\0")
        self.rlimits.append((int(number), int(value)))

    def take_file(self, rest: bytes) -> None:
        path, _, content = rest.partition(b"\0")
        self.files.append((os.fsdecode(path), content))

    def take_page(self, rest: bytes) -> None:
        offset, _, content = rest.partition(b"\0")
        self.pages.append((int(offset), content))

    def take_arguments(self, rest: bytes) -> None:
        self.arguments = [os.fsdecode(word) for word in rest.split(b"\0")]

    @property
    def folder(self) -> str:
        return os.path.join(self.words["root"], self.words["id"])

    @property
    def uid(self) -> int:
        return int(self.words["uid"])

    @property
    def disk_bytes(self) -> int:
        return int(self.words["disk_mb"]) << 20


def read_frames(fd: int) -> Iterable[bytes]:
    """Frames until the empty one."""
    while length := int.from_bytes(exactly(fd, 4), "big"):
        yield exactly(fd, length)


def exactly(fd: int, count: int) -> bytes:
    """So many bytes; a gofer that died meanwhile ends this process, which has made nothing yet."""
    parts = b""
    while len(parts) < count:
        chunk = os.read(fd, count - len(parts))
        if not chunk:
            sys.exit(1)
        parts += chunk
    return parts
