"""Frames between gofer and the agent: a type byte, a length of four bytes, and that many bytes.

A request is one frame of words divided by NUL; the answer is any number of frames whose last is one of
`x` (done), `!` (errno and message), `T` (timed out) or `L` (too much output).
"""

import _socket


class Connection:
    """Frames over one socket."""

    def __init__(self, sock: _socket.socket) -> None:
        self.sock = sock

    def receive(self) -> bytes:
        """The payload of the next frame; raises EOFError when the other side is gone."""
        return self._exactly(int.from_bytes(self._exactly(5)[1:], "big"))

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """One frame to gofer."""
        left = memoryview(kind + len(payload).to_bytes(4, "big") + payload)
        while left:
            left = left[self.sock.send(left) :]

    def _exactly(self, count: int) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            chunk = self.sock.recv(min(count - len(parts), 1 << 20))
            if not chunk:
                raise EOFError
            parts += chunk
        return bytes(parts)
