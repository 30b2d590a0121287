"""Refuses, before anything is done, a playbook that could end well though nothing of it had worked."""

from collections.abc import Iterator, Sequence

from gofer.browser.fitting import sayable
from gofer.browser.playbook import Act, Each, Expect, Pages, Read, Step, Table, count
from gofer.browser.sentences import sentence
from gofer.core import action as do
from gofer.core.errors import Refused

LOOKING = (do.Scroll, do.WaitFor, do.Hover)
"""Actions that change nothing that has to be checked."""

SELF_TOLD = (do.Navigate, do.Back, do.SwitchTab, do.Download)
"""Actions that fail by themselves where they do not work."""


def unchecked(step: Step) -> bool:
    """Whether nothing tells that a step worked."""
    return isinstance(step, Act) and not step.expect and not isinstance(step.action, (*LOOKING, *SELF_TOLD))


def sound(steps: Sequence[Step]) -> None:
    """Refuse what nothing could ever fail: signs without content, and an end that nothing tells."""
    for number, step, expect in _signs(steps, 1):
        if why := _empty(expect):
            raise _unsound(number, step, why)
    last = _last(steps, 1)
    if last is not None and unchecked(last[1]):
        why = "it is the last step that does anything, and nothing tells whether it worked"
        raise _unsound(*last, why)


def _empty(expect: Expect) -> str:
    """What is missing of a post-condition."""
    if expect.see.endswith("element") and expect.target is None:
        return f"it expects “{expect.see}” and does not say which element"
    if expect.see in ("text", "no text") and not sayable(expect.what):
        return f"it expects “{expect.see}” and does not say which"
    if expect.see == "url" and not any(letter.isalnum() for letter in expect.what):
        return "it expects an address and every address would do"
    if expect.see == "state" and not expect.what.partition("=")[0].strip():
        return "it expects a state and does not say which attribute"
    return ""


def _signs(steps: Sequence[Step], number: int) -> Iterator[tuple[int, Step, Expect]]:
    for step in steps:
        if isinstance(step, Act):
            yield from ((number, step, expect) for expect in step.expect)
        if isinstance(step, Pages) and step.until is not None:
            yield number, step, step.until
        if isinstance(step, Pages | Each):
            yield from _signs(step.steps, number + 1)
        number += count(step)


def _last(steps: Sequence[Step], first: int) -> tuple[int, Step] | None:
    """The number of the last step that must do or read something, and the step."""
    numbers = [first + sum(map(count, steps[:place])) for place in range(len(steps))]
    for number, step in reversed(list(zip(numbers, steps, strict=True))):
        if isinstance(step, Read | Table):
            return number, step
        if isinstance(step, Act) and not step.optional and not isinstance(step.action, LOOKING):
            return number, step
        inside = _last(step.steps, number + 1) if isinstance(step, Pages | Each) else None
        if inside is not None:
            return inside
    return None


def _unsound(number: int, step: Step, why: str) -> Refused:
    message = f"Step {number} (“{sentence(step)}”) of the playbook cannot be relied on: {why}."
    return Refused(message, code="ERR_INVALID_INPUT", next_step="Add an `expect` line below it that can fail.")
