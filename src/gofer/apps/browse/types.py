"""What passes into and out of a browser errand."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from gofer.core.errors import Refused
from gofer.tools.playbook import Playbook, Row, bind, bundled

EXAMPLE = "Find the three cheapest kettles and save them as a table"


class BrowseInput(BaseModel):
    """What shall be done, where to begin, and how if it is known already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    goal: str = Field(min_length=1, max_length=8000, description="What to do, in words.", examples=[EXAMPLE])
    start_url: str = Field(pattern=r"^https?://[^\s/]+", max_length=2000, description="The page to begin at.")
    parameters: dict[str, str] = Field({}, description="Values for the playbook's places, or facts for the goal.")
    playbook: Playbook | str | None = Field(None, description="Recorded steps, or the name of bundled ones.")
    profile: str | None = Field(None, max_length=100, description="At most one run at a time uses a profile.")

    @field_validator("playbook")
    @classmethod
    def _can_be_replayed(cls, playbook: Playbook | str | None, errand: ValidationInfo) -> Playbook | str | None:
        if playbook is not None and {"parameters", "start_url"} <= errand.data.keys():
            _refuse_gaps(playbook, {**errand.data["parameters"], "start_url": errand.data["start_url"]})
        return playbook

    def recorded(self) -> Playbook | None:
        """The steps to replay, if they are known."""
        return bundled(self.playbook) if isinstance(self.playbook, str) else self.playbook

    def values(self) -> Mapping[str, str]:
        """What fills the playbook's places."""
        return {**self.parameters, "start_url": self.start_url}


def _refuse_gaps(playbook: Playbook | str, values: Mapping[str, str]) -> None:
    """A playbook that is not there, or lacks a value, is refused when the errand is asked for."""
    try:
        bind(bundled(playbook) if isinstance(playbook, str) else playbook, values)
    except Refused as error:
        raise ValueError(error.message) from error


class Found(BaseModel):
    """What the errand brought back, as the model answers."""

    text: str = Field(description="The answer to the goal, for its asker, in a few sentences.")
    rows: list[Row] = Field([], description="Every item the goal asks for, one object per item, same keys in each.")
    key: str = Field("", description="The column that tells one item from another, such as name.")


class Seen(BaseModel):
    """What an errand found, kept for the next run of the same errand."""

    rows: list[Row]


class BrowseResult(BaseModel):
    """What the asker gets."""

    text: str
    data: list[Row]
    csv: str | None
    screenshots: list[str]
    changes: list[str]
    how: Literal["playbook", "model"]


class Outcome(BaseModel):
    """What either way of doing the errand ends with."""

    text: str
    rows: list[Row]
    key: str
    csv: str | None
    screenshots: list[str]
    how: Literal["playbook", "model"]
