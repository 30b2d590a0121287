"""A Clue is one sign with its weight for one kind of blocker; a Rule is what finds it, and why it weighs that much."""

from collections.abc import Callable
from dataclasses import dataclass

from gofer.browser.blockers.signs import Signs
from gofer.core.blocker import BlockerKind

See = Callable[[Signs], str | None]
"""Looks for one sign; gives what was seen."""


@dataclass(frozen=True)
class Clue:
    """What was seen. Of several clues of one group only the heaviest counts: saying it twice proves nothing."""

    kind: BlockerKind
    group: str
    weight: float
    value: str
    vendor: str | None = None
    supports: bool = False
    """Whether it only adds to others: never enough without a clue that speaks for itself."""

    @property
    def source(self) -> str:
        """Where it was seen, in the words of `Evidence`."""
        return self.group


@dataclass(frozen=True)
class Rule:
    """One line of what the detector knows."""

    kind: BlockerKind
    group: str
    weight: float
    see: See
    why: str
    vendor: str | None = None
    supports: bool = False

    def clue(self, signs: Signs) -> Clue | None:
        """The clue, if the sign is there."""
        value = self.see(signs)
        return Clue(self.kind, self.group, self.weight, value, self.vendor, self.supports) if value else None
