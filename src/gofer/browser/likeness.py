"""Which of a page's elements a fingerprint means: the rules alone, without any browser."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gofer.core.fingerprint import Fingerprint

TESTS = ("data-testid", "data-test-id", "data-test", "data-qa", "data-cy")
IDENTIFYING = (*TESTS, "id", "name")
"""Attributes that say by themselves which element it is."""

MARGIN = 0.1
"""How much better than the second the best of several must be."""

_WORD = re.compile(r"\w+")


class Seen(Fingerprint):
    """An element as it is now, with all that it stands under."""

    nears: tuple[str, ...] = ()
    where: str = ""
    frame: int = 0


@dataclass(frozen=True)
class Verdict:
    """The place of the one that is meant among those seen, and what told it; or how many it might be."""

    place: int | None = None
    level: str = ""
    rivals: int = 0


def words(text: str) -> tuple[str, ...]:
    """The words of a text, whatever their case and punctuation."""
    return tuple(_WORD.findall(text.casefold()))


def same(one: str, other: str) -> bool:
    """Whether two texts differ in case and punctuation only."""
    return words(one) == words(other)


def like(wanted: str, seen: str) -> bool:
    """Whether one text is the other with a few words more. Numbers do not count: a basket fills up."""
    mine, theirs = _told(wanted), _told(seen)
    if not mine or not theirs:
        return not mine and not theirs
    less, more = sorted((mine, theirs), key=len)
    return less <= more and len(more - less) <= max(3, len(less))


def similar(one: str, other: str) -> float:
    """How much of two texts is the same, from 0 to 1."""
    mine, theirs = set(words(one)), set(words(other))
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 1.0


def kin(wanted: Fingerprint, seen: Fingerprint) -> bool:
    """Whether it is the same kind of element."""
    return wanted.role == seen.role if wanted.role or seen.role else wanted.tag == seen.tag


def decide(wanted: Fingerprint, seen: Sequence[Seen]) -> Verdict:
    """The one that fits at the first level at which any fits; two that fit, or none, are nobody."""
    return _Judge(wanted, [one for one in seen if kin(wanted, one)]).verdict(seen)


class _Judge:
    def __init__(self, wanted: Fingerprint, seen: Sequence[Seen]) -> None:
        self._wanted = wanted
        self._seen = seen
        self._alike = [one for one in seen if like(wanted.name, one.name)]
        self._whole = len(self._alike) == wanted.alike
        """Whether as many look like it as did when it was recorded: then none of them can be a stranger."""
        self._namesakes = sum(same(wanted.name, one.name) for one in seen)

    def verdict(self, places: Sequence[Seen]) -> Verdict:
        """The levels in turn."""
        levels: list[tuple[str, Callable[[Seen], bool]]] = [
            ("exact", self._exact),
            ("stable", self._stable),
            ("attribute", self._attribute),
            ("name", self._named),
            ("path", self._placed),
        ]
        for level, fits in levels:
            found = [one for one in self._seen if fits(one)]
            if found:
                return self._only(found, level, places)
        return self._likest(places)

    def _only(self, found: list[Seen], level: str, places: Sequence[Seen]) -> Verdict:
        if len(found) > 1:
            found = self._twin(found) or found
        if len(found) > 1:
            return Verdict(level=level, rivals=len(found))
        return Verdict(_place(found[0], places), level)

    def _twin(self, found: list[Seen]) -> list[Seen]:
        """Of elements that differ in nothing, the one at its old place, if all of them are still there."""
        wanted = self._wanted
        whole = wanted.of > 1 and len(found) == wanted.of
        return [found[wanted.nth]] if whole and found[wanted.nth].path == wanted.path else []

    def _exact(self, one: Seen) -> bool:
        wanted = self._wanted
        same_here = not wanted.near or wanted.near in one.nears
        return same_here and self._stable(one) and (one.attributes, one.classes) == (wanted.attributes, wanted.classes)

    def _stable(self, one: Seen) -> bool:
        wanted = self._wanted
        plain = (one.tag, one.name, one.label) == (wanted.tag, wanted.name, wanted.label)
        return plain and _without_id(one) == _without_id(wanted) and self._trusted(one)

    def _attribute(self, one: Seen) -> bool:
        """By a test id, an id or a field name; one whose name is another counts only where none is called alike."""
        wanted = self._wanted
        keys = [key for key in IDENTIFYING if key in wanted.attributes]
        agree = [key for key in keys if one.attributes.get(key) == wanted.attributes[key]]
        split = any(key in wanted.attributes and key not in agree for key in ("value", *TESTS))
        if not agree or split or (self._alike and one not in self._alike):
            return False
        return self._known_here(one) if wanted.of > 1 else True

    def _named(self, one: Seen) -> bool:
        return same(one.name, self._wanted.name) and bool(words(one.name)) and self._trusted(one)

    def _placed(self, one: Seen) -> bool:
        wanted = self._wanted
        fits = bool(wanted.path) and one.path == wanted.path and one in self._alike and self._whole
        return fits and (wanted.alike == 1 or self._known_here(one))

    def _trusted(self, one: Seen) -> bool:
        """Whether it cannot be another one of the same name."""
        wanted = self._wanted
        return wanted.of == 1 or self._known_here(one) or (not wanted.near and self._namesakes == wanted.of)

    def _known_here(self, one: Seen) -> bool:
        """Whether it stands under what only the wanted one stood under."""
        near = self._wanted.near
        return bool(near) and any(same(each, near) for each in one.nears)

    def _likest(self, places: Sequence[Seen]) -> Verdict:
        """The best of those that are called alike, if none was taken away or added."""
        if not self._alike or not self._whole:
            return Verdict(rivals=len(self._alike) if len(self._alike) > 1 else 0)
        best, *rest = sorted(self._alike, key=self._score, reverse=True)
        if rest and self._score(best) - self._score(rest[0]) < MARGIN:
            return Verdict(level="likeness", rivals=len(self._alike))
        if not words(best.name) and self._score(best) < 0.5:
            return Verdict()
        return Verdict(_place(best, places), "likeness")

    def _score(self, one: Seen) -> float:
        wanted = self._wanted
        keys = wanted.attributes.keys() - {"id"}
        agree = sum(one.attributes.get(key) == wanted.attributes[key] for key in keys) / len(keys) if keys else 0.5
        name = similar(one.name, wanted.name)
        near = max((similar(each, wanted.near) for each in one.nears), default=0.0)
        return 0.4 * name + 0.3 * near + 0.3 * agree if wanted.near else 0.6 * name + 0.4 * agree


def _told(text: str) -> set[str]:
    found = set(words(text))
    return {word for word in found if not word.isdigit()} or found


def _without_id(one: Fingerprint) -> dict[str, str]:
    return {key: value for key, value in one.attributes.items() if key not in ("id", "for")}


def _place(one: Seen, places: Sequence[Seen]) -> int:
    return next(number for number, other in enumerate(places) if other is one)
