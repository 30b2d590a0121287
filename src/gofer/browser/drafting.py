"""From a recording to a playbook: names in place of values, loops in place of repetition, nothing that is private."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from gofer.browser.agreeing import RECORDED, agree, merged, reviewed
from gofer.browser.answering import answering, reading
from gofer.browser.bare import bare, bare_text
from gofer.browser.binding import hosts
from gofer.browser.generalising import generalised
from gofer.browser.naming import Errand, Names
from gofer.browser.paging import looped
from gofer.browser.playbook import GIVEN, Act, Picture, Playbook, Read, Save, Step, Table, places
from gofer.browser.private import tells_a_secret
from gofer.browser.reaching import reach
from gofer.browser.recording import Recording
from gofer.browser.reviewing import weak, with_doubts, with_purposes
from gofer.browser.soundness import sound
from gofer.browser.table import Row
from gofer.browser.written import as_text
from gofer.core import action as do
from gofer.core.errors import Refused

__all__ = ["Errand", "Unfit", "agree", "draft", "general", "merged", "reviewed", "unreviewed", "weak"]

UNSAID = "An errand whose goal is not kept, because it held private values."

LONGEST = 300
"""Letters of a goal that are kept."""


@dataclass(frozen=True)
class Unfit:
    """Why there is no playbook of a recording."""

    why: str


def draft(recording: Recording, errand: Errand, rows: Sequence[Row]) -> Playbook | Unfit:
    """The playbook of a successful run that answered with these rows, or why there can be none."""
    if recording.trouble:
        return Unfit(recording.trouble)
    steps = _without_waits(recording)
    if not any(isinstance(step, Act) for step in steps):
        return Unfit("nothing was done in the browser")
    renamed = answering(recording, rows)
    if renamed is None:
        return Unfit("the answer has rows that were not read off the pages as they are")
    told = reading(steps, recording, renamed)
    read = any(isinstance(step, Read | Table) for step in told)
    end: list[Step] = [Picture(name="page.png"), *([Save(name="rows.csv")] if read else [])]
    return _drafted([*looped(told), *end], errand)


def unreviewed(playbook: Playbook) -> bool:
    """Whether nobody but gofer has had a say in it."""
    return RECORDED in playbook.notes


def general(steps: Iterable[Act], errand: Errand) -> tuple[Act, ...] | None:
    """Single steps with places for the errand's values; None where they hold a value that must not be kept."""
    steps = tuple(steps)
    names = Names(errand)
    names.learn(steps)
    told = tuple(generalised(step, names, errand.start_url) for step in steps)
    kept = "\n".join(step.model_dump_json() for step in told)
    return None if names.unnamed or names.left_in(kept) else told


def _without_waits(recording: Recording) -> list[Step]:
    return [step for step in recording.steps if not (isinstance(step, Act) and isinstance(step.action, do.WaitFor))]


def _drafted(steps: Sequence[Step], errand: Errand) -> Playbook | Unfit:
    names = Names(errand)
    names.learn(steps)
    told = with_purposes([generalised(step, names, errand.start_url) for step in steps])
    try:
        sound(told)
        made = _written(tuple(map(with_doubts, told)), errand, names)
    except ValidationError as error:
        return Unfit(error.errors()[0]["msg"])
    except Refused as error:
        return Unfit(error.message.removesuffix("."))
    left = names.left_in(as_text(made))
    return Unfit(f"it would hold the value of {left}") if left else made


def _written(steps: tuple[Step, ...], errand: Errand, names: Names) -> Playbook:
    used = dict.fromkeys(name for name in places(steps) if name != GIVEN)
    made = Playbook(
        about=_about(errand, names),
        start=bare(errand.start_url),
        parameters={name: names.added.get(name, f"{name}, as the errand was given it") for name in used},
        steps=steps,
        notes=(RECORDED,),
    )
    return made.model_copy(update={"reach": reach(errand.hosts, hosts(made, {GIVEN: made.start}))})


def _about(errand: Errand, names: Names) -> str:
    """The goal with places for values, where nothing else in it can be private."""
    told = names.in_text(bare_text(" ".join(errand.goal.split())))
    if names.hides or tells_a_secret(told) or names.holds_private(told):
        return UNSAID
    return told[:LONGEST]
