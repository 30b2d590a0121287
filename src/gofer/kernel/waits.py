"""How a run waits: it gives its slot back, says what for, and queues for a slot when that has happened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from gofer.core.application import Until
from gofer.core.errors import Denied
from gofer.core.event import QuestionAnswered, QuestionAsked, QuestionWithdrawn, RunResumed, RunWaiting
from gofer.core.question import AskedQuestion, Question, QuestionState
from gofer.core.run import Status, WaitingFor
from gofer.kernel.parts import Parts
from gofer.kernel.slots import Slots
from gofer.kernel.stopwatch import Stopwatch
from gofer.kernel.watch import Watch
from gofer.storage import questions, runs

NOBODY, ITSELF = "timeout", "itself"

LOOK_SECONDS = 0.4
"""How often a question that may answer itself is looked at."""


class Waits:
    """The waits of one run."""

    def __init__(self, parts: Parts, slots: Slots, watch: Watch, run_id: str) -> None:
        self._parts = parts
        self._slots = slots
        self._watch = watch
        self._run_id = run_id
        self.stopwatch = Stopwatch(None)
        self.slotless = False
        """Whether the run waited when its last worker died, and so goes on without a slot until it has one again."""

    @asynccontextmanager
    async def parked(self, waiting_for: WaitingFor, reason: str, until: datetime | None = None) -> AsyncIterator[None]:
        """Without a slot inside the block; with one again after it."""
        with self.stopwatch.paused():
            waiting = RunWaiting(waiting_for=waiting_for, reason=reason, until=until)
            await self._parts.log.append(
                self._run_id, waiting, change=partial(_park, run_id=self._run_id, waiting_for=waiting_for)
            )
            self._slots.kick()
            self.slotless = True
            yield
            await self._queue()

    async def go_on(self) -> None:
        """Get a slot again if the run has none: what it waited for happened while no worker carried it."""
        if self.slotless:
            with self.stopwatch.paused():
                await self._queue()

    async def _queue(self) -> None:
        await self._slots.regain(self._run_id, self._queued())
        self.slotless = False

    async def _queued(self) -> bool:
        """Put the run back into the queue; False when it has a slot already, given to it while it recovered."""
        resuming = _Resuming(self._run_id)
        await self._parts.log.append(self._run_id, RunResumed(), change=resuming)
        return not resuming.has_slot

    async def sleep_until(self, moment: datetime) -> None:
        """Wait for a time of day."""
        left = (moment - self._parts.clock.now()).total_seconds()
        if left <= 0:
            await self.go_on()
            return
        async with self.parked(WaitingFor.TIMER, f"until {moment:%Y-%m-%d %H:%M:%S} UTC", moment):
            await asyncio.sleep(left)

    async def ask(self, question_id: str, question: Question, until: Until | None = None) -> str:
        """Ask, wait, give the answer. The same id after a crash is the same question."""
        asked = await self._asked(question_id, question)
        if asked.state is QuestionState.OPEN:
            async with self.parked(WaitingFor.PERSON, question.text[:200], asked.deadline):
                asked = await self._answered(asked, until)
        await self.go_on()
        if asked.answer is None:
            raise Denied("Nobody answered in time.", next_step="Retry the run and answer its question.")
        return asked.answer

    async def agents_turn(self) -> None:
        """Wait while a person holds keyboard and mouse."""
        if holder := self._watch.holder(self._run_id):
            async with self.parked(WaitingFor.PERSON, f"{holder} has control"):
                await self._watch.control_returned(self._run_id)
        if self.slotless:  # what was asked before a crash is over, if the agent acts and does not ask again
            await self._withdraw()
        await self.go_on()

    async def _withdraw(self) -> None:
        """Take back what a person was to clear away; one who answers at this moment still has answered."""
        for asked in await self._parts.database.read(partial(questions.open_of, run_id=self._run_id)):
            if asked.question.clears:
                closing = partial(questions.close, question_id=asked.id, state=QuestionState.WITHDRAWN)
                await self._parts.log.append(self._run_id, QuestionWithdrawn(question_id=asked.id), change=closing)

    async def _asked(self, question_id: str, question: Question) -> AskedQuestion:
        now = self._parts.clock.now()
        limit = question.timeout_seconds
        asked = AskedQuestion(
            id=question_id,
            run_id=self._run_id,
            question=question,
            asked_at=now,
            deadline=now + timedelta(seconds=limit) if limit else None,
        )
        before = await self._parts.database.read(partial(questions.find, question_id=question_id))
        again = before is not None and before.state is QuestionState.WITHDRAWN
        key = None if again else f"asked/{question_id}"
        change = partial(_ask, asked=asked)
        await self._parts.log.append(self._run_id, QuestionAsked(question=asked), key=key, change=change)
        stored = await self._parts.database.read(partial(questions.find, question_id=question_id))
        return stored or asked

    async def _answered(self, asked: AskedQuestion, until: Until | None) -> AskedQuestion:
        while asked.state is QuestionState.OPEN:
            left = None if asked.deadline is None else (asked.deadline - self._parts.clock.now()).total_seconds()
            try:
                async with asyncio.timeout(None if left is None else max(0.0, left)):
                    return await self._first(asked, until)
            except TimeoutError:
                asked = await self._expired(asked)
        return asked

    async def _first(self, asked: AskedQuestion, until: Until | None) -> AskedQuestion:
        """Whatever comes first: somebody's answer, or its own."""
        answer = asyncio.ensure_future(self._watch.answer(asked.id))
        itself = asyncio.ensure_future(self._itself(asked, until)) if until else answer
        try:
            await asyncio.wait({answer, itself}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                itself.result()
            return await answer
        finally:
            for waiting in (answer, itself):
                waiting.cancel()

    async def _itself(self, asked: AskedQuestion, until: Until) -> None:
        while (found := await until()) is None:
            await asyncio.sleep(LOOK_SECONDS)
        answered = QuestionAnswered(question_id=asked.id, answer=found, by=ITSELF)
        state = QuestionState.ANSWERED
        closing = partial(questions.close, question_id=asked.id, state=state, answer=found, by=ITSELF)
        await self._parts.log.append(self._run_id, answered, change=closing)
        self._watch.kick()

    async def _expired(self, asked: AskedQuestion) -> AskedQuestion:
        """The question as it stands after its deadline: expired, or answered or postponed in the last moment."""
        answered = QuestionAnswered(question_id=asked.id, answer=asked.question.default or "", by=NOBODY)
        closing = partial(questions.expire, asked=asked, by=NOBODY)
        await self._parts.log.append(self._run_id, answered, change=closing)
        stored = await self._parts.database.read(partial(questions.find, question_id=asked.id))
        return stored or asked.model_copy(update={"state": QuestionState.EXPIRED})


def _park(connection: sa.Connection, run_id: str, waiting_for: WaitingFor) -> bool:
    """False when it waits already: a wait that goes on after a crash is the same wait, and is told of once."""
    statuses = [Status.RUNNING, Status.QUEUED]
    return runs.change_if(connection, run_id, statuses, status=Status.WAITING.value, waiting_for=waiting_for.value)


class _Resuming:
    """From waiting to queued; a run that resumed before a crash is queued or has its slot, and is not told of again."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self.has_slot = False

    def __call__(self, connection: sa.Connection) -> bool:
        row = runs.find(connection, self._run_id)
        self.has_slot = row is not None and row["status"] == Status.RUNNING.value
        queued = {"status": Status.QUEUED.value, "waiting_for": None}
        return runs.change_if(connection, self._run_id, [Status.WAITING], **queued)


def _ask(connection: sa.Connection, asked: AskedQuestion) -> None:
    questions.ask(connection, asked)
