"""Waiting for whatever ends a sandbox: its age, silence, a full disk, its own end, or somebody's word."""

import _socket
import os
import select
import time

from gofer.sandboxes.keeper import trees
from gofer.sandboxes.keeper.cell import Cell

TICK_SECONDS = 0.5


class Watch:
    """Waits for whatever ends the sandbox."""

    def __init__(self, cell: Cell, control: _socket.socket) -> None:
        self.cell, self.control, self.orders = cell, control, cell.orders
        self.born = self.beaten = time.monotonic()
        self.beat = 0
        self.poll = select.poll()
        self.next_look = 0.0
        for fd in (0, cell.exited, cell.err, control.fileno()):
            self.poll.register(fd, select.POLLIN)

    def until_end(self) -> int:
        """Blocks; the control connection of whoever asked for the end, or -1."""
        while True:
            ready = {fd for fd, _ in self.poll.poll(TICK_SECONDS * 1000)}
            if self.cell.exited in ready or self._abandoned(ready) or self._over():
                return -1
            if self.cell.err in ready and not self.cell.listen_to_errors():
                self.poll.unregister(self.cell.err)
            if self.control.fileno() in ready:
                fd, _ = self.control._accept()  # type: ignore[attr-defined]  # what `socket.accept` calls
                if os.read(fd, 1) == b"e":
                    return int(fd)
                os.close(fd)

    def _abandoned(self, ready: set[int]) -> bool:
        """Whether gofer died before it took the sandbox over."""
        if 0 not in ready:
            return False
        self.poll.unregister(0)
        return os.read(0, 1) != b"k"

    def _over(self) -> bool:
        now, words = time.monotonic(), self.orders.words
        if now - self.born > float(words["wall"]) or self._quiet(now) > float(words["idle"]):
            return True
        return words["disk"] == "watched" and self._full(now)

    def _quiet(self, now: float) -> float:
        """Seconds since the heartbeat last changed, by a clock that stands still while the machine sleeps."""
        beat = os.stat(os.path.join(self.orders.folder, "heartbeat")).st_mtime_ns
        if beat != self.beat:
            self.beat, self.beaten = beat, now
        return now - self.beaten

    def _full(self, now: float) -> bool:
        """Whether the files are more than allowed; looking takes at most a twentieth of the time."""
        if now < self.next_look:
            return False
        try:
            trees.require_at_most(self.orders.disk_bytes, self.orders.folder)
        except trees.TooMuch:
            return True
        self.next_look = now + 20 * (time.monotonic() - now)
        return False
