"""A RunContext in memory, so that a flow can be tested without the kernel: crash it, and run it again."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic_ai import Agent
from pydantic_ai.models import Model
from pydantic_ai.toolsets import AbstractToolset

from gofer.core.application import Tool, Until
from gofer.core.artifact import Artifact
from gofer.core.browser import Browser
from gofer.core.event import EventBody
from gofer.core.playbook import Draft, KeptPlaybook, Rules
from gofer.core.question import Question
from gofer.core.sandbox import Egress, Sandbox, SandboxSpec
from gofer.core.screen import Screen

T = TypeVar("T")


_inside: ContextVar[bool] = ContextVar("inside_a_fake_step", default=False)
"""As in the kernel: what is asked for inside a step is part of it, and not remembered by itself."""


class Killed(BaseException):
    """What a test kills a flow with; like a real crash, no `except Exception` stops it."""


@dataclass
class Memory:
    """What outlives a crash of a run, and for `kept` the run itself."""

    steps: dict[str, bytes] = field(default_factory=dict)
    events: list[EventBody] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    asked: list[Question] = field(default_factory=list)
    specs: list[SandboxSpec] = field(default_factory=list)
    shared: list[Egress] = field(default_factory=list)
    playbooks: dict[str, KeptPlaybook] = field(default_factory=dict)
    versions: list[Draft] = field(default_factory=list)


@dataclass
class FakeRun:
    """Implements `gofer.core.application.RunContext`: steps are remembered as JSON by name and ordinal."""

    browser_used: Browser | None = None
    box: Sandbox | None = None
    model: Model | None = None
    answers: list[str] = field(default_factory=list)
    rules: Rules = field(default_factory=lambda: Rules(pictures=False))
    usd: float = 0.0
    memory: Memory = field(default_factory=Memory)
    kill_after: int | None = None
    looks: int = 20
    """How often a question is looked at that may answer itself, before it counts as not answered in time."""
    id: str = "run-1"
    principal: str = "owner"
    _ordinals: dict[str, int] = field(default_factory=dict)
    _done: int = 0

    def again(self, **changed: Any) -> "FakeRun":
        """The same run after a crash: it knows its finished steps."""
        parts = {"browser_used": self.browser_used, "box": self.box, "model": self.model, "rules": self.rules}
        return FakeRun(**{**parts, "answers": self.answers, "memory": self.memory, "id": self.id, **changed})

    def next(self, **changed: Any) -> "FakeRun":
        """A later run of the same application: it knows only what was kept for it."""
        kept = Memory(kept=self.memory.kept, playbooks=self.memory.playbooks, versions=self.memory.versions)
        return self.again(**{"memory": kept, "id": f"{self.id}+", **changed})

    async def step(self, function: Callable[..., Awaitable[T]], *args: Any, name: str | None = None) -> T:
        """Run the function, or give what it gave before the crash."""
        shape: TypeAdapter[T] = TypeAdapter(get_type_hints(function)["return"])
        return await self._once(name or function.__name__, shape, lambda: function(*args))

    async def agent(
        self, prompt: str, *, tools: Sequence[Tool] = (), instructions: str = "", answer: type[Any] = str
    ) -> Any:
        """A real agent over the test's model; the whole of it is one step."""
        toolsets = [tool for tool in tools if isinstance(tool, AbstractToolset)]
        functions = [tool for tool in tools if not isinstance(tool, AbstractToolset)]
        agent = Agent(self.model, tools=functions, toolsets=toolsets, output_type=answer, instructions=instructions)

        async def turn() -> Any:
            return (await agent.run(prompt)).output

        return await self._once("agent", TypeAdapter(answer), turn)

    async def ask(self, question: Question, until: Until | None = None) -> str:
        """The next scripted answer that does not only postpone, else what `until` finds, else the default."""
        self.memory.asked.append(question)
        while self.answers:
            if (answer := self.answers.pop(0)) not in question.postpones:
                return answer
        for _ in range(self.looks if until else 0):
            if until and (found := await until()) is not None:
                return found
            await asyncio.sleep(0.01)
        return question.default or ""

    async def sleep(self, seconds: float) -> None:
        """Nobody waits in a test."""

    @asynccontextmanager
    async def sandbox(self, spec: SandboxSpec, name: str = "main") -> AsyncIterator[Sandbox]:
        """The test's sandbox, or None where the flow needs no more than its browser."""
        self.memory.specs.append(spec)
        yield self.box  # type: ignore[misc]

    @asynccontextmanager
    async def browser(self, box: Sandbox, profile: str | None = None) -> AsyncIterator[Browser]:
        """The test's browser."""
        assert self.browser_used is not None, "this test gave no browser"
        yield self.browser_used

    @asynccontextmanager
    async def shared_browser(self, egress: Egress, profile: str | None = None) -> AsyncIterator[Browser]:
        """The test's browser, too."""
        self.memory.shared.append(egress)
        assert self.browser_used is not None, "this test gave no browser"
        yield self.browser_used

    async def emit(self, body: EventBody) -> None:
        """Once per place in the flow."""

        async def put() -> None:
            self.memory.events.append(body)

        await self._once(f"emit {body.type}", TypeAdapter(None), put)

    async def say(self, text: str) -> None:
        """Told to the asker."""
        self.memory.said.append(text)

    async def save(self, name: str, data: bytes, media_type: str) -> Artifact:
        """Kept in memory."""
        self.memory.files[name] = data
        return Artifact(
            id=f"artifact-{name}",
            run_id=self.id,
            name=name,
            media_type=media_type,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            created_at=datetime(2030, 1, 1, tzinfo=UTC),
        )

    async def remember(self, key: str, value: BaseModel) -> None:
        """Kept for `next()`."""
        self.memory.kept[key] = value.model_dump_json().encode()

    async def recall(self, key: str, shape: type[T]) -> T | None:
        """What was kept, as it was when this run first asked."""

        async def look() -> list[T]:
            return [TypeAdapter(shape).validate_json(self.memory.kept[key])] if key in self.memory.kept else []

        found = await self._once(f"recall {key}", TypeAdapter(list[shape]), look)  # type: ignore[valid-type]
        return found[0] if found else None

    async def checkpoint(self, box: Sandbox, name: str = "main") -> None:
        """A test's sandbox never moves."""

    def screen(self, box: Sandbox) -> Screen:
        """The sandbox's own; nobody else is there to hold control."""
        assert box.screen is not None, "this test's sandbox has no screen"
        return box.screen

    async def moved(self, name: str = "main") -> int:
        """A test's sandbox never moves."""
        return 0

    async def playbook(self, *, name: str | None = None, errand: str | None = None) -> KeptPlaybook | None:
        """What is kept, as it was when this run first asked."""

        async def look() -> list[KeptPlaybook]:
            kept = self.memory.playbooks.values()
            return [one for one in kept if (one.name == name if name else errand and one.errand == errand)]

        found = await self._once("playbook", TypeAdapter(list[KeptPlaybook]), look)
        return found[0] if found else None

    async def keep_playbook(self, draft: Draft) -> KeptPlaybook:
        """Kept for `next()`."""

        async def put() -> KeptPlaybook:
            kept = _kept(self.memory.playbooks, draft)
            self.memory.playbooks[kept.name] = kept
            self.memory.versions.append(draft)
            return kept

        return await self._once("keep playbook", TypeAdapter(KeptPlaybook), put)

    def playbook_rules(self) -> Rules:
        """As the test set them."""
        return self.rules

    def spent(self) -> float:
        """What the test says that models cost."""
        return self.usd

    async def has_model(self) -> bool:
        """Whether the test gave one."""
        return self.model is not None

    async def _once(self, name: str, shape: TypeAdapter[T], work: Callable[[], Awaitable[T]]) -> T:
        if _inside.get():
            return await work()
        ordinal = self._ordinals[name] = self._ordinals.get(name, 0) + 1
        key = f"{name}#{ordinal}"
        if key not in self.memory.steps:
            if self.kill_after is not None and self._done >= self.kill_after:
                raise Killed
            token = _inside.set(True)
            try:
                self.memory.steps[key] = shape.dump_json(await work())
            finally:
                _inside.reset(token)
            self._done += 1
        return shape.validate_json(self.memory.steps[key])


def _kept(there: dict[str, KeptPlaybook], draft: Draft) -> KeptPlaybook:
    """The playbook with this draft as its newest version."""
    errand = draft.errand
    before = next((one for one in there.values() if errand and one.errand == errand), None) or there.get(draft.name)
    plain = draft.model_dump(exclude={"worked"}) | {"app": "fake", "principal": "owner"}
    if before is None:
        return KeptPlaybook.model_validate({**plain, "version": 1, "updated_at": datetime(2030, 1, 1, tzinfo=UTC)})
    number = before.version + (before.text != draft.text)
    known = {"name": before.name, "errand": before.errand, "version": number, "updated_at": before.updated_at}
    cost = {key: plain[key] if plain[key] is not None else getattr(before, key) for key in ("usd", "seconds")}
    good = number if draft.worked else before.good
    return KeptPlaybook.model_validate({**plain, **known, **cost, "good": good})
