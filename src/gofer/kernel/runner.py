"""Carries a run from its first slot to its end: attempts, retries, cancel, and the clean-up after all of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from pydantic import TypeAdapter

from gofer.core.application import Application
from gofer.core.errors import Broken, Cancelled, GoferError, Refused, Stopped, Unavailable
from gofer.core.event import (
    EventBody,
    RunCancelled,
    RunFailed,
    RunRecovered,
    RunRetrying,
    RunStarted,
    RunSucceeded,
)
from gofer.core.run import Run, RunError, Status
from gofer.kernel.context import Context, due
from gofer.kernel.engine.engine import Engine
from gofer.kernel.lending import Lender
from gofer.kernel.parts import Parts
from gofer.kernel.slots import Slots
from gofer.kernel.steps import Steps, understood
from gofer.kernel.stopwatch import Stopwatch
from gofer.kernel.waits import Waits
from gofer.kernel.watch import Watch
from gofer.storage import questions, runs

MOST_CRASHES = 20
"""A run that was at work in so many crashes of its worker is taken to be their cause."""

log = structlog.get_logger()
ANY: TypeAdapter[Any] = TypeAdapter(Any)
T = TypeVar("T")


class Runner:
    """What the engine calls for each run, and again after each crash."""

    def __init__(self, parts: Parts, watch: Watch, lender: Lender) -> None:
        self._parts = parts
        self._watch = watch
        self._lender = lender
        self._closing = False
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self.engine: Engine
        self.slots: Slots

    async def carry(self, run_id: str) -> None:
        """Everything that happens to a run between its slot and its end."""
        taken = await self._take(run_id)
        if taken.row is None:
            return
        task = asyncio.current_task()
        if task is None:
            raise Broken("A run is carried by a task.")
        self._tasks[run_id] = task
        try:
            ending = await self._ending(taken.row, taken.recovered, task)
            await self._finish(run_id, ending, taken.recovered)
        finally:
            self._tasks.pop(run_id, None)

    async def _take(self, run_id: str) -> "_Adoption":
        """The run in this worker's hands: begun, or gone on with when its beginning was told of before."""
        worker = self._parts.worker
        taking = _Adoption(run_id, worker)
        append = partial(self._parts.log.append, run_id)
        started = RunStarted(attempt=1, worker=worker)
        begun = await _patiently(partial(append, started, key="started/1", change=taking.begin))
        if begun and taking.row is None:
            await _patiently(partial(append, RunRecovered(worker=worker), change=taking.go_on))
        return taking

    async def close(self) -> None:
        """Let go of every run; each goes on at the next start."""
        self._closing = True
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        at_work = list(self._tasks)
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(GoferError):
            await self._parts.database.write(partial(runs.let_go, run_ids=at_work))

    async def _ending(self, row: sa.RowMapping, recovered: bool, task: asyncio.Task[Any]) -> EventBody:
        run = runs.as_run(row)
        try:
            if row["cancel_by"]:
                raise asyncio.CancelledError
            if row["crashes"] > MOST_CRASHES:
                raise Broken(f"The worker died {row['crashes']} times while it carried this run.")
            with self._watch.cancellable(run.id, partial(_cancel, task)):
                if recovered:
                    await self._watch.look()  # a person may hold control since before the crash
                return await self._attempts(run, recovered, row["worked_seconds"])
        except asyncio.CancelledError:
            if self._closing:
                raise
            _uncancel()
            return RunCancelled(by=await self._canceller(run.id))
        except Exception as error:  # whatever it is: an unended run would keep its slot for ever
            return self._ended_by(run, error)

    def _ended_by(self, run: Run, error: Exception) -> EventBody:
        if isinstance(error, Cancelled):
            return RunCancelled(by=error.message)
        failure = understood(error, run=run.id)
        return RunFailed(error=RunError(**failure.as_dict()))

    async def _attempts(self, run: Run, recovered: bool, worked_seconds: float) -> EventBody:
        application = self._parts.applications.get(run.app)
        if application is None:
            raise Refused(f"There is no application {run.app} any more.", code="ERR_UNKNOWN_APP")
        steps = Steps(self.engine, self._parts.log, run.id)
        if recovered:
            await steps.recollect()
        waits = Waits(self._parts, self.slots, self._watch, run.id)
        waits.stopwatch = Stopwatch(application.budget.seconds, worked_seconds)
        waits.slotless = run.status is not Status.RUNNING
        context = Context(self._parts, run, steps, waits, self._lender)
        attempt = tries = 1
        while True:
            context.begin(attempt)
            try:
                return await self._attempt(application, run, context)
            except (Refused, Stopped):
                raise
            except Exception as error:
                failure = understood(error, run=run.id)
                again = steps.expects(due(_retry(attempt)))
                if tries >= self._parts.policy.attempts or not (again or error is failure):
                    raise failure from error
            tries += 1
            if again:
                await self._back_off(run, context, attempt, failure)
                attempt += 1
            else:  # it went further before the crash than now: that attempt has not failed, it is to be gone on with
                log.warning("run.not_there_yet", run=run.id, reason=failure.message)
                await asyncio.sleep(self._delay(tries))

    async def _attempt(self, application: Application, run: Run, context: Context) -> EventBody:
        async with context.timed():
            output = await application.flow(context, application.input.model_validate(run.input))
        return RunSucceeded(output=ANY.dump_python(output, mode="json"))

    async def _back_off(self, run: Run, context: Context, attempt: int, failure: GoferError) -> None:
        delay = self._delay(attempt + 1)
        error = RunError(**failure.as_dict())
        retrying = RunRetrying(attempt=attempt + 1, delay_seconds=delay, error=error)
        change = partial(_count_attempt, run_id=run.id, attempt=attempt + 1)
        append = partial(self._parts.log.append, run.id)
        await _patiently(partial(append, retrying, key=f"retrying/{attempt + 1}", change=change))
        await context.sleep(delay, _retry(attempt))
        started = RunStarted(attempt=attempt + 1, worker=self._parts.worker)
        await _patiently(partial(append, started, key=f"started/{attempt + 1}"))

    def _delay(self, attempt: int) -> float:
        """Seconds before this attempt."""
        policy = self._parts.policy
        return policy.retry_seconds * policy.retry_factor ** (attempt - 2)

    async def _canceller(self, run_id: str) -> str:
        row = await _patiently(partial(self._parts.database.read, partial(runs.find, run_id=run_id)))
        return str(row["cancel_by"]) if row is not None and row["cancel_by"] else "gofer"

    async def _clean_up(self, run_id: str) -> None:
        try:
            await self._lender.end_all(run_id)
        except Exception as error:  # the reaper finds what is left; an unended run would keep its slot for ever
            log.warning("run.cleanup_failed", run=run_id, reason=str(error))

    async def _finish(self, run_id: str, ending: EventBody, recovered: bool) -> None:
        if recovered or self._lender.served(run_id):
            row = await _patiently(partial(self._parts.database.read, partial(runs.find, run_id=run_id)))
            if row is None or row["worker"] != self._parts.worker:
                return  # another worker took the run while this one was cut off
            await self._clean_up(run_id)
        try:
            await self._end(run_id, ending)
        except Exception as error:  # what it came to cannot be stored, but that it is over can
            await self._end(run_id, RunFailed(error=RunError(**understood(error, run=run_id).as_dict())))
        self.slots.kick()

    async def _end(self, run_id: str, ending: EventBody) -> None:
        now = self._parts.clock.now().timestamp()
        change = partial(_end, run_id=run_id, ending=ending, at=now, worker=self._parts.worker)
        await _patiently(partial(self._parts.log.append, run_id, ending, key="end", change=change))


async def _patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What must be stored: a run whose beginning or end got lost in an outage would hold its slot for ever."""
    while True:
        try:
            return await work()
        except Unavailable as error:
            log.warning("run.not_stored_yet", reason=error.message)
            await asyncio.sleep(1)


def _retry(attempt: int) -> str:
    return f"retry {attempt}"


def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()


def _uncancel() -> None:
    task = asyncio.current_task()
    while task is not None and task.cancelling():
        task.uncancel()


class _Adoption:
    """Takes a run into this worker's hands, as part of the event that tells of it."""

    def __init__(self, run_id: str, worker: str) -> None:
        self._run_id = run_id
        self._worker = worker
        self.row: sa.RowMapping | None = None
        """The run as it was before; None when it is over."""
        self.recovered = False

    def begin(self, connection: sa.Connection) -> bool:
        """The run's first time."""
        if self._look(connection) is None:
            return False
        if self.row is not None and self.row["worker"] != self._worker:
            runs.update(connection, self._run_id, worker=self._worker)
        return True

    def go_on(self, connection: sa.Connection) -> bool:
        """After a worker that died, perhaps because of this run if it was at work."""
        row = self._look(connection)
        if row is None:
            return False
        self.recovered = True
        crashed = row["status"] == Status.RUNNING.value
        runs.update(connection, self._run_id, worker=self._worker, crashes=row["crashes"] + int(crashed))
        return True

    def _look(self, connection: sa.Connection) -> sa.RowMapping | None:
        row = runs.find(connection, self._run_id)
        self.row = None if row is None or Status(row["status"]).ended else row
        return self.row


def _count_attempt(connection: sa.Connection, run_id: str, attempt: int) -> None:
    runs.update(connection, run_id, attempt=attempt)


ENDINGS: dict[type[Any], Status] = {
    RunSucceeded: Status.SUCCEEDED,
    RunFailed: Status.FAILED,
    RunCancelled: Status.CANCELLED,
}


def _end(connection: sa.Connection, run_id: str, ending: EventBody, at: float, worker: str) -> bool:
    values: dict[str, Any] = {"status": ENDINGS[type(ending)].value, "waiting_for": None, "ended_at": at}
    values["controlled_by"] = None
    if isinstance(ending, RunSucceeded):
        values["output"] = ending.output
    if isinstance(ending, RunFailed):
        values["error"] = ending.error.model_dump()
    if not runs.end(connection, run_id, worker, values):
        return False
    questions.withdraw(connection, run_id)
    return True
