"""Fits lines under a hard cap of tokens: prose goes first, then items of long lists, then what is far away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from gofer.browser.tokens import count
from gofer.browser.view.lines import Line, Port

LEVELS = ((4000, 200), (1000, 120), (500, 120), (250, 120), (140, 100), (80, 80), (40, 80), (0, 80), (0, 0))
"""How long texts and headings may be, from generous to none at all."""

LAST = len(LEVELS) - 1
ITEMS = (60, 40, 25, 15, 10, 6, 3)
"""How many of a long list's items stay, besides those that are on the screen."""

SIGNS = 45
"""Tokens kept free for the lines that say what is missing."""

A_SIGN = 16
"""Tokens of one such line within a list."""

LEAST = 8
"""Tokens that are not worth being handed out."""

ABOVE = 2
"""What is above the screen was probably seen already: it counts as farther away."""


@dataclass(frozen=True)
class Fitted:
    """A view's text and what it holds."""

    text: str
    tokens: int
    interactive: int
    truncated: bool


@dataclass
class Fitting:
    """One page's lines on their way under the cap."""

    lines: Sequence[Line]
    cap: int
    head: str = ""
    kept: list[bool] = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    _texts: dict[int, list[str]] = field(default_factory=dict)
    _costs: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kept = [True] * len(self.lines)
        self.levels = [0] * len(self.lines)

    def fitted(self) -> Fitted:
        """The fullest text that is within the cap."""
        self._choose(self.cap - count(self.head) - 1)
        told = self._told()
        while told.tokens > self.cap and any(self.kept):
            self._drop_farthest()
            told = self._told()
        return told if told.tokens <= self.cap else self._shortest(told)

    def _choose(self, room: int) -> None:
        if self._cost(0) <= room:
            return
        room -= SIGNS
        if self._cost(LAST) > room:
            self._thin_lists(room)
        if self._cost(LAST) > room:
            self.levels = [LAST] * len(self.lines)
            self._keep_nearest(room)
        else:
            self._shorten(room)

    def _cost(self, level: int) -> int:
        signs = A_SIGN * len({line.group for line, kept in zip(self.lines, self.kept, strict=True) if not kept})
        return signs + sum(cost for cost, kept in zip(self._costs_at(level), self.kept, strict=True) if kept)

    def _costs_at(self, level: int) -> list[int]:
        if level not in self._costs:
            self._costs[level] = [_tokens(text) for text in self._texts_at(level)]
        return self._costs[level]

    def _texts_at(self, level: int) -> list[str]:
        if level not in self._texts:
            self._texts[level] = [line.render(*LEVELS[level]) for line in self.lines]
        return self._texts[level]

    def _shorten(self, room: int) -> None:
        """Half of the room for prose everywhere, the other half for that which is nearest, in full."""
        base = self._cost(LAST)
        low, high = 0, LAST
        while low < high:
            middle = (low + high) // 2
            fits = self._cost(middle) <= base + (room - base) // 2
            low, high = (low, middle) if fits else (middle + 1, high)
        self.levels = [low] * len(self.lines)
        self._spend(room - self._cost(low), low)

    def _spend(self, room: int, level: int) -> None:
        for number in sorted((number for number, kept in enumerate(self.kept) if kept), key=self._nearness):
            if room < LEAST:
                return
            room -= self._widened(number, level, room)

    def _widened(self, number: int, level: int, room: int) -> int:
        """Tokens spent on telling one line as fully as there is room for."""
        least = self._costs_at(level)[number]
        for better in range(level):
            more = _tokens(self._text(number, better)) - least
            if more <= room:
                self.levels[number] = better
                return more
        return 0

    def _text(self, number: int, level: int) -> str:
        if level in self._texts:
            return self._texts[level][number]
        return self.lines[number].render(*LEVELS[level])

    def _nearness(self, number: int) -> tuple[int, int]:
        return self.lines[number].rank, number

    def _thin_lists(self, room: int) -> None:
        full = list(self.kept)
        for most in ITEMS:
            self.kept = [
                kept and (line.group < 0 or line.item < most or line.rank <= 0)
                for kept, line in zip(full, self.lines, strict=True)
            ]
            if self._cost(LAST) <= room:
                return

    def _keep_nearest(self, room: int) -> None:
        costs = self._costs_at(LAST)
        order = sorted((number for number, kept in enumerate(self.kept) if kept), key=self._nearness)
        room -= A_SIGN * 2
        for number in order:
            room -= costs[number]
            if room < 0:
                self.kept[number] = False

    def _drop_farthest(self) -> None:
        order = sorted((number for number, kept in enumerate(self.kept) if kept), key=self._nearness)
        for number in order[-max(1, len(order) // 8) :]:
            self.kept[number] = False

    def _told(self) -> Fitted:
        shown = self._shown()
        listed = {self.lines[number].group for number in shown}
        gaps = self._gaps(shown, listed)
        missing, cut = self._missing(shown, listed), self._cut_texts(shown)
        told = [*([self.head] if self.head else []), *_body(shown, gaps), *_signs(missing, cut)]
        text = "\n".join(told)
        interactive = sum(len(part.refs) for number in shown for part in self.lines[number].entry.controls)
        return Fitted(text, count(text), interactive, truncated=bool(gaps or missing or cut))

    def _shown(self) -> dict[int, str]:
        """The text of every line that stays; a line that only heads others stays with one of them."""
        found: dict[int, str] = {}
        heads: set[int] = set()
        for number in range(len(self.lines) - 1, -1, -1):
            line = self.lines[number]
            text = self._text(number, self.levels[number]) if self.kept[number] or number in heads else ""
            if text and (number in heads or not line.structure):
                found[number] = text
                heads.add(line.parent)
        return dict(sorted(found.items()))

    def _gaps(self, shown: dict[int, str], listed: set[int]) -> dict[int, list[str]]:
        """Signs for lists that are shown in part, by the number of the line before which each stands."""
        missing: dict[int, set[int]] = {}
        first: dict[int, int] = {}
        for number, line in enumerate(self.lines):
            if line.group in listed and line.group >= 0 and not self.kept[number]:
                missing.setdefault(line.group, set()).add(line.item)
                first.setdefault(line.group, number)
        signs: dict[int, list[str]] = {}
        for group, items in missing.items():
            after = next((number for number in shown if number > first[group]), len(self.lines))
            indent = " " * self.lines[first[group]].depth
            signs.setdefault(after, []).append(f"{indent}… {len(items)} more items, use find or scroll")
        return signs

    def _missing(self, shown: dict[int, str], listed: set[int]) -> int:
        """Elements that are not shown and not in a list that says so itself."""
        away = (line for number, line in enumerate(self.lines) if number not in shown)
        return sum(len(line.entry.controls) for line in away if line.group < 0 or line.group not in listed)

    def _cut_texts(self, shown: dict[int, str]) -> int:
        """Lines whose prose is not all there."""
        whole = self._texts_at(0)
        return sum(
            number not in shown or (self.levels[number] > 0 and shown[number] != whole[number])
            for number, line in enumerate(self.lines)
            if any(part.prose for part in line.entry.parts)
        )

    def _shortest(self, told: Fitted) -> Fitted:
        """Less than one line: the letters that fit."""
        text = told.text
        while count(text) > self.cap:
            text = text[: len(text) * 3 // 4]
        return replace(told, text=text, tokens=count(text), interactive=0, truncated=True)


def _body(shown: dict[int, str], gaps: dict[int, list[str]]) -> Iterator[str]:
    """The lines, and in a list that was cut short how many items are missing there."""
    for number, text in shown.items():
        yield from gaps.get(number, ())
        yield text
    yield from (sign for number, signs in gaps.items() if number not in shown for sign in signs)


def _signs(elements: int, texts: int) -> Iterator[str]:
    if elements:
        yield f"… {elements} more elements, use find or scroll"
    if texts:
        yield f"… {texts} texts are shortened or left out, use find or read"


def ranked(lines: Sequence[Line], port: Port) -> list[Line]:
    """The lines with their distance from the screen in pixels; urgent ones are nearer than near."""
    found, last = [], 0
    for line in lines:
        box = line.entry.box
        if box and not line.structure:
            last = _distance(box.y, box.y + box.height, port.height)
        found.append(replace(line, rank=-1 if line.entry.urgent else last))
    return found


def _distance(top: int, bottom: int, height: int) -> int:
    if bottom < 0:
        return -bottom * ABOVE
    return max(top - height, 0)


def _tokens(text: str) -> int:
    return count(f"{text}\n") if text else 0
