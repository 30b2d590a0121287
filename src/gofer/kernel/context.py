"""The RunContext that flows see: every call goes through the run's memory."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, TypeVar, get_type_hints

import sqlalchemy as sa
from pydantic import BaseModel, JsonValue, TypeAdapter

from gofer.core.application import Tool, Until
from gofer.core.artifact import Artifact
from gofer.core.browser import Browser
from gofer.core.errors import Refused
from gofer.core.event import ArtifactSaved, EventBody, Said, SandboxOpened
from gofer.core.playbook import Draft, KeptPlaybook, Rules
from gofer.core.question import Question
from gofer.core.run import Cost, Run
from gofer.core.sandbox import Egress, Profile, Sandbox, SandboxSpec
from gofer.core.screen import Screen
from gofer.kernel import agent
from gofer.kernel.control import ControlledBrowser, ControlledScreen
from gofer.kernel.durable import Teller
from gofer.kernel.lending import Lender
from gofer.kernel.metering import Meter
from gofer.kernel.parts import Parts
from gofer.kernel.sittings import RunSitting
from gofer.kernel.steps import Steps, by_name
from gofer.kernel.waits import Waits
from gofer.storage import artifacts, events, memory, playbooks, runs

T = TypeVar("T")

_made = lru_cache(TypeAdapter)
"""An adapter costs more than a small step does."""


def _shape(hint: Any) -> TypeAdapter[Any]:
    try:
        return _made(hint)
    except TypeError:  # a hint that cannot be hashed
        return TypeAdapter(hint)


class Context:
    """One run's view of the kernel."""

    def __init__(self, parts: Parts, run: Run, steps: Steps, waits: Waits, lender: Lender) -> None:
        self._parts = parts
        self._run = run
        self._steps = steps
        self._waits = waits
        self._lender = lender
        self._meter = self._fresh_meter()
        self._teller = Teller(self._tell, self._settle)

    def begin(self, attempt: int) -> None:
        """Start over from the flow's top."""
        self._steps.begin(attempt)
        self._meter = self._fresh_meter()

    def timed(self) -> AbstractAsyncContextManager[None]:
        """A block that ends with `OutOfTime` when the run has worked for longer than it may."""
        return self._waits.stopwatch.running()

    @property
    def id(self) -> str:
        """The run's id."""
        return self._run.id

    @property
    def principal(self) -> str:
        """Who asked."""
        return self._run.principal

    async def has_model(self) -> bool:
        """Whether a model was configured when the flow asked."""

        async def work() -> JsonValue:
            return self._parts.model() is not None

        return bool(await self._steps.remember("has_model", work))

    async def moved(self, name: str = "main") -> int:
        """How often the computer of this name replaced one that was lost before the flow asked."""

        async def work() -> JsonValue:
            opened = await self._parts.database.read(
                partial(events.of_type, run_id=self.id, kind=SandboxOpened.model_fields["type"].default)
            )
            return sum(event.data["name"] == name and event.data["how"] == "moved" for event in opened)

        times: Any = await self._steps.remember(f"moved {name}", work)
        return int(times)

    def screen(self, box: Sandbox) -> Screen:
        """The computer's desktop, for mouse and keys by pixels."""
        if box.screen is None:
            raise Refused("This sandbox has no screen; ask for the desktop profile.")
        return ControlledScreen(box.screen, self._waits)

    async def step(self, function: Callable[..., Awaitable[T]], *args: Any, name: str | None = None) -> T:
        """Run a function once, remember its result."""
        shape: TypeAdapter[T] = _shape(get_type_hints(function).get("return", Any))

        async def work() -> JsonValue:
            plain: JsonValue = shape.dump_python(await function(*args), mode="json")
            return plain

        called = name or function.__name__
        stored = await self._steps.remember(called, work, by_name(called))
        return shape.validate_python(stored)

    async def agent(self, prompt: str, *, tools: Sequence[Tool] = (), instructions: str = "", answer: Any = str) -> Any:
        """Let a model work on it with these tools until it has an answer."""
        if self._steps.inside():
            raise Refused("An agent makes steps of its own: call it from the flow, not from inside a step.")
        model = self._parts.model()
        if model is None:
            raise Refused("No model is configured, and this errand needs one.", code="ERR_NO_MODEL")
        task = agent.Task(prompt, tools, instructions, answer)
        return await agent.work(task, model, self._steps, self._meter, self._teller)

    async def ask(self, question: Question, until: Until | None = None) -> str:
        """Park until somebody answers, or it answers itself."""
        question_id = f"{self.id}-{digest(self._steps.identity('question'))[:8]}"

        async def work() -> JsonValue:
            return await self._waits.ask(question_id, question, until)

        return str(await self._steps.remember("ask", work))

    async def sleep(self, seconds: float, name: str = "sleep") -> None:
        """Wait without a slot. What is waited for between attempts has a name of its own in each."""

        async def decide() -> JsonValue:
            return (self._parts.clock.now() + timedelta(seconds=seconds)).isoformat()

        moment = datetime.fromisoformat(str(await self._steps.remember(due(name), decide)))

        async def wait() -> JsonValue:
            await self._waits.sleep_until(moment)
            return None

        await self._steps.remember(name, wait)

    @asynccontextmanager
    async def sandbox(self, spec: SandboxSpec, name: str = "main") -> AsyncIterator[Sandbox]:
        """A leased computer."""
        if spec.profile is Profile.DESKTOP:
            spec = spec.model_copy(update={"egress": self._permitted(spec.egress)})
        async with self._lender.lend(self.id, spec, name, self._waits) as loan:
            yield loan.box

    @asynccontextmanager
    async def browser(self, box: Sandbox, profile: str | None = None) -> AsyncIterator[Browser]:
        """The browser on the computer's desktop."""
        if box.screen is None:
            raise Refused("This sandbox has no screen; ask for the desktop profile.")
        async with self._parts.open_browser(box.screen, self._sitting(profile)) as browser:
            yield ControlledBrowser(browser, self._waits)

    @asynccontextmanager
    async def shared_browser(self, egress: Egress, profile: str | None = None) -> AsyncIterator[Browser]:
        """A context in a browser that the principal's errands share."""
        sitting = self._sitting(profile)
        shared = self._lender.sharing.room(self._run, self._permitted(egress))
        async with shared as room, room.occupied(sitting) as browser:
            yield ControlledBrowser(browser, self._waits)

    def _permitted(self, egress: Egress) -> Egress:
        return egress.model_copy(update={"private": egress.private or self._parts.policy.private})

    def _sitting(self, profile: str | None) -> RunSitting:
        return RunSitting(self._parts, self._run, profile, self._lender.book)

    async def checkpoint(self, box: Sandbox, name: str = "main") -> None:
        """Save the computer's working directory."""

        async def work() -> JsonValue:
            await self._lender.checkpoints.keep(self.id, box, name)
            return None

        await self._steps.remember("checkpoint", work)

    async def emit(self, body: EventBody) -> None:
        """Put an event into the log, once."""

        key = f"emit/{self._steps.identity(body.type)}"

        async def work() -> JsonValue:
            await self._parts.log.append(self.id, body, key=key)
            return None

        await self._steps.remember(f"emit {body.type}", work)

    async def say(self, text: str) -> None:
        """Tell the asker something on the way."""
        await self.emit(Said(text=text))

    async def save(self, name: str, data: bytes, media_type: str) -> Artifact:
        """Hand a file over. Other bytes in another attempt are another file: what was told of stays as it is."""

        said = artifacts.describe("", self.id, name, data, media_type)
        artifact_id = digest(f"{self.id}/{self._steps.identity('save')}/{said.sha256}")[:16]

        async def work() -> JsonValue:
            saved = said.model_copy(update={"id": artifact_id})
            await self._parts.artifacts.put(saved, data)
            await self._parts.log.append(
                self.id,
                ArtifactSaved(artifact=saved),
                key=f"saved/{artifact_id}",
                change=partial(_insert_artifact, saved=saved),
            )
            return saved.model_dump(mode="json")

        return Artifact.model_validate(await self._steps.remember("save", work))

    async def remember(self, key: str, value: BaseModel) -> None:
        """Keep a value for later runs."""

        async def work() -> JsonValue:
            row = {
                "app": self._run.app,
                "principal": self.principal,
                "key": key,
                "value": value.model_dump(mode="json"),
                "written_by": self.id,
                "updated_at": self._parts.clock.now().timestamp(),
            }
            await self._parts.database.write(partial(memory.remember, row=row))
            return None

        await self._steps.remember("remember", work)

    async def recall(self, key: str, shape: type[T]) -> T | None:
        """What an earlier run remembered."""

        async def work() -> JsonValue:
            found: JsonValue = await self._parts.database.read(
                partial(memory.recall, app=self._run.app, principal=self.principal, key=key)
            )
            return found

        stored = await self._steps.remember("recall", work)
        return None if stored is None else TypeAdapter(shape).validate_python(stored)

    async def playbook(self, *, name: str | None = None, errand: str | None = None) -> KeptPlaybook | None:
        """What is kept under this name, or of this errand."""

        async def work() -> JsonValue:
            find = partial(_playbook, run=self._run, name=name, errand=errand)
            found = await self._parts.database.read(find)
            return None if found is None else found.model_dump(mode="json")

        stored = await self._steps.remember("playbook", work)
        return None if stored is None else KeptPlaybook.model_validate(stored)

    async def keep_playbook(self, draft: Draft) -> KeptPlaybook:
        """A new version, or what is known of the newest."""

        async def work() -> JsonValue:
            author = playbooks.Author(self._run.app, self.principal, self.id, self._parts.clock.now().timestamp())
            kept = await self._parts.database.write(partial(playbooks.keep, draft=draft, author=author))
            return kept.model_dump(mode="json")

        return KeptPlaybook.model_validate(await self._steps.remember("keep playbook", work))

    def playbook_rules(self) -> Rules:
        """As the operator set them."""
        return self._parts.policy.playbooks

    def spent(self) -> float:
        """US dollars for models."""
        return self._meter.spent.usd

    def _fresh_meter(self) -> Meter:
        budget = self._parts.applications[self._run.app].budget
        return Meter(budget, self._parts.policy.allow_unpriced)

    def _tell(self, body: EventBody) -> Awaitable[bool]:
        return self._parts.log.add(self.id, body)

    def _settle(self, body: EventBody, key: str, cost: Cost) -> None:
        self._parts.log.add(self.id, body, key=key, change=partial(_book, run_id=self.id, cost=cost))


def due(name: str) -> str:
    """The step that decides until when to sleep."""
    return f"{name} due"


def digest(text: str) -> str:
    """A short name for a long one."""
    return hashlib.sha256(text.encode()).hexdigest()


def _playbook(connection: sa.Connection, run: Run, name: str | None, errand: str | None) -> KeptPlaybook | None:
    if name is not None:
        return playbooks.find(connection, run.principal, name)
    return playbooks.of_errand(connection, run.principal, run.app, errand or "")


def _insert_artifact(connection: sa.Connection, saved: Artifact) -> None:
    artifacts.insert(connection, saved)


def _book(connection: sa.Connection, run_id: str, cost: Cost) -> None:
    runs.add_cost(connection, run_id, cost)
