"""Elements and values as people say them: for errors, events and a playbook's sentences."""

from gofer.browser.playbook import Click, Extract, Fill, Open, Save, Screenshot, Select, Step
from gofer.core.browser import Target


def describe(target: Target) -> str:
    """The element in words, such as `button "Search"`."""
    if target.ref:
        return f"element {target.ref}"
    if target.role:
        return f'{target.role} "{target.name}"' if target.name else f"the {target.role}"
    if target.label:
        return f'the field "{target.label}"'
    return f'the text "{target.name}"' if target.name else f"`{target.css}`"


def clipped(text: str, limit: int = 60) -> str:
    """The text on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def sentence(step: Step) -> str:
    """What a step of a playbook does, for events and errors."""
    match step:
        case Open():
            return f"Open {clipped(step.url, 100)}"
        case Click():
            return f"Click {describe(step.target)}"
        case Fill():
            return f"Fill {describe(step.target)} with “{clipped(step.value)}”"
        case Select():
            return f"Choose “{clipped(step.value)}” in {describe(step.target)}"
        case Extract():
            return f"Read {', '.join(step.fields)} of every `{step.each}`"
        case Screenshot():
            return f"Take a picture, {step.name}"
        case Save():
            return f"Save {step.name}"
