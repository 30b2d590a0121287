"""What a model is asked, and what the asker is told."""

import hashlib
import json
from urllib.parse import urlsplit

from gofer.apps.browse.handing import HandOver
from gofer.apps.browse.types import BrowseInput, HandedOver, Outcome, Replay
from gofer.tools.playbook import Replayed

NAMED = 10
"""Changes that the text names; the result lists more."""


def task(asked: BrowseInput) -> str:
    """The errand in words, for a model."""
    facts = "".join(f"\n- {name}: {value}" for name, value in asked.parameters.items())
    return f"{asked.goal}\n\nBegin at {asked.start_url}" + (f"\nUse these values:{facts}" if facts else "")


def told(done: Outcome, changed: list[str] | None, handed: HandOver) -> str:
    """What the errand found, what it brought along and what is different, in a few sentences."""
    lines = [done.text, _brought(handed.files), *handed.notes]
    lines += [_difference(changed)] if done.rows or changed is not None else []
    return "\n".join(line for line in [*lines, done.note, _cost(done.replay)] if line)


def played(done: Replayed) -> str:
    """What a replay did, which is all it can say: what the pages meant is for a model to tell."""
    if done.key:
        over = f" over {done.pages} pages" if done.pages > 1 else ""
        return f"Read {counted(len(done.rows), 'row')}{over}.{_unchecked(done.unchecked)}"
    return f"Did {counted(done.acted, 'step')}; nothing was read.{_unchecked(done.unchecked)}"


def counted(many: int, what: str) -> str:
    """Such as 1 row, and 2 rows."""
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


def errand_key(asked: BrowseInput) -> str:
    """The same for every run that the same steps can do: goal without values, site, names of the parameters."""
    goal = asked.goal
    for name, value in sorted(asked.parameters.items(), key=lambda one: -len(one[1])):
        goal = goal.replace(value, f"{{{name}}}") if value else goal
    host = urlsplit(asked.start_url).netloc
    told = json.dumps([" ".join(goal.split()), host, sorted(asked.parameters)])
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def memory_key(asked: BrowseInput) -> str:
    """The same for every run of the same errand: goal, start page and parameters."""
    errand = json.dumps([asked.goal, asked.start_url, asked.parameters], sort_keys=True)
    return f"rows:{hashlib.sha256(errand.encode()).hexdigest()[:24]}"


def _unchecked(numbers: list[int]) -> str:
    if not numbers:
        return ""
    several = f"steps {', '.join(map(str, numbers))}" if len(numbers) > 1 else f"step {numbers[0]}"
    return f" Nothing shows whether {several} worked."


def _brought(files: list[HandedOver]) -> str:
    more = [f"and {len(files) - NAMED} more"] if len(files) > NAMED else []
    names = [f"{file.name[:60]} ({_size(file.size)})" for file in files[:NAMED]]
    return f"Downloaded {', '.join([*names, *more])}." if files else ""


def _size(of: int) -> str:
    return f"{of / 1_000_000:.1f} MB" if of >= 100_000 else f"{of / 1000:.1f} kB" if of >= 1000 else f"{of} bytes"


def _difference(changed: list[str] | None) -> str:
    if changed is None:
        return "This is the first run of this errand, so there is nothing to compare with."
    if not changed:
        return "Nothing changed since the last run."
    more = [f"… and {len(changed) - NAMED} more"] if len(changed) > NAMED else []
    lines = "\n".join(f"- {line}" for line in [*changed[:NAMED], *more])
    return f"{counted(len(changed), 'change')} since the last run:\n{lines}"


def _cost(replay: Replay | None) -> str:
    """What it cost against the first run, where that is known."""
    if replay is None or replay.first_seconds is None:
        return ""
    mended = f", {len(replay.healed)} of them mended by a model" if replay.healed else ""
    first = f"${replay.first_usd or 0:.4f} and {replay.first_seconds:g} s"
    steps = replay.replayed + len(replay.healed)
    told = f"Replayed {counted(steps, 'step')}{mended}"
    return f"{told}: ${replay.usd:.4f} and {replay.seconds:g} s, the first run took {first}."
