"""What an action changed on a page, in a few lines; the whole view where that says it better."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from gofer.browser.tokens import count
from gofer.browser.view.lines import Line
from gofer.browser.view.sight import Sight
from gofer.browser.view.wording import clipped
from gofer.core.page import Change, Look

SHARE = 3
"""A difference that is longer than this part of the whole view gives way to it."""

LEAST = 60
"""Tokens that a difference may always have: the whole view of a tiny page is no better."""

GONE = 3
"""Lines that went away and are named."""

WIDTH = 240
"""Letters of one changed line."""

LEAD = 60
"""Letters before a difference deep in a long text."""

ALL = 10**9

MOST = 4000
"""Lines between which a difference is looked for line by line; more are told by what is only in one of them."""

NOTHING = "nothing changed"


def difference(before: Sight | None, after: Sight, cap: int) -> Change:
    """The changed lines with what they stand under, or the whole view of another or much changed page."""
    whole = after.view(Look(cap=cap))
    if before is not None and _same_page(before, after):
        text = "\n".join([*after.head()[: len(after.notes)], *_told(before, after)]) or NOTHING
        tokens = count(text)
        if tokens <= min(max(whole.tokens // SHARE, LEAST), cap):
            return Change(url=whole.url, title=whole.title, text=text, tokens=tokens)
    return Change(url=whole.url, title=whole.title, text=whole.text, full=True, tokens=whole.tokens)


def _same_page(before: Sight, after: Sight) -> bool:
    return before.document == after.document and before.url.partition("#")[0] == after.url.partition("#")[0]


def _told(before: Sight, after: Sight) -> list[str]:
    old, new = [_key(line) for line in before.lines], [_key(line) for line in after.lines]
    told = [] if before.port.top == after.port.top else [f"scrolled to {after.port.top} of {after.port.whole} px"]
    if before.title != after.title:
        told.append(f"title: {clipped(after.title, 100)}")
    under = -1
    for start, end, first, last in _changes(old, new):
        for number in range(first, last):
            context = _context(after.lines, number)
            if context >= 0 and context != under and not first <= context < last:
                told.append(f"under {clipped(after.lines[context].full.strip(), 80)}")
            under = context
            told.append(_changed(before.lines[start:end], after.lines[number]))
        told += _gone(before.lines[start:end], after.lines[first:last])
    return told or [NOTHING]


def _changed(old: Sequence[Line], line: Line) -> str:
    return f"{_sign(old, line)} {_from_where_it_differs(_key(line), [_key(other) for other in old])}"


def _from_where_it_differs(text: str, old: Sequence[str]) -> str:
    """The line; of a long text that began as it does now, what is around the first difference."""
    same = max((_same_beginning(text, other) for other in old), default=0)
    start = max(same - LEAD, 0) if len(text) > WIDTH and same > WIDTH - LEAD else 0
    return clipped(f"{'…' if start else ''}{text[start:]}", WIDTH)


def _same_beginning(text: str, other: str) -> int:
    pairs = enumerate(zip(text, other, strict=False))
    return next((number for number, (one, two) in pairs if one != two), min(len(text), len(other)))


def _key(line: Line) -> str:
    return line.render(ALL, ALL).strip()


def _changes(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges that differ: from and to in the old lines, from and to in the new."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    if len(old_middle) + len(new_middle) > MOST:
        yield start, len(old) - end, start, len(new) - end
        return
    for kind, a, b, c, d in SequenceMatcher(None, old_middle, new_middle, autojunk=False).get_opcodes():
        if kind != "equal":
            yield start + a, start + b, start + c, start + d


def _context(lines: Sequence[Line], number: int) -> int:
    """The section or heading that a line stands under; -1 for none."""
    above = lines[number].parent
    headings = (each for each in range(number - 1, above, -1) if lines[each].entry.level)
    return next(headings, above)


def _refs(line: Line) -> set[str]:
    return {ref for part in line.entry.controls for ref in part.refs}


def _sign(old: Sequence[Line], line: Line) -> str:
    """`~` for an element that was there before, `+` for a new one."""
    return "~" if any(_refs(line) & _refs(other) for other in old) else "+"


def _gone(old: Sequence[Line], new: Sequence[Line]) -> list[str]:
    there = set().union(*map(_refs, new)) if new else set()
    gone = [line for line in old if not _refs(line) & there]
    if len(gone) == len(new) == 1 and not gone[0].entry.controls:
        return [f"  was: {clipped(gone[0].full.strip(), 80)}"]
    told = [f"- {clipped(line.full.strip(), 80)}" for line in gone[:GONE]]
    return [*told, f"- … {len(gone) - GONE} more lines went away"] if len(gone) > GONE else told
