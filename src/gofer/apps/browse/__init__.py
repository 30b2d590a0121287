"""Browser errands: recorded steps or a goal in words, done in a desktop that people can watch."""

from gofer.apps.browse.flow import browse
from gofer.apps.browse.types import BrowseInput
from gofer.core.application import Application


def _profile(asked: BrowseInput) -> str | None:
    return f"profile:{asked.profile}" if asked.profile else None


APPLICATION = Application(
    name="browse",
    summary="Do an errand in a web browser: by recorded steps, or by a model from a goal in words.",
    input=BrowseInput,
    flow=browse,
    limit_key=_profile,
)
