"""The compact view of a page that a model reads: roles, names, texts and a reference per element."""

import re

from gofer.core.browser import PageView

LIMIT = 16_000
"""Characters of one view, about 4,000 tokens."""

_NOISE = re.compile(r" \[(?:cursor=pointer|active)\]")
_LONG_URL = re.compile(r"(/url: .{120}).+")


def page_view(url: str, title: str, snapshot: str, notes: list[str] | None = None) -> PageView:
    """What a model is shown of a page, never longer than LIMIT; it says when lines are missing."""
    lines = [f"[{note}]" for note in notes or []] + _tidy(snapshot).splitlines()
    kept = _fitting(lines)
    missing = len(lines) - len(kept)
    if missing:
        kept.append(f"… {missing} more lines of this page are not shown")
    return PageView(url=url, title=title, text="\n".join(kept), truncated=missing > 0)


def _tidy(snapshot: str) -> str:
    return _LONG_URL.sub(r"\1…", _NOISE.sub("", snapshot))


def _fitting(lines: list[str]) -> list[str]:
    room = LIMIT
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return lines[:number] or [line[:LIMIT]]
    return list(lines)
