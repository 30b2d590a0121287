"""An Application says what happens, top to bottom; the kernel carries it. This is all an application sees."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, overload

from pydantic import BaseModel
from pydantic_ai.toolsets import AbstractToolset

from gofer.core.artifact import Artifact
from gofer.core.browser import Browser
from gofer.core.budget import Budget
from gofer.core.event import EventBody
from gofer.core.playbook import Draft, KeptPlaybook, Rules
from gofer.core.question import Question
from gofer.core.run import Status
from gofer.core.sandbox import Egress, Sandbox, SandboxSpec
from gofer.core.screen import Screen

T = TypeVar("T")
Tool = Callable[..., Any] | AbstractToolset[None]
UNSAID = "unsaid"
"""In a tool's metadata: names of arguments that the event log does not hold, because they may be secrets."""

Until = Callable[[], Awaitable[str | None]]
"""Looks whether a question has answered itself; a look is cheap, changes nothing and calls nothing of the run."""


class RunContext(Protocol):
    """What a flow can ask the kernel for. Everything that returns is remembered, so a crash repeats nothing.

    Between these calls a flow uses no clock, randomness or I/O: after a crash it is run again from
    its top, and each remembered call gives back at once what it gave before.
    """

    @property
    def id(self) -> str:
        """The run's id; part of the key of everything done outside."""

    @property
    def principal(self) -> str:
        """Who asked."""

    async def step(self, function: Callable[..., Awaitable[T]], *args: Any, name: str | None = None) -> T:
        """Run `function(*args)` at least once, remember its result (its return annotation says how to store it)."""

    @overload
    async def agent(self, prompt: str, *, tools: Sequence[Tool] = (), instructions: str = "") -> str: ...
    @overload
    async def agent(self, prompt: str, *, tools: Sequence[Tool] = (), instructions: str = "", answer: type[T]) -> T: ...

    async def ask(self, question: Question, until: Until | None = None) -> str:
        """Park the run until somebody answers; gives the answer, or the question's default after its timeout.

        While nobody answers, `until()` is looked at about twice a second; the answer it gives counts like a person's.
        """

    async def sleep(self, seconds: float) -> None:
        """Wait without a slot; the deadline survives restarts."""

    def sandbox(self, spec: SandboxSpec, name: str = "main") -> AbstractAsyncContextManager[Sandbox]:
        """A leased computer: the same one after a crash, destroyed when the block ends."""

    def browser(self, box: Sandbox, profile: str | None = None) -> AbstractAsyncContextManager[Browser]:
        """The browser on that computer's desktop; its input waits while a person holds control.

        With a profile it begins with what it knew at the end of the asker's last errand of that profile.
        """

    def shared_browser(self, egress: Egress, profile: str | None = None) -> AbstractAsyncContextManager[Browser]:
        """A browser without a computer of its own: cheap, but nobody can watch it or take it over.

        It is a context in a Chromium that other errands of the same asker use too, with cookies and egress rules of
        its own. It does not outlive a crash of gofer: the flow meets a blank one then, as on a computer that moved.
        """

    async def emit(self, body: EventBody) -> None:
        """Put an event into the run's log, once."""

    async def say(self, text: str) -> None:
        """Tell the asker something on the way."""

    async def save(self, name: str, data: bytes, media_type: str) -> Artifact:
        """Hand a file over; the same name twice in a run is a new version of it."""

    async def remember(self, key: str, value: BaseModel) -> None:
        """Keep a value for later runs of this application and principal."""

    async def recall(self, key: str, shape: type[T]) -> T | None:
        """What an earlier run remembered under this key."""

    async def checkpoint(self, box: Sandbox, name: str = "main") -> None:
        """Save the computer's working directory, to be put back if the run has to move to another machine."""

    def screen(self, box: Sandbox) -> Screen:
        """That computer's desktop, pixel by pixel; its input waits while a person holds control."""

    async def moved(self, name: str = "main") -> int:
        """How often the computer of this name replaced one that was lost, and so has a new screen and no processes."""

    async def playbook(self, *, name: str | None = None, errand: str | None = None) -> KeptPlaybook | None:
        """The asker's playbook of this name, or what earlier runs recorded of this errand."""

    async def keep_playbook(self, draft: Draft) -> KeptPlaybook:
        """Keep a playbook: a new version of its errand's, or of the one of its name."""

    def playbook_rules(self) -> Rules:
        """How playbooks are made and used here."""

    def spent(self) -> float:
        """US dollars that this run's models were paid so far."""

    async def has_model(self) -> bool:
        """Whether a model is configured, so that `agent` can work."""


Flow = Callable[[RunContext, Any], Awaitable[Any]]


@dataclass(frozen=True)
class Application:
    """What the kernel needs to know of an application. `flow(run, input)` returns a value that JSON can hold."""

    name: str
    summary: str
    input: type[BaseModel]
    flow: Flow
    budget: Budget = field(default_factory=Budget)
    limit_key: Callable[[Any], str | None] | None = None
    """From the input: a key that at most one run of a person may hold at a time, such as a browser profile."""
    words: dict[Status, str] = field(default_factory=dict)
    """The application's own words for a status, shown on pages."""
    playbook: Callable[[str], str] | None = None
    """From what a person wrote: the playbook's text as this application reads it. Raises `Refused`."""
    bundled: Callable[[], Mapping[str, str]] | None = None
    """The texts of the playbooks that come with it, by name."""
    playbook_of: Callable[[Any], str | None] | None = None
    """From the input: the name of the playbook that it wants replayed."""
    replayable: Callable[[Any, str], None] | None = None
    """Raises `Refused` where this input lacks what that playbook's text needs."""
