"""Takes the proxy's own header off what a server answers: no site speaks in the proxy's name."""

import re

from gofer.core.egress import HEADER

LIMIT = 256 * 1024
"""Bytes of a head: a browser takes no longer one."""

END = re.compile(rb"\n\r?\n")
LINE = re.compile(rb"[\r\n]+")
INTERIM = re.compile(rb"(?is).{0,4}http\S*[ \t]+0*1(?!01)\d\d(?!\d)")
"""A head after which another one follows."""

LETTERS = re.compile(rb"[^a-z0-9-]")
"""What a browser may skip within a header's name."""


class TooLong(OSError):
    """The head has no end."""


class Scrub:
    """Reads the head, or heads, of one answer as leniently as browsers do; the body passes as it is."""

    def __init__(self) -> None:
        self._head = b""
        self._done = False

    def clean(self, chunk: bytes) -> bytes:
        """What of this may go on now."""
        if self._done:
            return chunk
        self._head += chunk
        passed = b""
        while not self._done and (end := END.search(self._head)):
            head, self._head = self._head[: end.end()], self._head[end.end() :]
            self._done = INTERIM.match(head) is None
            passed += scrubbed(head)
        if self._done:
            return passed + self.rest()
        if len(self._head) > LIMIT:
            raise TooLong("the answer's head is too long")
        return passed

    def rest(self) -> bytes:
        """What is left at the end."""
        left, self._head = self._head, b""
        return left if self._done else scrubbed(left)


def scrubbed(head: bytes) -> bytes:
    """The head without every line that a browser could take for the proxy's header."""
    if HEADER.encode() not in LETTERS.sub(b"", head.lower()):
        return head
    kept = [line for line in LINE.split(head) if line and not _is_ours(line)]
    return b"\r\n".join([*kept, b"", b""])


def _is_ours(line: bytes) -> bool:
    return LETTERS.sub(b"", line.lower().partition(b":")[0]).startswith(HEADER.encode())
