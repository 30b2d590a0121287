"""What a model is asked, and what the asker is told."""

import hashlib
import json

from gofer.apps.browse.types import BrowseInput, Outcome

NAMED = 10
"""Changes that the text names; the result lists more."""


def task(asked: BrowseInput) -> str:
    """The errand in words, for a model."""
    facts = "".join(f"\n- {name}: {value}" for name, value in asked.parameters.items())
    return f"{asked.goal}\n\nBegin at {asked.start_url}" + (f"\nUse these values:{facts}" if facts else "")


def told(done: Outcome, changed: list[str] | None) -> str:
    """What the errand found and what is different, in a few sentences."""
    if not done.rows and changed is None:
        return done.text
    return f"{done.text}\n{_difference(changed)}"


def memory_key(asked: BrowseInput) -> str:
    """The same for every run of the same errand: goal, start page and parameters."""
    errand = json.dumps([asked.goal, asked.start_url, asked.parameters], sort_keys=True)
    return f"rows:{hashlib.sha256(errand.encode()).hexdigest()[:24]}"


def _difference(changed: list[str] | None) -> str:
    if changed is None:
        return "This is the first run of this errand, so there is nothing to compare with."
    if not changed:
        return "Nothing changed since the last run."
    more = [f"… and {len(changed) - NAMED} more"] if len(changed) > NAMED else []
    lines = "\n".join(f"- {line}" for line in [*changed[:NAMED], *more])
    return f"{len(changed)} changes since the last run:\n{lines}"
