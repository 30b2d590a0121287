"""What an agent did with a browser, written down so that it outlives a crash and holds no secret."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from gofer.browser.playbook import Act, Step
from gofer.browser.private import takes_secrets
from gofer.browser.secrecy import Veil, slug
from gofer.browser.table import Row
from gofer.core import action as do
from gofer.core.fingerprint import Fingerprint

MOST_ROWS = 2000
"""Rows of a recording that are kept, to see whether the answer is made of them."""


class Recording(BaseModel):
    """What was done so far, with real values in it: it never leaves the run's own memory."""

    run: str = ""
    steps: list[Step] = []
    rows: dict[int, list[Row]] = {}
    """What each reading step read, by its place in `steps`."""
    trouble: str = ""
    """Why this cannot be replayed, if it cannot."""


Keep = Callable[[Recording], Awaitable[None]]
Load = Callable[[], Awaitable[Recording | None]]


@dataclass
class Notebook:
    """Where a recording is kept, so that it outlives a crash: read before the first word, written after each."""

    load: Load
    keep: Keep
    names: Mapping[str, str] = field(default_factory=dict)
    """What known values are called, so that a secret one is never written."""
    recording: Recording = field(default_factory=Recording)
    opened: bool = False
    veil: Veil = field(default_factory=Veil)

    async def open(self) -> Recording:
        """What was recorded before a crash."""
        if not self.opened:
            self.recording = await self.load() or self.recording
            self.veil.blind = any(map(_typed_a_secret, self.recording.steps))
            self.opened = True
        return self.recording

    async def add(self, step: Step, rows: Sequence[Row] = ()) -> None:
        """One step more."""
        recording = await self.open()
        if rows and sum(map(len, recording.rows.values())) + len(rows) <= MOST_ROWS:
            recording.rows[len(recording.steps)] = list(rows)
        recording.steps.append(self.veil.over(step) if isinstance(step, Act) else step)
        await self.keep(recording)

    async def spoil(self, why: str) -> None:
        """Something was done that no playbook can tell."""
        (await self.open()).trouble = why
        await self.keep(self.recording)

    def place(self, secret: str, element: Fingerprint | None) -> str:
        """The place of a secret, by its given name or by what its field is called; no two have the same."""
        if secret not in self.veil.places:
            base = slug((element.label or element.name) if element else "") or "secret"
            taken = {*self.veil.places.values(), *(f"{{{name}}}" for name in self.names.values())}
            numbered = (f"{{{base}}}" if number == 1 else f"{{{base}_{number}}}" for number in range(1, 1000))
            named = f"{{{self.names[secret]}}}" if secret in self.names else ""
            self.veil.places[secret] = named or next(place for place in numbered if place not in taken)
        return self.veil.places[secret]


def _typed_a_secret(step: Step) -> bool:
    typed = isinstance(step, Act) and isinstance(step.action, do.Fill | do.Type | do.Select)
    return typed and isinstance(step, Act) and takes_secrets(step.element)
