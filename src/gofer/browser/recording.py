"""Writes down what an agent does with a browser: its actions, what tells their elements, and what they led to."""

from collections.abc import Sequence
from typing import Any

from gofer.browser.notebook import Notebook, Recording
from gofer.browser.onlooker import Onlooker
from gofer.browser.playbook import Act, Expect, Table
from gofer.browser.playbook import Read as ReadRows
from gofer.browser.private import is_field, takes_secrets
from gofer.browser.traces import Trace, expectations
from gofer.core import action as do
from gofer.core.action import Action, Read, Target
from gofer.core.browser import Browser, Rows
from gofer.core.fingerprint import Fingerprint
from gofer.core.forwarding import ForwardingBrowser
from gofer.core.page import Change

__all__ = ["LOOKING", "Notebook", "Recorder", "Recording", "named", "strong"]

LOOKING = (do.Scroll, do.WaitFor, do.Hover)
"""Actions that change nothing that has to be checked."""


class Recorder(ForwardingBrowser):
    """A browser that does what the wrapped one does, and writes it down. Only what succeeded is written."""

    def __init__(self, wrapped: Browser, notebook: Notebook) -> None:
        super().__init__(wrapped)
        self._notebook = notebook
        self._eyes = Onlooker(wrapped)

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do it, and write down what it was done to and what it led to."""
        if isinstance(action, LOOKING):
            change = await self._wrapped.act(action, tell=tell)
            await self._notebook.add(await self._plain(action))
            return change
        aimed = await self._eyes.aimed(action)
        before = await self._eyes.before(aimed)
        change = await self._wrapped.act(action, tell=tell)
        await self._write(aimed, before, await self._eyes.after(before, change))
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
            element = await self._eyes.fingerprint(read.target)
            rows = [dict(zip(held[0], cells, strict=False)) for cells in held[1:]]
            await self._notebook.add(Table(target=named(read.target, element), element=element), rows)
        return held

    async def _plain(self, action: Action) -> Act:
        target = getattr(action, "target", None)
        if target is None or isinstance(action, do.WaitFor):
            return Act(action=action.model_copy(update={"target": None}) if target else action)
        element = await self._eyes.fingerprint(target)
        return Act(action=action.model_copy(update={"target": named(target, element)}), element=element)

    async def _write(self, action: Action, before: Trace, after: Trace) -> None:
        expect = expectations(action, before, after)
        if isinstance(action, do.Point) and not strong(expect):
            await self._notebook.spoil("a click at a place on the screen led to nothing that can be checked")
        if isinstance(action, do.Press) and len(action.key) == 1 and takes_secrets(before.element):
            await self._notebook.spoil("a secret was typed key by key")
            return
        veiled = self._veiled(action, before.element)
        if veiled:
            expect = [Expect(see="filled"), *(one for one in expect if one.see not in ("value", "filled"))]
        told = action.model_copy(update=_aims(action, before) | veiled)
        await self._notebook.add(Act(action=told, element=before.element, onto=before.onto, expect=tuple(expect)))

    def _veiled(self, action: Action, element: Fingerprint | None) -> dict[str, Any]:
        """What was typed or chosen, as places, if nobody may ever read it; so where nobody knows what took it."""
        if is_field(element) and not takes_secrets(element):
            return {}
        match action:
            case do.Fill():
                return {"value": self._notebook.place(action.value, element)} if action.value else {}
            case do.Type():
                return {"text": self._notebook.place(action.text, element)} if action.text else {}
            case do.Select():
                return {"values": tuple(self._notebook.place(value, element) for value in action.values)}
        return {}


def _aims(action: Action, before: Trace) -> dict[str, Any]:
    """The action's elements in words that hold on another day."""
    aims: dict[str, Any] = {}
    if target := getattr(action, "target", None):
        aims["target"] = named(target, before.element)
    if isinstance(action, do.Drag) and action.onto is not None:
        aims["onto"] = named(action.onto, before.onto)
    return aims


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
