"""A House is one shared desktop: its Chromium, and the rooms in it, each with a way out of its own."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import structlog

from gofer.core.errors import Refused, Unavailable
from gofer.core.sandbox import Limits, Profile, Sandbox, SandboxSpec, Traffic
from gofer.core.sharing import Lane, Room, SharedBrowser, SupportsLanes
from gofer.kernel.keeping import Keeping
from gofer.kernel.parts import Parts
from gofer.kernel.traffic import TrafficBook

SPEC = SandboxSpec(profile=Profile.DESKTOP, limits=Limits(memory_mb=4096, pids=2048, wall_seconds=24 * 3600.0))
"""The desktop itself may go nowhere: what its rooms may is theirs."""

MOST_ROOMS = 12
"""In one Chromium; more errands get another one."""

MAKE_SECONDS = 60.0
"""For a room. Half a second is the rule; a machine with far too much to do needs most of it."""

STUCK_SECONDS = 90.0
"""Without a single room, though asked for some: on a busy machine one of them comes."""

CLOSE_SECONDS = 10.0
"""For each part of what ends."""

MOST_SECONDS = 12 * 3600.0
"""A house this old takes nobody in any more, so that no errand meets the end of its sandbox."""

log = structlog.get_logger()


@dataclass
class Let:
    """A room and its way out, made for one errand. Nothing passes before `allow`, and nobody has it twice."""

    book: TrafficBook
    way_out: str = field(default_factory=lambda: f"lane {uuid4().hex}")
    room: Room | None = None
    lane: Lane | None = None

    def told(self, traffic: Traffic, /) -> None:
        """What goes through the lane is of the run that holds it."""
        self.book.tell(self.way_out, traffic)

    async def close(self) -> None:
        """End the context, then cut what is left of its connections, also when the context does not end."""
        for part in (self.room, self.lane):
            if part is not None:
                await ended(part.close())


class House:
    """Built by `open_house`; knows how many errands are in it."""

    def __init__(self, box: Sandbox, browser: SharedBrowser, book: TrafficBook) -> None:
        self.box = box
        self.browser = browser
        self.taken = 0
        self._book = book
        self._born = self.left = time.monotonic()
        self._ready: deque[Let] = deque()
        self._shut = False
        self._failing: float | None = None

    @property
    def has_place(self) -> bool:
        """Whether another errand may come."""
        young = time.monotonic() - self._born < MOST_SECONDS
        return not self._shut and self.browser.alive and young and self.taken < MOST_ROOMS

    @property
    def ready(self) -> int:
        """Rooms that wait."""
        return len(self._ready)

    def shut(self) -> None:
        """Take nobody in any more; who is in it stays."""
        self._shut = True

    async def take(self) -> Let:
        """A room that waited and is well, or a new one; raises `Unavailable` when the browser is gone or stuck."""
        while self._ready:
            if await self._well(let := self._ready.popleft()):
                return let
        return await self._made()

    async def prepare(self, wanted: int) -> None:
        """Have so many rooms ready, as far as there is place for their errands."""
        while len(self._ready) < min(wanted, MOST_ROOMS - self.taken) and self.has_place:
            self._ready.append(await self._made())

    async def end(self) -> None:
        """Close everything in it, each whatever became of the others."""
        self.shut()
        while self._ready:
            await self._ready.popleft().close()
        await ended(self.browser.close())
        await ended(self.box.close())

    async def _well(self, let: Let) -> bool:
        """Whether it is; one that is not is closed, and so is one whose taker does not wait for the answer."""
        well = False
        try:
            well = let.room is not None and await let.room.healthy()
        finally:
            if not well:
                await asyncio.shield(let.close())
        return well

    async def _made(self) -> Let:
        """A new room. A browser that has made none for long, though asked to, takes nobody in any more."""
        let, began = Let(self._book), time.monotonic()
        try:
            async with asyncio.timeout(MAKE_SECONDS):
                await self._furnish(let)
        except BaseException as error:
            await asyncio.shield(let.close())
            if not isinstance(error, TimeoutError | Unavailable):
                raise
            self._failing = self._failing or began
            if time.monotonic() - self._failing >= STUCK_SECONDS:
                self.shut()
            raise Unavailable("The shared browser does not open a context.") from error
        self._failing = None
        return let

    async def _furnish(self, let: Let) -> None:
        assert isinstance(self.box, SupportsLanes)
        let.lane = await self.box.lane(let.told)
        let.room = await self.browser.room(let.lane.address)


async def ended(closing: Awaitable[None]) -> None:
    """Wait for the end of something, but not for ever; what does not end must not keep the rest from ending."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing
    except Exception as error:  # whatever it is: the sandbox's end ends it too
        log.warning("sharing.not_closed", reason=repr(error))


async def open_house(parts: Parts, keeping: Keeping, book: TrafficBook) -> House:
    """A new desktop with its browser; raises `Refused` where the provider cannot give contexts a way out each."""
    box = await keeping.create(partial(parts.sandboxes.create, SPEC))
    try:
        if box.screen is None or not isinstance(box, SupportsLanes):
            raise Refused("Browsers cannot be shared on this provider's sandboxes; ask for a desktop of its own.")
        return House(box, await parts.share_browser(box.screen), book)
    except BaseException:
        await asyncio.shield(keeping.abandon(box))
        raise
