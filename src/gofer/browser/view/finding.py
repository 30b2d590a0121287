"""Where words are on a page, with what stands around them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gofer.browser.view.entry import Part
from gofer.browser.view.lines import Line, selected
from gofer.browser.view.wording import clipped, plain

AROUND = 2
"""Lines before and after a match that are shown with it."""

EXCERPT = 200
"""Letters before and after a match in a long text."""


@dataclass(frozen=True)
class Found:
    """The lines to show, each ranked by how near it is to a match, and how many matches there are."""

    told: str
    lines: list[Line]


def surroundings(lines: Sequence[Line], words: str) -> Found:
    """Every line that holds the words, or failing that all of them in any order, with its neighbours."""
    wanted = plain(words).casefold()
    matches = set(_matching(lines, [wanted]) or _matching(lines, wanted.split()))
    near = matches.union(*(_near(lines, match) for match in matches))
    shown = [_shown(line, wanted, number in matches) for number, line in enumerate(lines)]
    places = f"{len(matches)} place{'s' if len(matches) > 1 else ''}" if matches else "nothing on this page matches"
    near_or_not = [number in near for number in range(len(lines))]
    return Found(f"find “{clipped(plain(words), 80)}”: {places}", selected(shown, near_or_not))


def _shown(line: Line, wanted: str, matches: bool) -> Line:
    """A match whole and first; its neighbours are no part of any list here."""
    return replace(_excerpt(line, wanted), rank=-1, group=-1) if matches else replace(line, rank=1, group=-1)


def _matching(lines: Sequence[Line], wanted: Sequence[str]) -> list[int]:
    if not any(wanted):
        return []
    return [number for number, line in enumerate(lines) if all(word in _text(line) for word in wanted)]


def _text(line: Line) -> str:
    return " ".join(part.text for part in line.entry.parts).casefold()


def _near(lines: Sequence[Line], match: int) -> set[int]:
    """The match, its neighbours, and the heading it stands under."""
    found = set(range(max(match - AROUND, 0), min(match + AROUND + 1, len(lines))))
    headings = (number for number in range(match, -1, -1) if lines[number].entry.level)
    return found | {next(headings, match)}


def _excerpt(line: Line, wanted: str) -> Line:
    parts = [_around(part, wanted) if part.prose else part for part in line.entry.parts]
    return replace(line, entry=replace(line.entry, parts=parts, urgent=True))


def _around(part: Part, wanted: str) -> Part:
    words = re.escape(wanted) if wanted in part.text.casefold() else "|".join(map(re.escape, wanted.split()))
    found = re.search(words, part.text, re.I) if words else None
    if found is None or len(part.text) <= 3 * EXCERPT:
        return part
    start, end = max(found.start() - EXCERPT, 0), found.end() + EXCERPT
    before, after = "…" if start else "", "…" if end < len(part.text) else ""
    return part._replace(text=f"{before}{part.text[start:end]}{after}")
