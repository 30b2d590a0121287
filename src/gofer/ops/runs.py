"""What can be asked about runs."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gofer.core.artifact import Artifact
from gofer.core.errors import Refused
from gofer.core.event import Event, QuestionAnswered, QuestionPostponed
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.core.question import AskedQuestion, QuestionState
from gofer.core.request import Request, Trigger
from gofer.core.run import Run, Status
from gofer.kernel.kernel import Kernel
from gofer.storage import artifacts, events, questions, runs

READ, WRITE, CONTROL = "runs:read", "runs:write", "runs:control"


class Asked(BaseModel):
    """Inputs refuse fields that they do not know."""

    model_config = ConfigDict(extra="forbid")


class StartRun(Asked):
    """A new errand."""

    app: str
    input: dict[str, JsonValue] = {}
    key: str | None = Field(None, min_length=1, max_length=200, description="The same key again gives the same run.")
    priority: int = Field(5, ge=1, le=9, description="1 goes first, 9 last.")
    answer_to: str | None = Field(None, max_length=500)
    trigger: Literal["manual", "api"] = Field("api", description="Whether a person or a program asks.")


class OneRun(Asked):
    """Which run."""

    id: str


class ListRuns(Asked):
    """Which runs, newest first."""

    status: Status | None = None
    app: str | None = None
    limit: int = Field(50, ge=1, le=500)
    before: str | None = Field(None, pattern=r"^\d+(\.\d+)?/[\w-]+$", description="The `next` of the page before.")


class RunList(BaseModel):
    """A page of runs."""

    runs: list[Run]
    next: str | None = None


class ReadEvents(OneRun):
    """Which events of a run."""

    after: int = Field(0, ge=0, lt=2**53)
    limit: int = Field(500, ge=1, le=500)


class RetryRun(OneRun):
    """Try again, perhaps with some of the input changed."""

    input: dict[str, JsonValue] = Field({}, description="A JSON merge patch on the old input; null takes a field away.")


class AnswerRun(OneRun):
    """An answer to what a run asks; without `question_id` to its only open question."""

    answer: str = Field(max_length=10_000)
    question_id: str | None = None


class ControlRun(OneRun):
    """Take keyboard and mouse, or hand them back."""

    action: Literal["take", "return"]


class RunOperations:
    """The operations on runs; a principal without `*` sees only its own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._database = kernel.parts.database

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        rows: list[tuple[Any, ...]] = [
            ("run.start", "Start an errand.", WRITE, StartRun, Run, self.start, "POST", "/runs", 202),
            ("run.list", "List runs, newest first.", READ, ListRuns, RunList, self.page, "GET", "/runs"),
            ("run.show", "One run as it stands.", READ, OneRun, Run, self.show, "GET", "/runs/{id}"),
            ("run.events", "A run's events.", READ, ReadEvents, list[Event], self.events, "GET", "/runs/{id}/events"),
            ("run.cancel", "Stop a run.", WRITE, OneRun, Run, self.cancel, "POST", "/runs/{id}/cancel", 202),
            ("run.retry", "Run it again.", WRITE, RetryRun, Run, self.retry, "POST", "/runs/{id}/retry", 202),
            ("run.answer", "Answer a question.", WRITE, AnswerRun, Run, self.answer, "POST", "/runs/{id}/answers"),
            ("run.control", "Take or return control.", CONTROL, ControlRun, Run, self.control, "POST", _CONTROL),
            ("run.artifacts", "A run's files.", READ, OneRun, list[Artifact], self.artifacts, "GET", _ARTIFACTS),
        ]
        return [Operation(*row) for row in rows]

    async def start(self, principal: Principal, wanted: StartRun) -> Run:
        """Accept a request."""
        return await self._kernel.intake.accept(Request(principal=principal.id, **wanted.model_dump()))

    async def page(self, principal: Principal, wanted: ListRuns) -> RunList:
        """A page of runs."""
        filters = {
            "status": wanted.status.value if wanted.status else None,
            "app": wanted.app,
            "principal": None if principal.owns_everything else principal.id,
        }
        return await self._database.read(partial(_list, filters=filters, wanted=wanted))

    async def show(self, principal: Principal, wanted: OneRun) -> Run:
        """The run."""
        run = await self._database.read(partial(_find, run_id=wanted.id))
        if run is None or not (principal.owns_everything or run.principal == principal.id):
            raise Refused(f"There is no run {wanted.id!r}.", code="ERR_UNKNOWN_RUN")
        return run

    async def events(self, principal: Principal, wanted: ReadEvents) -> list[Event]:
        """Stored events."""
        await self.show(principal, wanted)
        return await self._database.read(partial(events.after, run_id=wanted.id, seq=wanted.after, limit=wanted.limit))

    async def cancel(self, principal: Principal, wanted: OneRun) -> Run:
        """Stop it: at once if nobody carries it, else its worker is told."""
        run = await self.show(principal, wanted)
        _still_going(run)
        await self._kernel.cancelling.cancel(run.id, principal.id)
        return await self.show(principal, wanted)

    async def retry(self, principal: Principal, wanted: RetryRun) -> Run:
        """A new run, linked to the old."""
        run = await self.show(principal, wanted)
        if not run.status.ended:
            raise Refused(f"The run is {run.status}; only an ended run is retried.", code="ERR_CONFLICT")
        request = Request(
            app=run.app,
            input=merged(run.input, wanted.input),
            principal=run.principal,
            answer_to=run.answer_to,
            trigger=Trigger.RETRY,
            priority=run.priority,
            retry_of=run.id,
        )
        return await self._kernel.intake.accept(request)

    async def answer(self, principal: Principal, wanted: AnswerRun) -> Run:
        """The first valid answer wins."""
        run = await self.show(principal, wanted)
        asked = await self._open_question(run.id, wanted.question_id)
        if asked.question.choices and wanted.answer not in asked.question.choices:
            choices = ", ".join(asked.question.choices)
            raise Refused(f"answer: {wanted.answer!r} is none of {choices}.", code="ERR_INVALID_INPUT")
        if wanted.answer in asked.question.postpones:
            await self._postpone(asked, wanted.answer, principal)
            return await self.show(principal, wanted)
        answered = QuestionAnswered(question_id=asked.id, answer=wanted.answer, by=principal.id)
        closing = partial(
            questions.close, question_id=asked.id, state=QuestionState.ANSWERED, answer=wanted.answer, by=principal.id
        )
        if not await self._kernel.parts.log.append(run.id, answered, change=closing):
            raise Refused("Somebody else answered first.", code="ERR_CONFLICT")
        self._kernel.watch.kick()
        return await self.show(principal, wanted)

    async def control(self, principal: Principal, wanted: ControlRun) -> Run:
        """Take or return keyboard and mouse."""
        run = await self.show(principal, wanted)
        desktops = self._kernel.desktops
        if wanted.action == "take":
            await desktops.take(run.id, principal.id)
        else:
            # whoever may see the run may free its agent: its owner, or who may do everything
            await desktops.give_back(run.id, run.controlled_by or principal.id, by=principal.id)
        return await self.show(principal, wanted)

    async def artifacts(self, principal: Principal, wanted: OneRun) -> list[Artifact]:
        """What the run handed over."""
        await self.show(principal, wanted)
        return await self._database.read(partial(artifacts.of_run, run_id=wanted.id))

    async def _postpone(self, asked: AskedQuestion, choice: str, principal: Principal) -> None:
        more = timedelta(seconds=asked.question.postpones[choice])
        deadline = (asked.deadline or self._kernel.parts.clock.now()) + more
        postponed = QuestionPostponed(question_id=asked.id, deadline=deadline, by=principal.id)
        change = partial(questions.postpone, question_id=asked.id, deadline=deadline)
        if not await self._kernel.parts.log.append(asked.run_id, postponed, change=change):
            raise Refused("This question is not open (any more).", code="ERR_CONFLICT")

    async def _open_question(self, run_id: str, question_id: str | None) -> AskedQuestion:
        asked = await self._database.read(partial(questions.open_of, run_id=run_id))
        matching = [question for question in asked if question_id in (None, question.id)]
        if len(matching) > 1:
            ids = ", ".join(question.id for question in matching)
            raise Refused(f"question_id: several questions are open: {ids}.", code="ERR_INVALID_INPUT")
        if not matching:
            raise Refused("This question is not open (any more).", code="ERR_CONFLICT")
        return matching[0]


_CONTROL = "/runs/{id}/control"
_ARTIFACTS = "/runs/{id}/artifacts"


def _still_going(run: Run) -> None:
    if run.status.ended:
        how = "was cancelled" if run.status is Status.CANCELLED else run.status.value
        raise Refused(f"The run has ended already: it {how}.", code="ERR_CONFLICT")


def _find(connection: sa.Connection, run_id: str) -> Run | None:
    row = runs.find(connection, run_id)
    return None if row is None else runs.as_run(row, runs.position(connection, row))


def _list(connection: sa.Connection, filters: dict[str, str | None], wanted: ListRuns) -> RunList:
    rows = runs.page(connection, filters, wanted.limit, _place(wanted.before))
    places = runs.positions(connection, rows)
    found = [runs.as_run(row, places.get(row["id"])) for row in rows]
    full = len(rows) == wanted.limit
    return RunList(runs=found, next=f"{rows[-1]['created_at']!r}/{rows[-1]['id']}" if full else None)


def _place(before: str | None) -> runs.Place | None:
    """Where in the list a page ended; a moment goes through text and back without a loss."""
    moment, _, run_id = (before or "").partition("/")
    return (float(moment), run_id) if run_id else None


def merged(old: Mapping[str, JsonValue], patch: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The old input with a JSON merge patch (RFC 7396) on it: objects are merged, null takes a field away."""
    result = dict(old)
    for name, value in patch.items():
        before = result.pop(name, None)
        if isinstance(value, dict):
            result[name] = merged(before if isinstance(before, dict) else {}, value)
        elif value is not None:
            result[name] = value
    return result
