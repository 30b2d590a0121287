"""A House is one shared desktop: its Chromium, and the rooms in it, each with a way out of its own."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

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

MOST_SECONDS = 12 * 3600.0
"""A house this old takes nobody in any more, so that no errand meets the end of its sandbox."""


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
        """End the context, then cut what is left of its connections."""
        if self.room is not None:
            await self.room.close()
        if self.lane is not None:
            await self.lane.close()


class House:
    """Built by `open_house`; knows how many errands are in it."""

    def __init__(self, box: Sandbox, browser: SharedBrowser, book: TrafficBook) -> None:
        self.box = box
        self.browser = browser
        self.taken = 0
        self._book = book
        self._born = self.left = time.monotonic()
        self._ready: deque[Let] = deque()

    @property
    def has_place(self) -> bool:
        """Whether another errand may come."""
        young = time.monotonic() - self._born < MOST_SECONDS
        return self.browser.alive and young and self.taken < MOST_ROOMS

    @property
    def ready(self) -> int:
        """Rooms that wait."""
        return len(self._ready)

    async def take(self) -> Let:
        """A room that waited and is well, or a new one; raises `Unavailable` when the browser is gone."""
        while self._ready:
            let = self._ready.popleft()
            if let.room is not None and await let.room.healthy():
                return let
            await let.close()
        return await self._made()

    async def prepare(self, wanted: int) -> None:
        """Have so many rooms ready."""
        while len(self._ready) < wanted and self.has_place:
            self._ready.append(await self._made())

    async def end(self) -> None:
        """Close everything in it."""
        while self._ready:
            await self._ready.popleft().close()
        await self.browser.close()
        await self.box.close()

    async def _made(self) -> Let:
        assert isinstance(self.box, SupportsLanes)
        let = Let(self._book)
        try:
            let.lane = await self.box.lane(let.told)
            let.room = await self.browser.room(let.lane.address)
        except BaseException:
            await asyncio.shield(let.close())
            raise
        return let


async def open_house(parts: Parts, keeping: Keeping, book: TrafficBook) -> House:
    """A new desktop with its browser; raises `Refused` where the provider cannot give contexts a way out each."""
    box = await keeping.create(partial(parts.sandboxes.create, SPEC))
    try:
        if box.screen is None or not isinstance(box, SupportsLanes):
            raise Refused("Browsers cannot be shared on this provider's sandboxes; ask for a desktop of its own.")
        return House(box, await parts.share_browser(box.screen), book)
    except BaseException:
        await asyncio.shield(_abandon(box, keeping))
        raise


async def _abandon(box: Sandbox, keeping: Keeping) -> None:
    if box.ref is None:
        raise Unavailable("The sandbox has no identity.", code="ERR_SANDBOX_LOST")
    await box.close()
    await keeping.end(box.ref)
