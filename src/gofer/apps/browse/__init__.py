"""Browser errands: recorded steps or a goal in words, done in a desktop that people can watch."""

from gofer.apps.browse.flow import browse
from gofer.apps.browse.known import begins
from gofer.apps.browse.types import BUDGET, BrowseInput
from gofer.core.application import Application
from gofer.tools.playbook import as_text, bind, bundled_texts, load, reviewed, sound


def _profile(asked: BrowseInput) -> str | None:
    return f"profile:{asked.profile}" if asked.profile else None


def _understood(text: str) -> str:
    """A text that somebody saves is one that somebody has read."""
    playbook = load(text)
    sound(playbook.steps)
    return as_text(reviewed(playbook))


def _wanted(asked: BrowseInput) -> str | None:
    return asked.playbook if isinstance(asked.playbook, str) else None


def _replayable(asked: BrowseInput, text: str) -> None:
    playbook = load(text)
    bind(playbook, asked.values())
    begins(asked, playbook)


APPLICATION = Application(
    name="browse",
    summary="Do an errand in a web browser: by recorded steps, or by a model from a goal in words.",
    input=BrowseInput,
    flow=browse,
    budget=BUDGET,
    limit_key=_profile,
    playbook=_understood,
    bundled=bundled_texts,
    playbook_of=_wanted,
    replayable=_replayable,
)
