"""What a recorded step says to people: what it is for, and where nothing shows whether it worked."""

from collections.abc import Sequence

from gofer.browser.playbook import Act, Playbook, Step
from gofer.browser.recording import LOOKING, strong
from gofer.browser.sentences import sentence

DOUBT = "Nothing shows whether this step worked: say what to expect."

LAST = "that is all there is to do"


def with_purposes(steps: Sequence[Step]) -> list[Step]:
    """The steps, each action with a goal of its own: where it stands, and what it makes way for."""
    following = [_lower(sentence(step)) for step in steps[1:]] + [LAST]
    return [_purposed(step, then) for step, then in zip(steps, following, strict=True)]


def with_doubts(step: Step) -> Step:
    """The step with a comment above it where it is not checked."""
    if not is_weak(step) or DOUBT in step.notes:
        return step
    return step.model_copy(update={"notes": (*step.notes, DOUBT)})


def is_weak(step: Step) -> bool:
    """Whether nothing tells that the step worked."""
    return isinstance(step, Act) and not isinstance(step.action, LOOKING) and not strong(step.expect)


def weak(playbook: Playbook) -> list[int]:
    """The numbers of the playbook's steps that are not checked."""
    return [number for number, step in enumerate(playbook.steps, 1) if is_weak(step)]


def _purposed(step: Step, then: str) -> Step:
    if not isinstance(step, Act) or isinstance(step.action, LOOKING) or step.goal:
        return step
    under = f" under “{step.element.near}”" if step.element and step.element.near else ""
    return step.model_copy(update={"goal": f"{sentence(step)}{under}; then {then}"})


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]
