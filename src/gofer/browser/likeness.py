"""Which of a page's elements a fingerprint means: the rules alone, without any browser."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gofer.browser.opposites import Difference, difference, words
from gofer.core.fingerprint import Fingerprint

__all__ = ["Seen", "Verdict", "decide", "kin", "like", "same", "similar", "words"]

TESTS = ("data-testid", "data-test-id", "data-test", "data-qa", "data-cy")
IDENTIFYING = (*TESTS, "id", "name")
"""Attributes that say by themselves which element it is."""

TELLING = (*IDENTIFYING, "href")
"""Attributes that back a name which is not quite what it was."""

MARGIN = 0.1
"""How much better than the second the best of several must be."""


class Seen(Fingerprint):
    """An element as it is now, with all that it stands under."""

    nears: tuple[str, ...] = ()
    where: str = ""
    said: str = ""
    """All its text, as it stands there."""
    born: float = 0.0
    """When its document began to load: another document has another moment."""
    frame: int = 0


@dataclass(frozen=True)
class Verdict:
    """The place of the one that is meant among those seen, and what told it; or how many it might be."""

    place: int | None = None
    level: str = ""
    rivals: int = 0


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


def renamed(wanted: Fingerprint, seen: Sequence[Seen]) -> str:
    """What the element is called now that looks like it in all but its name, for whoever wonders where it went."""
    for one in seen:
        if kin(wanted, one) and words(one.name) and not same(one.name, wanted.name) and _agrees(wanted, one):
            return one.name
    return ""


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
        return self._unclaimed(found[0], level, places)

    def _unclaimed(self, one: Seen, level: str, places: Sequence[Seen]) -> Verdict:
        """It, unless another one has what was the wanted one's own: then names were swapped, and nobody is meant."""
        others = [other for other in self._seen if other is not one]
        claims = any(_claims(self._wanted, one, other) for other in others) or self._dressed(one, others)
        return Verdict(level=level, rivals=2) if claims else Verdict(_place(one, places), level)

    def _dressed(self, one: Seen, others: Sequence[Seen]) -> bool:
        """Whether just one other wears the wanted one's classes, and this one wears none of them."""
        worn = set(self._wanted.classes)
        alike = sum(set(other.classes) == worn for other in others)
        return bool(worn and one.classes) and worn.isdisjoint(one.classes) and alike == 1

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
        return plain and _without_id(one) == _without_id(wanted) and self._trusted(one) and self._told_apart(one)

    def _attribute(self, one: Seen) -> bool:
        """By a test id, an id or a field name, where its name can still be that of the same element."""
        wanted = self._wanted
        keys = [key for key in IDENTIFYING if key in wanted.attributes]
        agree = [key for key in keys if one.attributes.get(key) == wanted.attributes[key]]
        split = any(key in wanted.attributes and key not in agree for key in ("value", *TESTS))
        if not agree or split or one not in self._alike or not self._means(one):
            return False
        return self._known_here(one) if wanted.of > 1 else True

    def _named(self, one: Seen) -> bool:
        return same(one.name, self._wanted.name) and bool(words(one.name)) and self._trusted(one)

    def _placed(self, one: Seen) -> bool:
        wanted = self._wanted
        fits = bool(wanted.path) and one.path == wanted.path and one in self._alike and self._whole
        return fits and self._means(one) and (wanted.alike == 1 or self._known_here(one))

    def _trusted(self, one: Seen) -> bool:
        """Whether it cannot be another one of the same name."""
        wanted = self._wanted
        return wanted.of == 1 or self._known_here(one) or (not wanted.near and self._namesakes == wanted.of)

    def _known_here(self, one: Seen) -> bool:
        """Whether it stands under what only the wanted one stood under."""
        near = self._wanted.near
        return bool(near) and any(same(each, near) for each in one.nears)

    def _nearly_here(self, one: Seen) -> bool:
        """The same, but for noise, where several were called alike."""
        wanted = self._wanted
        if wanted.alike == 1 or not wanted.near:
            return True
        return any(like(wanted.near, each) and _noise(wanted.near, each) for each in one.nears)

    def _told_apart(self, one: Seen) -> bool:
        """Whether there is more to it than that it has no name."""
        return bool(one.name.strip()) or self._backed(one) or one.path == self._wanted.path

    def _backed(self, one: Seen) -> bool:
        """Whether its label, what it stands under or an attribute of its own says that it is the one."""
        wanted = self._wanted
        labelled = bool(words(wanted.label)) and same(wanted.label, one.label)
        elsewhere = "href" in wanted.attributes and one.attributes.get("href") != wanted.attributes["href"]
        return _agrees(wanted, one) or ((labelled or self._known_here(one)) and not elsewhere)

    def _means(self, one: Seen) -> bool:
        """Whether a name like the wanted one can be the same element's: never one that says the opposite."""
        apart = difference(self._wanted.name, one.name)
        if apart is Difference.NOISE and words(one.name):
            return True
        return apart is not Difference.OPPOSED and self._backed(one)

    def _likest(self, places: Sequence[Seen]) -> Verdict:
        """The best of those that are called alike, if none was taken away or added."""
        if not self._alike or not self._whole:
            return Verdict(rivals=len(self._alike) if len(self._alike) > 1 else 0)
        best, *rest = sorted(self._alike, key=self._score, reverse=True)
        if rest and self._score(best) - self._score(rest[0]) < MARGIN:
            return Verdict(level="likeness", rivals=len(self._alike))
        return self._unclaimed(best, "likeness", places) if self._means(best) and self._nearly_here(best) else Verdict()

    def _score(self, one: Seen) -> float:
        wanted = self._wanted
        keys = wanted.attributes.keys() - {"id"}
        agree = sum(one.attributes.get(key) == wanted.attributes[key] for key in keys) / len(keys) if keys else 0.5
        name = similar(one.name, wanted.name)
        near = max((similar(each, wanted.near) for each in one.nears), default=0.0)
        return 0.4 * name + 0.3 * near + 0.3 * agree if wanted.near else 0.6 * name + 0.4 * agree


def _noise(one: str, other: str) -> bool:
    return difference(one, other) is Difference.NOISE


def _agrees(wanted: Fingerprint, one: Seen) -> bool:
    """Whether an attribute says so that seldom two elements share."""
    keys = [key for key in TELLING if wanted.attributes.get(key, "/") != "/"]
    return any(one.attributes.get(key) == wanted.attributes[key] for key in keys)


def _claims(wanted: Fingerprint, one: Seen, other: Seen) -> bool:
    """Whether the other has what the wanted one had and this one has not, its name or what is its own."""
    if wanted.of == 1 and words(wanted.name) and same(other.name, wanted.name) and not same(one.name, wanted.name):
        return True
    for key in (*TELLING, "type") if wanted.role == "button" else TELLING:
        told = wanted.attributes.get(key)
        moves = key == "id" and told and told[-1].isdigit()  # numbered ids move on when something comes in between
        if told and not moves and one.attributes.get(key) != told and other.attributes.get(key) == told:
            return True
    return False


def _told(text: str) -> set[str]:
    found = set(words(text))
    return {word for word in found if not word.isdigit()} or found


def _without_id(one: Fingerprint) -> dict[str, str]:
    return {key: value for key, value in one.attributes.items() if key not in ("id", "for")}


def _place(one: Seen, places: Sequence[Seen]) -> int:
    return next(number for number, other in enumerate(places) if other is one)
