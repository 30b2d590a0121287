"""Errands that share a Chromium: one per principal, with rooms made ahead; it ends when nobody needs it any more."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from gofer.core.errors import GoferError, Unavailable
from gofer.core.run import Run
from gofer.core.sandbox import Egress
from gofer.core.sharing import Room
from gofer.kernel.houses import House, Let, open_house
from gofer.kernel.keeping import Keeping
from gofer.kernel.parts import Parts
from gofer.kernel.traffic import TrafficBook

LOOK_SECONDS = 1.0
EVERYBODY = ""
"""Whose houses they are when the settings let principals share one."""

log = structlog.get_logger()


class Sharing:
    """Lends rooms in shared browsers to runs."""

    def __init__(self, parts: Parts, keeping: Keeping, book: TrafficBook) -> None:
        self._parts = parts
        self._keeping = keeping
        self._book = book
        self._houses: dict[str, list[House]] = defaultdict(list)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._due = asyncio.Event()
        self._tending: dict[House, asyncio.Task[None]] = {}

    @property
    def houses(self) -> list[House]:
        """The shared desktops that run now."""
        return [house for owned in self._houses.values() for house in owned]

    @property
    def ready(self) -> int:
        """Rooms that wait in all of them."""
        return sum(house.ready for house in self.houses)

    @asynccontextmanager
    async def room(self, run: Run, rules: Egress) -> AsyncIterator[Room]:
        """A browser context for as long as the block runs, with these rules for its way out."""
        house, let = await self._let(EVERYBODY if self._parts.policy.share_across_principals else run.principal)
        assert let.room is not None
        assert let.lane is not None
        try:
            with self._book.holding(let.way_out, run.id):
                try:
                    let.lane.allow(rules)
                    yield let.room
                finally:
                    await asyncio.shield(let.close())
        finally:
            house.taken -= 1
            house.left = time.monotonic()
            await self._book.flush()

    async def _let(self, owner: str) -> tuple[House, Let]:
        """A room in a house of this owner; a browser that dies in this moment is worth a second try."""
        for last in (False, True):
            house = await self._entered(owner)
            try:
                return house, await house.take()
            except BaseException as error:
                house.taken -= 1
                if last or not isinstance(error, Unavailable):
                    raise
            finally:
                self._due.set()
        raise AssertionError

    async def _entered(self, owner: str) -> House:
        async with self._locks[owner]:
            house = next((one for one in self._houses[owner] if one.has_place), None)
            if house is None:
                house = await open_house(self._parts, self._keeping, self._book)
                self._houses[owner].append(house)
            house.taken += 1
            return house

    async def serve(self) -> None:
        """Make rooms ahead and end what nobody needs, for ever."""
        while True:
            self.tend()
            self._due.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):  # `wait_for` loses a cancellation that comes with the event
                    await self._due.wait()

    def tend(self) -> None:
        """One look at every house, each by itself: a browser that hangs keeps no other one waiting."""
        for owner, houses in list(self._houses.items()):
            for house in houses:
                if house not in self._tending:
                    self._tending[house] = asyncio.create_task(self._tended(owner, house))
            if not houses and not self._locks[owner].locked():
                del self._houses[owner]

    async def close(self) -> None:
        """End every house."""
        looks = list(self._tending.values())
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        ends = [self._end(owner, house) for owner, houses in self._houses.items() for house in houses]
        for failure in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(failure, BaseException):
                log.warning("sharing.not_ended", reason=repr(failure))

    async def _tended(self, owner: str, house: House) -> None:
        """What a house needs now, and never an error."""
        try:
            await self._look_after(owner, house)
        except (GoferError, OSError) as error:
            log.warning("sharing.unavailable", reason=str(error))
        except Exception:  # the house is looked at again
            log.exception("sharing.failed")
        finally:
            del self._tending[house]

    async def _look_after(self, owner: str, house: House) -> None:
        if self._over(house):
            await self._end(owner, house)
        elif house.has_place:
            await house.prepare(self._parts.policy.warm_contexts)

    def _over(self, house: House) -> bool:
        idle = time.monotonic() - house.left > self._parts.policy.shared_idle_seconds
        return house.taken == 0 and (idle or not house.has_place)

    async def _end(self, owner: str, house: House) -> None:
        """It is on the list until it has ended, so that an end that fails is tried again."""
        await house.end()
        if house.box.ref is not None:
            await self._keeping.end(house.box.ref)
        self._houses[owner].remove(house)
