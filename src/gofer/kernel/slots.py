"""Slots: how many runs work at once, who goes next, and who goes back to work after a wait."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from gofer.core.errors import GoferError
from gofer.kernel.parts import Policy
from gofer.storage import slots
from gofer.storage.database import Database

POLL_SECONDS = 0.05
"""How soon a worker sees what another process queued; in its own process it is told at once."""

log = structlog.get_logger()
Start = Callable[[str], Awaitable[None]]


class Slots:
    """Grants free slots by priority and age: to this worker's runs that waited and, while it `begins` any, others."""

    def __init__(
        self, database: Database, worker: str, policy: Policy, start: Start, begins: Callable[[], bool]
    ) -> None:
        self._database = database
        self._worker = worker
        self._limits = slots.Limits(policy.concurrent_runs, policy.per_principal)
        self._start = start
        self._begins = begins
        self._kicked = asyncio.Event()
        self._returning: dict[str, set[asyncio.Future[None]]] = {}
        self._poll_seconds = 1.0 if database.sqlite else POLL_SECONDS
        self._doubtful = False

    def kick(self) -> None:
        """A run was queued or a slot became free: look now."""
        self._kicked.set()

    async def regain(self, run_id: str, queued: Awaitable[bool]) -> None:
        """Wait for a slot for a run that goes on here, if `queued` put it back into the queue."""
        granted = asyncio.get_running_loop().create_future()
        self._returning.setdefault(run_id, set()).add(granted)  # a flow may wait for several things at once
        try:
            if await queued:
                self.kick()
                await granted
        finally:
            self._waits_no_more(run_id, granted)

    def _waits_no_more(self, run_id: str, granted: asyncio.Future[None]) -> None:
        if waiting := self._returning.get(run_id):
            waiting.discard(granted)
            if not waiting:
                del self._returning[run_id]

    async def serve(self) -> None:
        """Grant slots for ever."""
        while True:
            self._kicked.clear()
            try:
                await self.grant()
            except GoferError as error:
                log.warning("slots.unavailable", reason=error.message)
            except Exception:  # without this service no run begins
                log.exception("slots.failed")
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._kicked.wait()
            except TimeoutError:
                continue

    async def grant(self) -> None:
        """Give away what is free now."""
        if self._doubtful:
            await self._give_again()
        if not await self._database.read(partial(slots.worth_claiming, total=self._limits.total)):
            return
        self._doubtful = True
        work = partial(slots.claim, worker=self._worker, limits=self._limits, begins=self._begins())
        for run_id in await self._database.write_apart(work):
            await self._give(run_id)
        self._doubtful = False

    async def _give_again(self) -> None:
        """The database may have granted a claim whose answer got lost. To begin what has begun changes nothing."""
        for run_id in await self._database.read(partial(slots.granted, worker=self._worker)):
            await self._give(run_id)
        self._doubtful = False

    async def _give(self, run_id: str) -> None:
        if returning := self._returning.pop(run_id, None):
            for waiting in returning:
                _wake(waiting)
        else:
            await self._begin(run_id)

    async def _begin(self, run_id: str) -> None:
        try:
            await self._start(run_id)
        except Exception:
            log.exception("slots.not_begun", run=run_id)
            await self._database.write(partial(slots.requeue, run_ids=[run_id], workers=[self._worker]))


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
