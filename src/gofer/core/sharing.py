"""A shared browser: one Chromium with many contexts, each with cookies and a way out of its own."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, runtime_checkable

from gofer.core.browser import Browser
from gofer.core.sandbox import Egress, Traffic
from gofer.core.session import Sitting


class Lane(Protocol):
    """A way out of a sandbox beside its own: an egress proxy with rules of its own, which lets nothing out at first."""

    @property
    def address(self) -> str:
        """The proxy's address as seen inside the sandbox."""

    def allow(self, rules: Egress) -> None:
        """Let through what these rules say, from now on."""

    async def close(self) -> None:
        """Cut everything that goes through it."""


class TrafficTold(Protocol):
    """Who hears of what goes through a lane."""

    def __call__(self, traffic: Traffic, /) -> None:
        """One verdict of the proxy."""


@runtime_checkable
class SupportsLanes(Protocol):
    """A sandbox that can give each browser context a way out of its own."""

    async def lane(self, told: TrafficTold) -> Lane:
        """A new lane; raises `Unavailable` when the sandbox is gone."""


class Room(Protocol):
    """A browser context with one blank page, made ahead for one errand and used once."""

    async def healthy(self) -> bool:
        """Whether its page still answers."""

    def occupied(self, sitting: Sitting) -> AbstractAsyncContextManager[Browser]:
        """The browser that an errand drives in this context."""

    async def close(self) -> None:
        """End the context with everything in it."""


class SharedBrowser(Protocol):
    """A running Chromium that makes rooms."""

    @property
    def alive(self) -> bool:
        """Whether it still runs."""

    async def room(self, proxy: str) -> Room:
        """A fresh context whose only way out is this proxy; raises `Unavailable` when the browser is gone."""

    async def close(self) -> None:
        """Let go of it."""
