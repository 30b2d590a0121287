"""A gateway without a kernel: runs, events, tokens and desktops in memory, played by a test."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, JsonValue, model_validator

from gofer.core.application import Application, RunContext
from gofer.core.artifact import Artifact
from gofer.core.errors import Refused, Unavailable
from gofer.core.event import (
    ArtifactSaved,
    Body,
    ControlReturned,
    ControlTaken,
    Event,
    QuestionAnswered,
    QuestionAsked,
    QuestionPostponed,
    RunCancelled,
    RunQueued,
    RunResumed,
    ViewerJoined,
    ViewerLeft,
)
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.core.question import AskedQuestion, Question
from gofer.core.run import Run, Status, WaitingFor
from gofer.core.usage import Metrics
from gofer.ops.runs import AnswerRun, ControlRun, ListRuns, OneRun, ReadEvents, RetryRun, RunList, StartRun, merged
from gofer.ops.system import Nothing, SystemStatus
from gofer.ops.tokens import CreateToken, NewToken, Revoked, RevokeToken
from gofer.testing.fake_access import FakeAccess
from gofer.testing.fake_shelf import FakeShelf
from gofer.testing.rfb_server import RfbServer
from gofer.web.gateway import Gateway


class Browse(BaseModel):
    """Like a browser errand's input."""

    goal: str = Field("", max_length=8000, description="What to do, in words.")
    start_url: str = Field("", pattern=r"^(https?://[^\s/]+.*)?$", description="The page to begin at.")
    parameters: dict[str, str] = Field({}, description="Values for the playbook's places.")
    playbook: str | None = Field(None, description="Steps to replay, or their name.")
    profile: str | None = Field(None, max_length=100, description="Whose logins to use.")

    @model_validator(mode="after")
    def _says_what_to_do(self) -> "Browse":
        if not (self.goal or self.playbook):
            raise ValueError("goal is needed where no playbook is named")
        return self


class Chat(BaseModel):
    """Like a chat's input."""

    message: str = Field(min_length=1, max_length=32_000)


async def nothing(_run: RunContext, _asked: object) -> None:
    """What these applications do."""


APPS = {
    "browse": Application("browse", "Do an errand in a web browser.", Browse, nothing),
    "chat": Application("chat", "Talk to an agent that has a sandbox.", Chat, nothing),
}


class FakeLog:
    """Runs and their events, and whoever follows them."""

    def __init__(self) -> None:
        self.runs: dict[str, Run] = {}
        self.events: dict[str, list[Event]] = defaultdict(list)
        self.changed: list[str] = []
        self._news = asyncio.Condition()

    async def add(self, app: str, wanted: Mapping[str, JsonValue], **more: Any) -> Run:
        """A new run."""
        values = {"status": Status.QUEUED, "created_at": datetime.now(UTC)} | more
        run = Run(id=f"run-{len(self.runs) + 1:04}", app=app, input=dict(wanted), **values)
        self.runs[run.id] = run
        await self.tell(run.id, RunQueued())
        return run

    async def tell(self, run_id: str, body: Body, **changes: Any) -> Event:
        """Put an event into a run's log and change the run with it."""
        log = self.events[run_id]
        data = body.model_dump(mode="json", exclude={"type"})
        event = Event(
            seq=len(log) + 1, type=str(body.model_dump()["type"]), at=datetime.now(UTC), run_id=run_id, data=data
        )
        log.append(event)
        self.runs[run_id] = self.runs[run_id].model_copy(update=changes)
        await self._notify(run_id)
        return event

    async def _notify(self, run_id: str) -> None:
        self.changed.append(run_id)
        async with self._news:
            self._news.notify_all()

    async def follow(self, run_id: str, after: int = 0) -> AsyncIterator[Event]:
        """Old events, then new ones, to the run's end."""
        while True:
            known = self.events[run_id][after:]
            for event in known:
                yield event
            after += len(known)
            if self.runs[run_id].status.ended and after >= len(self.events[run_id]):
                return
            await self._longer(self.events[run_id], after)

    async def _longer(self, items: list[Any], than: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: len(items) > than)

    async def changes(self) -> AsyncIterator[str]:
        """Ids of runs as they change."""
        seen = len(self.changed)
        while True:
            await self._longer(self.changed, seen)
            for run_id in self.changed[seen:]:
                seen += 1
                yield run_id


class FakeDesktops:
    """One desktop that every run in `on` has."""

    def __init__(self, log: FakeLog, screen: RfbServer) -> None:
        self.on: set[str] = set()
        self.full = False
        self.asked = 0
        self._log = log
        self._screen = screen

    def watchable(self, run_id: str) -> bool:
        """Whether it is on."""
        return run_id in self.on

    async def open_vnc(self, run_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A viewer's end."""
        if run_id not in self.on:
            raise Refused("There is no desktop.", code="ERR_NOT_FOUND")
        return await self._screen.connect()

    async def joined(self, run_id: str, viewer: Principal) -> None:
        """An event, unless a test fills the disk."""
        if self.full:
            raise Unavailable("The disk is full.", code="ERR_DISK_FULL")
        await self._log.tell(run_id, ViewerJoined(who=viewer.id))

    async def left(self, run_id: str, viewer: Principal) -> None:
        """An event."""
        await self._log.tell(run_id, ViewerLeft(who=viewer.id))

    async def holds_control(self, run_id: str, viewer: Principal) -> bool:
        """Whether it is this viewer's."""
        self.asked += 1
        return self._log.runs[run_id].controlled_by == viewer.id


class FakeFiles:
    """Artifacts in memory."""

    def __init__(self, log: FakeLog) -> None:
        self.files: dict[str, tuple[Artifact, bytes]] = {}
        self._log = log

    async def save(self, run_id: str, name: str, data: bytes, media_type: str) -> Artifact:
        """Hand a file over, with its event."""
        digest = hashlib.sha256(data).hexdigest()
        known = f"file-{len(self.files) + 1}"
        artifact = Artifact(
            id=known,
            run_id=run_id,
            name=name,
            media_type=media_type,
            size=len(data),
            sha256=digest,
            created_at=datetime.now(UTC),
        )
        self.files[known] = (artifact, data)
        await self._log.tell(run_id, ArtifactSaved(artifact=artifact))
        return artifact

    async def find(self, principal: Principal, artifact_id: str) -> Artifact:
        """The artifact, to whoever may see its run."""
        found = self.files.get(artifact_id)
        if found is None or not sees(principal, self._log.runs[found[0].run_id]):
            raise Refused("There is no such file.", code="ERR_NOT_FOUND")
        return found[0]

    async def read(self, artifact: Artifact) -> AsyncIterator[bytes]:
        """Its bytes in two chunks."""
        data = self.files[artifact.id][1]
        yield data[:3]
        yield data[3:]


class FakeOperations:
    """The operations of issue 2 over the fakes."""

    def __init__(self, log: FakeLog, access: FakeAccess, files: FakeFiles) -> None:
        self._log = log
        self._access = access
        self._files = files
        self.status = SystemStatus(status="ok", version="0", sandbox_ready=True)
        self.metrics = Metrics()
        self.shelf = FakeShelf()
        self.broken = False

    def table(self) -> dict[str, Operation]:
        """All of them, by name."""
        read, write = "runs:read", "runs:write"
        one = "/runs/{id}"
        rows: list[tuple[Any, ...]] = [
            ("run.start", "", write, StartRun, Run, self.start, "POST", "/runs", 202),
            ("run.list", "", read, ListRuns, RunList, self.page, "GET", "/runs"),
            ("run.show", "", read, OneRun, Run, self.show, "GET", one),
            ("run.events", "", read, ReadEvents, list[Event], self.events, "GET", f"{one}/events"),
            ("run.cancel", "", write, OneRun, Run, self.cancel, "POST", f"{one}/cancel", 202),
            ("run.retry", "", write, RetryRun, Run, self.retry, "POST", f"{one}/retry", 202),
            ("run.answer", "", write, AnswerRun, Run, self.answer, "POST", f"{one}/answers"),
            ("run.control", "", "runs:control", ControlRun, Run, self.control, "POST", f"{one}/control"),
            ("run.artifacts", "", read, OneRun, list[Artifact], self.artifacts, "GET", f"{one}/artifacts"),
            ("run.metrics", "", read, OneRun, Metrics, self.measured, "GET", f"{one}/metrics"),
            ("token.create", "", "tokens:write", CreateToken, NewToken, self.create, "POST", "/tokens", 201),
            ("token.revoke", "", "tokens:write", RevokeToken, Revoked, self.revoke, "POST", "/tokens/{name}/revoke"),
            ("system.status", "", "system:read", Nothing, SystemStatus, self.system, "GET", "/system"),
            ("system.totals", "", "system:read", Nothing, Metrics, self.totals, "GET", "/totals"),
        ]
        return {row.name: row for row in [*(Operation(*row) for row in rows), *self.shelf.table()]}

    async def start(self, principal: Principal, wanted: StartRun) -> Run:
        """Accept."""
        if wanted.app not in APPS:
            raise Refused(f"There is no application {wanted.app!r}.", code="ERR_UNKNOWN_APP")
        return await self._log.add(wanted.app, wanted.input, principal=principal.id, key=wanted.key)

    async def page(self, principal: Principal, wanted: ListRuns) -> RunList:
        """List."""
        if self.broken:
            raise RuntimeError("the reason is for the log only")
        runs = [run for run in reversed(self._log.runs.values()) if sees(principal, run) and matches(run, wanted)]
        more = len(runs) > wanted.limit
        last = runs[wanted.limit - 1] if more else None
        return RunList(runs=runs[: wanted.limit], next=f"{last.created_at.timestamp()!r}/{last.id}" if last else None)

    async def show(self, principal: Principal, wanted: OneRun) -> Run:
        """Show."""
        run = self._log.runs.get(wanted.id)
        if run is None or not sees(principal, run):
            raise Refused(f"There is no run {wanted.id!r}.", code="ERR_UNKNOWN_RUN")
        return run

    async def events(self, principal: Principal, wanted: ReadEvents) -> list[Event]:
        """Read the log."""
        await self.show(principal, wanted)
        return self._log.events[wanted.id][wanted.after :][: wanted.limit]

    async def cancel(self, principal: Principal, wanted: OneRun) -> Run:
        """Stop."""
        run = await self.show(principal, wanted)
        if run.status.ended:
            raise Refused("The run has ended.", code="ERR_CONFLICT")
        ended = {"status": Status.CANCELLED, "ended_at": datetime.now(UTC), "controlled_by": None}
        await self._log.tell(run.id, RunCancelled(by=principal.id), **ended)
        return self._log.runs[run.id]

    async def retry(self, principal: Principal, wanted: RetryRun) -> Run:
        """Again."""
        run = await self.show(principal, wanted)
        return await self._log.add(run.app, merged(run.input, wanted.input), retry_of=run.id)

    async def ask(self, run_id: str, question: Question) -> AskedQuestion:
        """Park a run with a question."""
        now = datetime.now(UTC)
        until = now + timedelta(seconds=question.timeout_seconds) if question.timeout_seconds else None
        asked = AskedQuestion(id="question-1", run_id=run_id, question=question, asked_at=now, deadline=until)
        self.asked = asked
        await self._log.tell(
            run_id, QuestionAsked(question=asked), status=Status.WAITING, waiting_for=WaitingFor.PERSON
        )
        return asked

    async def answer(self, principal: Principal, wanted: AnswerRun) -> Run:
        """Answer the question."""
        run = await self.show(principal, wanted)
        if run.waiting_for is not WaitingFor.PERSON:
            raise Refused("There is no open question.", code="ERR_CONFLICT")
        question = wanted.question_id or "question-1"
        if wanted.answer in self.asked.question.postpones:
            return await self._postpone(run, principal, self.asked.question.postpones[wanted.answer])
        answered = QuestionAnswered(question_id=question, answer=wanted.answer, by=principal.id)
        await self._log.tell(run.id, answered)
        await self._log.tell(run.id, RunResumed(), status=Status.RUNNING, waiting_for=None)
        return self._log.runs[run.id]

    async def _postpone(self, run: Run, principal: Principal, seconds: float) -> Run:
        assert self.asked.deadline is not None
        later = self.asked.deadline + timedelta(seconds=seconds)
        self.asked = self.asked.model_copy(update={"deadline": later})
        await self._log.tell(run.id, QuestionPostponed(question_id=self.asked.id, deadline=later, by=principal.id))
        return run

    async def measured(self, principal: Principal, wanted: OneRun) -> Metrics:
        """What a test set."""
        await self.show(principal, wanted)
        return self.metrics

    async def control(self, principal: Principal, wanted: ControlRun) -> Run:
        """Take or return."""
        await self.show(principal, wanted)
        took = wanted.action == "take"
        body: Body = ControlTaken(who=principal.id) if took else ControlReturned(who=principal.id)
        await self._log.tell(wanted.id, body, controlled_by=principal.id if took else None)
        return self._log.runs[wanted.id]

    async def artifacts(self, principal: Principal, wanted: OneRun) -> list[Artifact]:
        """Files."""
        await self.show(principal, wanted)
        return [artifact for artifact, _ in self._files.files.values() if artifact.run_id == wanted.id]

    async def create(self, principal: Principal, wanted: CreateToken) -> NewToken:
        """A token."""
        secret = self._access.token(wanted.name, *wanted.scopes)
        return NewToken(name=wanted.name, scopes=wanted.scopes, token=secret)

    async def revoke(self, principal: Principal, wanted: RevokeToken) -> Revoked:
        """Gone."""
        self._access.revoke(wanted.name)
        return Revoked(name=wanted.name)

    async def totals(self, principal: Principal, wanted: Nothing) -> Metrics:
        """Count."""
        return Metrics(pages=3)

    async def system(self, principal: Principal, wanted: Nothing) -> SystemStatus:
        """The status that a test set."""
        return self.status


class FakeGofer:
    """All fakes together; `gateway` is what the web faces get."""

    def __init__(self, folder: Path, novnc: Path) -> None:
        self.access = FakeAccess()
        self.log = FakeLog()
        self.screen = RfbServer(folder / "vnc.sock")
        self.desktops = FakeDesktops(self.log, self.screen)
        self.files = FakeFiles(self.log)
        self.operations = FakeOperations(self.log, self.access, self.files)
        self.gateway = Gateway(
            operations=self.operations.table(),
            access=self.access,
            feed=self.log,
            desktops=self.desktops,
            files=self.files,
            novnc=novnc,
            applications=APPS,
            demo={"app": "browse", "input": {"goal": "Watch the prices of the demo shop"}},
        )

    def gateway_with(self, **changes: Any) -> Gateway:
        """The same gateway with other settings."""
        return replace(self.gateway, **changes)


def sees(principal: Principal, run: Run) -> bool:
    """Whether a run is in this principal's reach."""
    return principal.owns_everything or run.principal == principal.id


def matches(run: Run, wanted: ListRuns) -> bool:
    """Whether a run passes the filter."""
    older = wanted.before is None or run.created_at.timestamp() < float(wanted.before.partition("/")[0])
    return older and wanted.status in (None, run.status) and wanted.app in (None, run.app)
