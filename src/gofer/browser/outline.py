"""Indented lines of words, with texts in quotes and comments: what a playbook is written in."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gofer.core.errors import Refused

INDENT = "  "

_TOKEN = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>[^\s"]+))')


class Word(str):
    """A word without quotes: part of the language, where a quoted text is a value."""

    __slots__ = ()


@dataclass
class Line:
    """One line, the comment lines above it, and the lines indented below it."""

    words: list[str]
    number: int = 0
    notes: tuple[str, ...] = ()
    below: list["Line"] = field(default_factory=list)

    @property
    def verb(self) -> str:
        """Its first word."""
        return self.words[0] if self.words and isinstance(self.words[0], Word) else ""


def say(*parts: str) -> Line:
    """A line of words."""
    return Line(list(parts))


def parse(text: str) -> tuple[list[Line], tuple[str, ...]]:
    """The outline and the comment lines after its last line; raises Refused with the number of a bad line."""
    top: list[Line] = []
    open_: list[list[Line]] = [top]
    notes: list[str] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if line.startswith("#"):
            notes.append(line[1:].removeprefix(" "))
        elif line:
            depth = _depth(raw, number, len(open_))
            added = Line(list(_words(line, number)), number, tuple(notes))
            del open_[depth + 1 :]
            open_[depth].append(added)
            open_.append(added.below)
            notes.clear()
    return top, tuple(notes)


def write(lines: Sequence[Line], last: Sequence[str] = (), depth: int = 0) -> str:
    """The outline as text."""
    return "".join(_written(lines, depth)) + "".join(_note(note, depth) for note in last)


def wrong(number: int, problem: str) -> Refused:
    """What is wrong with a line."""
    return Refused(f"The playbook's line {number}: {problem}.", code="ERR_INVALID_INPUT")


def _written(lines: Sequence[Line], depth: int) -> Iterator[str]:
    for line in lines:
        yield from (_note(note, depth) for note in line.notes)
        yield f"{INDENT * depth}{' '.join(map(_word, line.words))}\n" if line.words else "\n"
        yield from _written(line.below, depth + 1)


def _note(note: str, depth: int) -> str:
    return f"{INDENT * depth}#{' ' if note else ''}{note}\n"


def _word(word: str) -> str:
    return str(word) if isinstance(word, Word) else _quoted(word)


def _quoted(text: str) -> str:
    """JSON, with everything escaped that would end a line somewhere."""
    told = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff]", lambda found: f"\\u{ord(found[0]):04x}", told)


def _depth(raw: str, number: int, deepest: int) -> int:
    blank = raw[: len(raw) - len(raw.lstrip())]
    depth, odd = divmod(len(blank), len(INDENT))
    if odd or "\t" in blank or depth >= deepest:
        raise wrong(number, "indent it by two spaces more than the line it belongs to")
    return depth


def _words(line: str, number: int) -> Iterator[str]:
    at = 0
    while at < len(line):
        found = _TOKEN.match(line, at)
        if found is None:
            raise wrong(number, "a quotation mark is missing")
        at = found.end()
        yield _unquoted(found["text"], number) if found["text"] else Word(found["word"])


def _unquoted(text: str, number: int) -> str:
    try:
        return str(json.loads(text))
    except ValueError as error:
        raise wrong(number, f"{text} is not a text in quotes") from error
