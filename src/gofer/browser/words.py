"""Elements and values as people say them, for errors and events."""

from gofer.core.browser import Target


def describe(target: Target) -> str:
    """The element in words, such as `button "Search"`."""
    if target.ref:
        return f"element {target.ref}" if target.ref.isalnum() else "the element"
    if target.role:
        return f'{target.role} "{target.name}"' if target.name else f"the {target.role}"
    if target.label:
        return f'the field "{target.label}"'
    return f'the text "{target.name}"' if target.name else f"`{target.css}`"


def clipped(text: str, limit: int = 60) -> str:
    """The text on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
