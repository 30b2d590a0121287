"""Finds the loop in a recording: reading, going on and reading the same again is a loop over pages."""

from collections.abc import Sequence

from gofer.browser.playbook import Act, Pages, Read, Step, Table
from gofer.core import action as do

MOST_PAGES = 50


def looped(steps: Sequence[Step]) -> list[Step]:
    """The steps with a loop in place of each repetition."""
    found: list[Step] = []
    at = 0
    while at < len(steps):
        pages, taken = _pages(steps[at:])
        found += [pages] if pages else [steps[at]]
        at += taken
    return found


def _pages(steps: Sequence[Step]) -> tuple[Pages | None, int]:
    first = steps[0]
    if not isinstance(first, Read | Table):
        return None, 1
    taken = 1
    following: Act | None = None
    while taken + 1 < len(steps) and _goes_on(steps[taken], following) and _reads_alike(steps[taken + 1], first):
        following, taken = following or _act(steps[taken]), taken + 2
    if following is None:
        return None, 1
    target = getattr(following.action, "target", None)
    return Pages(next=target, element=following.element, most=MOST_PAGES, steps=(first,)), taken


def _act(step: Step) -> Act:
    assert isinstance(step, Act)
    return step


def _goes_on(step: Step, before: Act | None) -> bool:
    if not isinstance(step, Act) or not isinstance(step.action, do.Click) or step.element is None:
        return False
    return before is None or step.action == before.action


def _reads_alike(step: Step, first: Read | Table) -> bool:
    if isinstance(step, Read) and isinstance(first, Read):
        return (step.each, step.fields) == (first.each, first.fields)
    return isinstance(step, Table) and isinstance(first, Table) and step.target == first.target
