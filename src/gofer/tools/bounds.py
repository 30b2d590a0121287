"""What a tool reads off a page, within the cap that every view has, and honest about the rest."""

from collections.abc import Sequence

from gofer.browser.tokens import count
from gofer.core.page import CAP

MOST_ROWS = 200
"""Rows of a table that a model is shown."""

TAIL = 100
"""Tokens for the fence and for saying what is missing."""

LETTERS = 16
"""Letters of a token at most, as a rule: more of a text than that is not even counted."""


def bounded(lines: Sequence[str], cap: int = CAP) -> str:
    """As many of the lines as the cap allows, or the beginning of the first one."""
    left, kept = cap - TAIL, 0
    for line in lines[:MOST_ROWS]:
        left -= count(line) + 1 if len(line) <= left * LETTERS else left + 1
        if left < 0:
            break
        kept += 1
    if kept == len(lines):
        return "\n".join(lines)
    if kept == 0:
        return _first(lines, cap - TAIL)
    return "\n".join([*lines[:kept], f"… {len(lines) - kept} more rows"])


def beginning(text: str, tokens: int) -> str:
    """As much of the text as so many tokens hold."""
    text = text[: tokens * LETTERS]
    while (there := count(text)) > tokens:
        text = text[: len(text) * tokens // there * 98 // 100]
    return text


def _first(lines: Sequence[str], tokens: int) -> str:
    shown = beginning(lines[0], tokens)
    rows = f", and {len(lines) - 1} more rows" if len(lines) > 1 else ""
    return f"{shown}\n… at least {len(lines[0]) - len(shown):,} more letters{rows}; read a smaller part"
