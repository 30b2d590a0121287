"""Whether two runs did the same, and one playbook of both."""

from collections.abc import Iterator, Sequence
from typing import Any

from gofer.browser.playbook import Act, Each, Expect, Pages, Picture, Playbook, Read, Save, Step, Table
from gofer.browser.recording import LOOKING
from gofer.browser.reviewing import with_doubts

RECORDED = "Recorded, and not reviewed yet: what the next run does not show is struck out. Saving it by hand ends that."
"""The comment at the top of what no person has looked at."""

_BY_CHANCE = ("text", "url", "state")
"""Signs that may have shown in one run only."""

Pair = tuple[Step, Step | None]


def agree(one: Playbook, other: Playbook) -> bool:
    """Whether two runs did the same, whatever they looked at on the way; optional steps may be left out."""
    return _paired(one.steps, other.steps) is not None


def merged(kept: Playbook, newer: Playbook) -> Playbook:
    """The kept playbook of two that agree; one that nobody has reviewed keeps only what showed both times."""
    pairs = _paired(kept.steps, newer.steps) if RECORDED in kept.notes else None
    if pairs is None:
        return kept
    steps = tuple(_merged(old, new) for old, new in pairs)
    return kept.model_copy(update={"steps": steps, "reach": _reach(kept.reach, newer.reach)})


def reviewed(playbook: Playbook) -> Playbook:
    """The playbook as somebody wants it who has read it: nothing of it is struck out any more."""
    return playbook.model_copy(update={"notes": tuple(note for note in playbook.notes if note != RECORDED)})


def _paired(kept: Sequence[Step], newer: Sequence[Step]) -> list[Pair] | None:
    """Each kept step with what the newer run did there; None where it did otherwise."""
    rest = [step for step in newer if _counts(step)]
    pairs: list[Pair] = []
    for step in kept:
        same = bool(rest) and _counts(step) and _gist(step) == _gist(rest[0])
        if _counts(step) and not same and not (isinstance(step, Act) and step.optional):
            return None
        pairs.append((step, rest.pop(0) if same else None))
    return None if rest else pairs


def _counts(step: Step) -> bool:
    """Whether two runs must have it in common; looking about is left free."""
    return not isinstance(step, Picture | Save) and not (isinstance(step, Act) and isinstance(step.action, LOOKING))


def _gist(step: Step) -> tuple[Any, ...]:
    match step:
        case Act():
            return ("act", step.action.model_dump(exclude={"target", "onto"}), *_who(step))
        case Read():
            return ("read", sorted(step.fields))
        case Table():
            return ("table", step.target)
        case Pages():
            return ("pages", step.next.name, list(_gists(step.steps)))
        case Each():
            return ("each", step.source, step.of, list(_gists(step.steps)))
    return (step.do,)


def _gists(steps: Sequence[Step]) -> Iterator[tuple[Any, ...]]:
    return (_gist(step) for step in steps if _counts(step))


def _who(step: Act) -> tuple[str, str]:
    told = step.element or getattr(step.action, "target", None)
    return (told.role or "", told.name or "") if told else ("", "")


def _merged(old: Step, new: Step | None) -> Step:
    if not isinstance(old, Act) or not isinstance(new, Act):
        return old
    both = tuple(one for one in old.expect if one.see not in _BY_CHANCE or one in new.expect)
    return with_doubts(old.model_copy(update={"expect": both or _sure(old.expect), "element": new.element}))


def _sure(expects: tuple[Expect, ...]) -> tuple[Expect, ...]:
    return tuple(one for one in expects if one.see != "text") or expects


def _reach(kept: Sequence[str], newer: Sequence[str]) -> tuple[str, ...]:
    """The hosts that either run came to; a run that does not know its hosts says nothing about them."""
    named = [hosts for hosts in (kept, newer) if "*" not in hosts]
    return tuple(dict.fromkeys(host for hosts in named for host in hosts)) if named else ("*",)
