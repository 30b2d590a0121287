"""Stops a run for whoever asks: its worker does it, and where there is none the run ends here."""

from contextlib import suppress
from functools import partial

import sqlalchemy as sa

from gofer.core.errors import GoferError
from gofer.core.event import RunCancelled
from gofer.core.run import Status
from gofer.kernel.lending import Lender
from gofer.kernel.parts import Parts
from gofer.kernel.watch import Watch
from gofer.storage import questions, runs, workers


class Cancelling:
    """The way to stop a run from outside."""

    def __init__(self, parts: Parts, watch: Watch, lender: Lender) -> None:
        self._parts = parts
        self._watch = watch
        self._lender = lender

    async def cancel(self, run_id: str, by: str) -> None:
        """At once if nobody carries it, else its worker is told."""
        if await self._parts.database.write(partial(_ask_to_stop, run_id=run_id, by=by)):
            self._watch.kick()
        else:
            await self._end(run_id, by)

    async def _end(self, run_id: str, by: str) -> None:
        with suppress(GoferError, OSError):  # what cannot be ended now is reaped: the run is over
            await self._lender.end_all(run_id)
        change = partial(_end_uncarried, run_id=run_id, by=by, at=self._parts.clock.now().timestamp())
        if not await self._parts.log.append(run_id, RunCancelled(by=by), key="end", change=change):
            self._watch.kick()  # a worker was faster


def _ask_to_stop(connection: sa.Connection, run_id: str, by: str) -> bool:
    """Whether a worker carries the run, which then sees that it shall stop."""
    runs.update(connection, run_id, cancel_by=by)
    return _carried(connection, run_id)


def _carried(connection: sa.Connection, run_id: str) -> bool:
    row = runs.find(connection, run_id)
    return row is not None and row["worker"] is not None and workers.alive(connection, row["worker"])


def _end_uncarried(connection: sa.Connection, run_id: str, by: str, at: float) -> bool:
    if _carried(connection, run_id):
        return False
    questions.withdraw(connection, run_id)
    ended = {"status": Status.CANCELLED.value, "waiting_for": None, "controlled_by": None, "cancel_by": by}
    return runs.change_if(connection, run_id, [Status.QUEUED, Status.RUNNING, Status.WAITING], ended_at=at, **ended)
