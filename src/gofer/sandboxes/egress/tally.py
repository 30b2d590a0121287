"""How much a sandbox used the network, in a file of its folder: whoever takes it over goes on counting."""

import os
import struct
from pathlib import Path

from gofer.core.sandbox import NetworkUse, Traffic

FORM = struct.Struct("<4Q")


def look(path: Path) -> NetworkUse:
    """What was counted so far; nothing when there is no such file."""
    try:
        requests, refused, sent, received = FORM.unpack(path.read_bytes())
    except (OSError, struct.error):
        return NetworkUse()
    return NetworkUse(requests=requests, refused=refused, sent=sent, received=received)


class Tally:
    """Counts what a proxy reports."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.use = look(path) if path else NetworkUse()

    def add(self, traffic: Traffic) -> None:
        """One request more."""
        self.use = NetworkUse(
            requests=self.use.requests + 1,
            refused=self.use.refused + (not traffic.allowed),
            sent=self.use.sent + traffic.sent,
            received=self.use.received + traffic.received,
        )
        if self._path:
            keep(self._path, self.use)


def keep(path: Path, use: NetworkUse) -> None:
    """Write it in one go; a sandbox that is being destroyed, or a full disk, is no reason to refuse a request."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return
    try:
        os.pwrite(file, FORM.pack(use.requests, use.refused, use.sent, use.received), 0)
    except OSError:
        return
    finally:
        os.close(file)
