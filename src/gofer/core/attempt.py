"""What an attempt at an action came to where it was refused: nothing was done, or nobody knows."""

from enum import Enum

from gofer.core.errors import GoferError, Refused


class Attempt(Enum):
    """What is known of an action that was refused."""

    UNDONE = "undone"
    """There was no element to do it to, or more than one, or that one would not take it."""
    MOVED = "moved"
    """The element that was found is another one by now, or was out of reach: find it again."""
    UNSURE = "unsure"
    """It may have been done: something got in the way while it was. Look before doing it again."""


UNTOUCHED = (Attempt.UNDONE, Attempt.MOVED)
"""Where it is sure that nothing was done."""


def refusal(message: str, attempt: Attempt | None) -> Refused:
    """A refusal that says what is known of the action; no error of its own kind, for it never leaves a step."""
    error = Refused(message)
    error.__dict__["attempt"] = attempt
    return error


def came_to(error: GoferError) -> Attempt | None:
    """What is known of the action that was refused; None where nothing is."""
    found = error.__dict__.get("attempt")
    return found if isinstance(found, Attempt) else None
