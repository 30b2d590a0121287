"""Hears what people say to runs of this worker: answers, cancel, control; one query per tick serves them all."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from functools import partial

import sqlalchemy as sa
import structlog

from gofer.core.errors import GoferError
from gofer.core.question import AskedQuestion
from gofer.storage import questions, slots
from gofer.storage.database import Database

TICK_SECONDS = 0.25
"""How soon this worker hears what was said through another process; in its own process it is told at once."""

AGAIN_SECONDS = 10.0
"""A run that still goes on so long after its cancel is cancelled again: something swallowed it. Clean-up may take that
long."""

log = structlog.get_logger()


class Watch:
    """Wakes the waits of this process."""

    def __init__(self, database: Database, worker: str) -> None:
        self._database = database
        self._worker = worker
        self._asked: dict[str, asyncio.Future[AskedQuestion]] = {}
        self._cancellable: dict[str, Callable[[], None]] = {}
        self._cancelled: dict[str, float] = {}
        self._controlled: dict[str, str] = {}
        self._returned: dict[str, asyncio.Event] = {}
        self._kicked = asyncio.Event()
        self._tick_seconds = 1.0 if database.sqlite else TICK_SECONDS

    def kick(self) -> None:
        """Something was said in this process: look now."""
        self._kicked.set()

    async def answer(self, question_id: str) -> AskedQuestion:
        """The question, once it is open no longer."""
        waiting: asyncio.Future[AskedQuestion] = asyncio.get_running_loop().create_future()
        self._asked[question_id] = waiting
        self.kick()
        try:
            return await waiting
        finally:
            self._asked.pop(question_id, None)

    def holder(self, run_id: str) -> str | None:
        """Who holds the run's keyboard and mouse; None is the agent."""
        return self._controlled.get(run_id)

    def controlled(self) -> dict[str, str]:
        """Who holds the keyboard and mouse of which run of this worker."""
        return dict(self._controlled)

    async def control_returned(self, run_id: str) -> None:
        """Wait until nobody holds control."""
        while run_id in self._controlled:
            await self._returned.setdefault(run_id, asyncio.Event()).wait()

    @contextlib.contextmanager
    def cancellable(self, run_id: str, cancel: Callable[[], None]) -> Iterator[None]:
        """Call `cancel` when somebody asks for the run to stop."""
        self._cancellable[run_id] = cancel
        try:
            yield
        finally:
            del self._cancellable[run_id]
            self._cancelled.pop(run_id, None)
            self._controlled.pop(run_id, None)

    async def serve(self) -> None:
        """Listen for ever."""
        while True:
            self._kicked.clear()
            try:
                await self.look()
            except GoferError as error:
                log.warning("watch.unavailable", reason=error.message)
            except Exception:  # without this service nobody's cancel or answer is heard
                log.exception("watch.failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._tick_seconds):
                    await self._kicked.wait()

    async def look(self) -> None:
        """Hear what was said since the last look."""
        if self._cancellable:
            rows, closed = await self._database.read(partial(_heard, worker=self._worker, asked=list(self._asked)))
            self._answer(closed)
            self._control({row["id"]: row["controlled_by"] for row in rows if row["controlled_by"]})
            for row in rows:
                if row["cancel_by"]:
                    self._cancel(row["id"])

    def _cancel(self, run_id: str) -> None:
        now = time.monotonic()
        cancel = self._cancellable.get(run_id)
        if cancel is not None and now - self._cancelled.get(run_id, -AGAIN_SECONDS) >= AGAIN_SECONDS:
            self._cancelled[run_id] = now
            cancel()

    def _answer(self, closed: list[AskedQuestion]) -> None:
        for question in closed:
            waiting = self._asked.get(question.id)
            if waiting and not waiting.done():
                waiting.set_result(question)

    def _control(self, controlled: dict[str, str]) -> None:
        returned = self._controlled.keys() - controlled.keys()
        self._controlled = controlled
        for run_id in returned:
            if event := self._returned.pop(run_id, None):
                event.set()


def _heard(connection: sa.Connection, worker: str, asked: list[str]) -> tuple[list[sa.RowMapping], list[AskedQuestion]]:
    closed = questions.closed(connection, asked) if asked else []
    return slots.watched(connection, worker), closed
