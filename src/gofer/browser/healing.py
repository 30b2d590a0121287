"""What passes between a replay and whoever mends a step that no longer fits."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from gofer.browser.playbook import Act, Each, Pages, Playbook, Step, count
from gofer.core.errors import Refused


@dataclass(frozen=True)
class Trouble:
    """A step that could not be done or did not lead to what it must."""

    number: int
    template: Act
    step: Act
    """The same with its values put in."""
    values: Mapping[str, str]
    error: Refused


@dataclass(frozen=True)
class Healed:
    """What was done in a step's place, with values as places again; it is done already."""

    number: int
    steps: tuple[Act, ...]
    why: str
    url: str
    usd: float | None = None


Heal = Callable[[Trouble], Awaitable[Healed | None]]
"""Mends one step, or gives up on it with None."""


def replaced(playbook: Playbook, number: int, steps: Sequence[Act]) -> Playbook:
    """The playbook with other steps in the place of one; a loop's own number stands for its way to the next page."""
    return playbook.model_copy(update={"steps": _replaced(playbook.steps, number, steps, 1)})


def _replaced(steps: Sequence[Step], number: int, others: Sequence[Act], at: int) -> tuple[Step, ...]:
    found: list[Step] = []
    for step in steps:
        inside = at < number < at + count(step)
        if inside and isinstance(step, Pages | Each):
            found.append(step.model_copy(update={"steps": _replaced(step.steps, number, others, at + 1)}))
        elif at == number:
            found += _instead(step, others)
        else:
            found.append(step)
        at += count(step)
    return tuple(found)


def _instead(step: Step, others: Sequence[Act]) -> Sequence[Step]:
    if not isinstance(step, Pages):
        return [others[0].model_copy(update={"notes": step.notes}), *others[1:]] if others else []
    last = others[-1]
    return [step.model_copy(update={"next": getattr(last.action, "target", step.next), "element": last.element})]
