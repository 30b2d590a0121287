"""How long a browser waits before it says that something does not happen."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Bounds in seconds; each is waited out only where the thing waited for does not come."""

    navigation: float = 15.0
    """For a page that was asked for to arrive."""
    loads: float = 5.0
    """More for the pictures and scripts of a page that can be read already."""
    action: float = 5.0
    """For an element to appear, and again to be ready for an action."""
    stirs: float = 0.1
    """In which an action that leads somewhere has begun to: a request or a new tab shows by then."""
    answers: float = 40.0
    """For a page that answers nothing at all; some of Playwright's calls know no bound of their own."""
