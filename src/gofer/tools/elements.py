"""How a model says which element: by the reference of the newest view, or by words where the view gives none."""

import re

from gofer.browser.words import clipped, describe
from gofer.core.action import Target

_REF = re.compile(r"\[?((?:f\d+)?e\d+)\]?")

_ROLE = re.compile(r'([a-z]+) "(.+)"')


def target(words: str) -> Target:
    """`e12`, or `button "Search"`, or just a visible text."""
    told = words.strip()
    if found := _REF.fullmatch(told):
        return Target(ref=found.group(1))
    if found := _ROLE.fullmatch(told):
        return Target(role=found.group(1), name=found.group(2))
    return Target(name=told)


class Seen:
    """The newest views, from which an event takes an element's name; only people read that."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def add(self, view: str) -> None:
        """Remember what each reference stands for."""
        for ref, name in re.findall(r"\[((?:f\d+)?e\d+)\] ([^\[\n]+)", view):
            self._names[ref] = name.strip()

    def name(self, asked: Target) -> str:
        """Such as `button "Search"`."""
        return clipped(self._names.get(asked.ref or "", describe(asked)))
