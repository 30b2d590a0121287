"""Actions without what they type: errors are kept and shown, and so are events about secret fields."""

from typing import Any

from gofer.core import action as do
from gofer.core.action import Action

HIDDEN = "••••"
"""Stands for what was typed, however long it is."""


def unsaid(action: Action) -> Action:
    """The action as anybody may read it: what it types, letter by letter too, is hidden."""
    changed: dict[str, Any] = {}
    match action:
        case do.Fill():
            changed = {"value": HIDDEN}
        case do.Type():
            changed = {"text": HIDDEN}
        case do.Press() if len(action.key) == 1:
            changed = {"key": HIDDEN}
    return action.model_copy(update=changed)


def typed(action: Action) -> str:
    """What it types, if it types anything."""
    match action:
        case do.Fill():
            return action.value
        case do.Type():
            return action.text
        case do.Press() if len(action.key) == 1:
            return action.key
    return ""
