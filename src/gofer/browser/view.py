"""The compact view of a page that a model reads: roles, names, texts and a reference per element."""

import re

from gofer.core.browser import PageView

LIMIT = 16_000
"""Characters of one view, about 4,000 tokens."""

LINE = 2_000
"""Characters of one line."""

_NOISE = re.compile(r" \[(?:cursor=pointer|active)\]")
_LONG_URL = re.compile(r"(/url: .{120}).+")


def page_view(url: str, title: str, snapshot: str, notes: list[str] | None = None) -> PageView:
    """What a model is shown of a page, hardly longer than LIMIT; it says what is missing."""
    whole = [f"[{note}]" for note in notes or []] + _NOISE.sub("", snapshot).splitlines()
    lines = [_cut(_LONG_URL.sub(r"\1…", line)) for line in whole]
    kept = _fitting(lines)
    missing = len(lines) - len(kept)
    told = [f"… {missing} more lines of this page are not shown"] if missing else []
    truncated = missing > 0 or any(len(line) > LINE for line in whole[: len(kept)])
    return PageView(url=url, title=title, text="\n".join([*kept, *told]), truncated=truncated)


def _cut(line: str) -> str:
    return line if len(line) <= LINE else f"{line[:LINE]}… ({len(line) - LINE} more characters)"


def _fitting(lines: list[str]) -> list[str]:
    room = LIMIT
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return lines[:number]
    return lines
