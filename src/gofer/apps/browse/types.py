"""What passes into and out of a browser errand."""

import json
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gofer.core.budget import Budget
from gofer.core.errors import Refused
from gofer.tools.playbook import Playbook, Row, bind, load

BUDGET = Budget(seconds=3600.0)

EXAMPLE = "Find the three cheapest kettles and save them as a table"


class BrowseInput(BaseModel):
    """What shall be done, where to begin, and how if it is known already."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    goal: str = Field(
        "", max_length=8000, description="What to do, in words. A playbook knows its own.", examples=[EXAMPLE]
    )
    start_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+.*)?$",
        max_length=2000,
        description="The page to begin at. A playbook may know it.",
        examples=["https://example.org/"],
    )
    parameters: dict[str, str] = Field({}, description="Values for the playbook's places, or facts for the goal.")
    playbook: Playbook | str | None = Field(
        None, description="Steps to replay, or the name of a playbook that is kept."
    )
    fresh: bool = Field(False, description="Do it by a model even where earlier runs agreed on a playbook.")
    profile: str | None = Field(None, max_length=100, description="At most one run at a time uses a profile.")
    computer: Literal["own", "shared"] = Field(
        "own", description="A desktop to watch and take over, or a cheap context in a browser that errands share."
    )
    blocked_minutes: float = Field(30, gt=0, le=1440, description="How long a person has to clear a blocked page.")

    @field_validator("playbook", mode="before")
    @classmethod
    def _of_any_version(cls, given: object) -> object:
        try:
            return load(json.dumps(given)) if isinstance(given, dict) else given
        except Refused as error:
            raise ValueError(error.message) from error

    @model_validator(mode="after")
    def _says_what_to_do(self) -> "BrowseInput":
        if self.playbook is None and not (self.goal and self.start_url):
            raise ValueError(f"{'start_url' if self.goal else 'goal'} is needed where no playbook is named")
        return self

    @model_validator(mode="after")
    def _can_be_replayed(self) -> "BrowseInput":
        if isinstance(self.playbook, Playbook):
            _refuse_gaps(self.playbook, self.values())
        return self

    def values(self) -> Mapping[str, str]:
        """What fills the playbook's places."""
        return {**self.parameters, "start_url": self.start_url}


def _refuse_gaps(playbook: Playbook, values: Mapping[str, str]) -> None:
    """A playbook that lacks a value is refused when the errand is asked for."""
    try:
        bind(playbook, values)
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


class Mended(BaseModel):
    """A step that no longer fitted, and what had changed."""

    step: int
    why: str
    usd: float | None = None


class Replay(BaseModel):
    """What was replayed, and what it cost against the run that it was recorded in."""

    playbook: str | None
    version: int | None
    replayed: int
    healed: list[Mended]
    usd: float
    seconds: float
    first_usd: float | None
    first_seconds: float | None


class HandedOver(BaseModel):
    """A file that the errand downloaded; it is kept with the run under this name."""

    name: str
    media_type: str
    size: int = Field(description="In bytes.")


class BrowseResult(BaseModel):
    """What the asker gets."""

    text: str
    data: list[Row]
    csv: str | None
    screenshots: list[str]
    files: list[HandedOver] = Field([], description="What was downloaded.")
    changes: list[str]
    how: Literal["playbook", "model"]
    replay: Replay | None = None


class Outcome(BaseModel):
    """What either way of doing the errand ends with."""

    text: str
    rows: list[Row]
    key: str
    csv: str | None
    screenshots: list[str]
    how: Literal["playbook", "model"]
    replay: Replay | None = None
    note: str = ""
