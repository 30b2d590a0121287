"""Entries as a list of lines, each with its place on the page; what fitting, finding and comparing work on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gofer.browser.view.entry import Entry, Part
from gofer.browser.view.snapshot import Box
from gofer.browser.view.wording import clipped


class Port(NamedTuple):
    """What of the page can be seen: the window's size, how far it is scrolled, and how high the page is."""

    width: int = 1024
    height: int = 768
    top: int = 0
    whole: int = 768

    @property
    def box(self) -> Box:
        """The window itself."""
        return Box(0, 0, self.width, self.height)


@dataclass(slots=True)
class Line:
    """One line of the whole view."""

    entry: Entry
    depth: int
    parent: int
    group: int = -1
    """Which run of alike items it belongs to, as an item or within one; -1 for none."""
    item: int = 0
    """Which of those items, from 0."""
    rank: int = 0
    """How far it is from what matters; what is far goes first."""

    def render(self, text: int, heading: int) -> str:
        """The line with its prose cut to so many letters; empty when nothing is left."""
        limit = heading if self.entry.level else 10**9 if self.entry.urgent else text
        parts = [*_cut(self.entry.parts, limit)]
        if not any(part.text for part in parts if part.role != "rule"):
            return ""
        return f"{' ' * self.depth}{'#' * min(self.entry.level, 6)}{' ' if self.entry.level else ''}{_strung(parts)}"

    @property
    def structure(self) -> bool:
        """Whether it only heads what is below it."""
        return not self.entry.leaf and not self.entry.controls and not self.entry.level

    @property
    def full(self) -> str:
        """The line as it is compared and searched."""
        return self.render(600, 600)


def lines(entries: Sequence[Entry]) -> list[Line]:
    """Every entry with its depth, its parent's number, and its place in a run of alike items."""
    found: list[Line] = []
    groups = iter(range(10**9))
    _flatten(entries, Line(Entry([]), -1, -1), found, groups)
    return found


def _flatten(entries: Sequence[Entry], above: Line, found: list[Line], groups: Iterator[int]) -> None:
    parent = len(found) - 1 if above.depth >= 0 else -1
    for entry, group, item in _grouped(entries, groups):
        inherited = (group, item) if group >= 0 else (above.group, above.item)
        line = Line(entry, above.depth + 1, parent, *inherited)
        found.append(line)
        _flatten(entry.children, line, found, groups)


def selected(lines: Sequence[Line], wanted: Sequence[bool]) -> list[Line]:
    """Only the wanted lines, and the ones that these stand under."""
    needed = list(wanted)
    for number in range(len(lines) - 1, -1, -1):
        if needed[number] and lines[number].parent >= 0:
            needed[lines[number].parent] = True
    places = dict(zip((number for number, need in enumerate(needed) if need), range(len(lines)), strict=False))
    return [replace(lines[number], parent=places.get(lines[number].parent, -1)) for number in places]


ALIKE = 5
"""So many alike items in a row are a list that can be cut short."""


def _grouped(entries: Sequence[Entry], groups: Iterator[int]) -> Iterator[tuple[Entry, int, int]]:
    """Each entry with the run of alike items that it is in; texts between them do not end a run."""
    start = 0
    while start < len(entries):
        end = start
        while end < len(entries) and entries[end].kin == entries[start].kin:
            end += 1
        long = bool(entries[start].kin) and end - start >= ALIKE
        group = next(groups) if long else -1
        yield from ((entry, group, number) for number, entry in enumerate(entries[start:end]))
        start = end


def _cut(parts: Sequence[Part], limit: int) -> Iterator[Part]:
    for part in parts:
        if not part.prose:
            yield part
            continue
        if limit > 0:
            yield part._replace(text=clipped(part.text, limit)) if len(part.text) > limit else part
        limit -= len(part.text)


def _strung(parts: Sequence[Part]) -> str:
    """The parts side by side, a dot between two texts."""
    told = ""
    before = None
    for part in parts:
        dot = "· " if before and before.prose and part.prose else ""
        told = f"{told} {dot}{part.text}" if told else part.text
        before = part
    return told
