"""How often an address may come without a valid secret before it has to wait: a small budget, kept in memory."""

import hashlib
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.requests import HTTPConnection

from gofer.core.errors import Refused

V = TypeVar("V")

TRIES = 60
"""Failures that one address has at once."""
SECONDS_EACH = 10.0
"""After this long it has one more."""
ADDRESSES = 4096
FRIENDS = 1024
"""How many addresses, and how many good secrets, are remembered; the ones longest unseen are forgotten."""


@dataclass
class Strangers:
    """Counts failures by address. A secret that was good here before is never made to wait for its neighbours'
    failures, and on loopback, where everybody shares one address, neither is one that is shown for the first time."""

    clock: Callable[[], float] = time.monotonic
    left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    friends: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def let_try(self, connection: HTTPConnection, secret: str) -> None:
        """Whether this secret may be looked up at all; raises `Refused` (ERR_BUSY) when its address has to wait."""
        place = address(connection)
        if not (is_loopback(place) or digest(secret) in self.friends) and self._left(place) < 1:
            raise self._wait(place)

    def good(self, secret: str) -> None:
        """Remember a secret that opened something."""
        remember(self.friends, digest(secret), None, FRIENDS)

    def failed(self, connection: HTTPConnection) -> None:
        """Count one failure; raises `Refused` (ERR_BUSY) when the address had none left."""
        place = address(connection)
        left = self._left(place)
        if left < 1:
            raise self._wait(place)
        remember(self.left, place, (left - 1, self.clock()), ADDRESSES)

    def _left(self, place: str) -> float:
        left, at = self.left.get(place, (TRIES, self.clock()))
        return min(TRIES, left + (self.clock() - at) / SECONDS_EACH)

    def _wait(self, place: str) -> Refused:
        seconds = math.ceil((1 - self._left(place)) * SECONDS_EACH)
        message = f"Too many requests without a valid token came from {place}."
        return Refused(message, code="ERR_BUSY", retry_after=max(1, seconds))


def address(connection: HTTPConnection) -> str:
    """Whose budget it is: an IPv4 address, or the /64 network that one IPv6 customer has."""
    host = connection.client.host if connection.client else "unknown"
    try:
        known = ipaddress.ip_address(host)
    except ValueError:
        return host
    if known.version == 4 or known.is_loopback:
        return str(known)
    return str(ipaddress.ip_network(f"{known}/64", strict=False))


def is_loopback(place: str) -> bool:
    """Whether everybody on this machine has this address."""
    try:
        return ipaddress.ip_address(place).is_loopback
    except ValueError:
        return False


def digest(secret: str) -> str:
    """How a good secret is remembered, so that this memory opens nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def remember(kept: OrderedDict[str, V], key: str, value: V, most: int) -> None:
    """Put an entry last, and forget the first ones beyond `most`."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
