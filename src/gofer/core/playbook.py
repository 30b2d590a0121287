"""A KeptPlaybook is an errand that was written down as text, with every version of it and why there is one."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

OWN = "run:"
"""What a run remembers under such a key no later run reads: it is forgotten when the run is over."""


def own_key(run_id: str, what: str) -> str:
    """The key of something that a run notes down for itself alone, such as what it typed so far."""
    return f"{OWN}{run_id}:{what}"


class Rules(BaseModel):
    """How playbooks are made and used; an operator sets it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agreeing: int = Field(2, ge=1, le=20, description="Runs in a row that must agree before the next one replays them.")
    pictures: bool = Field(True, description="Take a small picture of each replayed step, with its target marked.")
    heal: bool = Field(True, description="Let a model mend a step that no longer fits.")


class Version(BaseModel):
    """One text of a playbook and how it came to be."""

    model_config = ConfigDict(frozen=True)

    number: int
    text: str
    why: str
    by: str = Field(description="The run or the principal that wrote it.")
    at: datetime
    worked: int = Field(0, description="Replays of it that succeeded.")


class Draft(BaseModel):
    """What a run or a person wants to be kept."""

    model_config = ConfigDict(frozen=True)

    text: str
    why: str
    name: str = Field(description="Its name, or for a new errand the name to begin from.")
    errand: str | None = Field(None, description="The key of the errand it is a recording of.")
    of: int | None = Field(None, description="The version that it comes from, 0 for none; it counts for that alone.")
    served: bool = True
    agreeing: int = 0
    usd: float | None = Field(None, description="What the run cost that it was recorded in.")
    seconds: float | None = Field(None, description="How long that run took.")
    worked: bool = Field(False, description="Whether a replay of this very text has just succeeded.")


class KeptPlaybook(BaseModel):
    """A playbook as it stands: its newest version, and what is known of the errand."""

    model_config = ConfigDict(frozen=True)

    name: str
    app: str
    principal: str
    errand: str | None = None
    version: int
    text: str
    why: str
    served: bool = Field(description="Whether the next run of the errand replays it.")
    agreeing: int = Field(description="Runs in a row whose steps agreed.")
    good: int | None = Field(None, description="The newest version of which a replay succeeded.")
    usd: float | None = Field(None, description="What the first run cost, done by a model.")
    seconds: float | None = Field(None, description="How long the first run took.")
    updated_at: datetime
