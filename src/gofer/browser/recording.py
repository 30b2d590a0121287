"""Writes down what an agent does with a browser: its actions, what tells their elements, and what they led to."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pydantic import BaseModel

from gofer.browser.checks import page_text
from gofer.browser.playbook import Act, Expect, Step, Table
from gofer.browser.playbook import Read as ReadRows
from gofer.browser.secrecy import Veil, is_secret, slug
from gofer.browser.table import Row
from gofer.browser.traces import Trace, expectations
from gofer.core import action as do
from gofer.core.action import Action, Read, Target
from gofer.core.blocker import Blocker
from gofer.core.browser import Browser, Rows
from gofer.core.errors import Refused, Unavailable
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.page import Change, Look, PageView

STATES = ("aria-expanded", "aria-pressed", "aria-selected")

LANDS = "body, h1, h2, h3, h4, legend, caption, [role=heading], [role=alert], [role=status], [aria-live], dialog[open]"
"""The whole page first: it is there on every page, so nothing is waited for."""

LOOKING = (do.Scroll, do.WaitFor, do.Hover)
"""Actions that change nothing that has to be checked."""

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
            self.veil.blind = any(isinstance(step, Act) and is_secret(step.element) for step in self.recording.steps)
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


class Recorder:
    """A browser that does what the wrapped one does, and writes it down. Only what succeeded is written."""

    def __init__(self, wrapped: Browser, notebook: Notebook) -> None:
        self._wrapped = wrapped
        self._notebook = notebook

    async def navigate(self, url: str) -> Change:
        """Go to an address."""
        return await self.act(do.Navigate(url=url))

    async def fill_field(self, target: Target, value: str) -> Change:
        """Put text into exactly one field."""
        return await self.act(do.Fill(target=target, value=value))

    async def click_element(self, target: Target) -> Change:
        """Click exactly one element."""
        return await self.act(do.Click(target=target))

    async def upload_file(self, target: Target, paths: Sequence[str]) -> Change:
        """Put files into a file field."""
        return await self.act(do.Upload(target=target, paths=tuple(paths)))

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do it, and write down what it was done to and what it led to."""
        if isinstance(action, LOOKING):
            change = await self._wrapped.act(action, tell=tell)
            await self._notebook.add(await self._plain(action))
            return change
        before = await self._before(action)
        change = await self._wrapped.act(action, tell=tell)
        await self._write(action, before, await self._after(before, change))
        return change

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per element."""
        rows = await self._wrapped.extract_data(each, fields)
        if rows:
            await self._notebook.add(ReadRows(each=each, fields=fields), rows)
        return rows

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds; of these only tables are part of what a playbook can do."""
        held = await self._wrapped.extract(read)
        if read.what == "table" and not isinstance(held, str) and len(held) > 1:
            element = await self._fingerprint(read.target)
            rows = [dict(zip(held[0], cells, strict=False)) for cells in held[1:]]
            await self._notebook.add(Table(target=named(read.target, element), element=element), rows)
        return held

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page."""
        return await self._wrapped.take_screenshot(mark)

    async def get_current_url(self) -> str:
        """Where the browser is."""
        return await self._wrapped.get_current_url()

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as a model should see it."""
        return await self._wrapped.observe(look)

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is visible and usable."""
        return await self._wrapped.present(target)

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again."""
        return await self._wrapped.fingerprint(target)

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element this fingerprint still fits."""
        return await self._wrapped.find(fingerprint)

    async def blocker(self) -> Blocker:
        """What stands in the way."""
        return await self._wrapped.blocker()

    async def _plain(self, action: Action) -> Act:
        target = getattr(action, "target", None)
        if target is None or isinstance(action, do.WaitFor):
            return Act(action=action.model_copy(update={"target": None}) if target else action)
        element = await self._fingerprint(target)
        return Act(action=action.model_copy(update={"target": named(target, element)}), element=element)

    async def _write(self, action: Action, before: Trace, after: Trace) -> None:
        expect = expectations(action, before, after)
        if isinstance(action, do.Point) and not strong(expect):
            await self._notebook.spoil("a click at a place on the screen led to nothing that can be checked")
        changed: dict[str, Target | str] = {}
        if target := getattr(action, "target", None):
            changed["target"] = named(target, before.element)
        if isinstance(action, do.Drag) and action.onto is not None:
            changed["onto"] = named(action.onto, before.onto)
        if secret := _secret(action, before.element):
            changed |= {"value" if isinstance(action, do.Fill) else "text": self._place(secret, before.element)}
            expect = [Expect(see="filled"), *(one for one in expect if one.see != "value")]
        told = action.model_copy(update=changed)
        await self._notebook.add(Act(action=told, element=before.element, onto=before.onto, expect=tuple(expect)))

    def _place(self, secret: str, element: Fingerprint | None) -> str:
        told = (element.label or element.name) if element else ""
        place = f"{{{self._notebook.names.get(secret) or slug(told) or 'secret'}}}"
        self._notebook.veil.places[secret] = place
        return place

    async def _before(self, action: Action) -> Trace:
        target, onto = getattr(action, "target", None), getattr(action, "onto", None)
        element = await self._fingerprint(target) if target else None
        state = await self._states(target) if isinstance(action, do.Click | do.Press) and target else {}
        url, text, lands = await self._page()
        return Trace(url, text, lands, element, onto=await self._fingerprint(onto) if onto else None, state=state)

    async def _after(self, before: Trace, change: Change) -> Trace:
        """The page after an action, and what became of the element."""
        found = (await self._wrapped.find(before.element)) if before.element else Match()
        target = Target(ref=found.ref) if found.ref else None
        url, text, lands = await self._page()
        value = await self._held(Read(target=target, what="value")) if target else None
        state = await self._states(target) if target and before.state else {}
        gone = before.element is not None and target is None and not found.rivals
        return Trace(url, text, lands, None if gone else before.element, value, state, files=change.files)

    async def _page(self) -> tuple[str, str, tuple[str, ...]]:
        """Where the browser is, all that the page says, and its headings and notices."""
        rows = await self._wrapped.extract_data(LANDS, {"says": ""})
        text = await page_text(self._wrapped)
        return await self._wrapped.get_current_url(), text, tuple(row["says"] for row in rows[1:])

    async def _fingerprint(self, target: Target) -> Fingerprint | None:
        try:
            return await self._wrapped.fingerprint(target)
        except (Refused, Unavailable):
            return None  # the action itself will say what is wrong with the target

    async def _states(self, target: Target) -> dict[str, str]:
        held = {key: await self._held(Read(target=target, what="attribute", attribute=key)) for key in STATES}
        return {key: value for key, value in held.items() if value is not None} or {"": ""}

    async def _held(self, read: Read) -> str | None:
        with suppress(Refused, Unavailable):
            return str(await self._wrapped.extract(read))
        return None


def _secret(action: Action, element: Fingerprint | None) -> str:
    """What was typed, if nobody may ever read it."""
    return (getattr(action, "value", "") or getattr(action, "text", "") or "") if is_secret(element) else ""


def named(target: Target, element: Fingerprint | None) -> Target:
    """A target that people can read, and that holds on another day, in place of a reference of one view."""
    if element is None:
        return Target(name="unknown element") if target.ref else target
    if element.role and element.name:
        return Target(role=element.role, name=element.name)
    if element.label:
        return Target(label=element.label)
    if element.name:
        return Target(name=element.name)
    key = next((key for key in ("data-testid", "id", "name", "placeholder", "type") if key in element.attributes), None)
    return Target(css=f'{element.tag}[{key}="{element.attributes[key]}"]' if key else element.tag)


def strong(expects: Sequence[Expect]) -> bool:
    """Whether these say more than that nothing went away."""
    return any(expect.see != "shown" for expect in expects)
