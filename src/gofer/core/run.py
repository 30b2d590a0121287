"""A Run is one request on its way to its end."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gofer.core.request import Trigger


class Status(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self in ENDED


ENDED = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED})


class WaitingFor(StrEnum):
    """What a waiting run waits for."""

    PERSON = "person"
    TIMER = "timer"
    DEPENDENCY = "dependency"
    BUDGET = "budget"


class Cost(BaseModel):
    """What a run has spent on models so far."""

    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    unpriced_calls: int = Field(0, description="Model calls whose price is not known; their money is not in `usd`.")


class RunError(BaseModel):
    """Why a run failed, as shown to its owner."""

    code: str
    message: str
    next_step: str


class Run(BaseModel):
    """One run as every face shows it."""

    model_config = ConfigDict(frozen=True)

    id: str
    app: str
    status: Status
    waiting_for: WaitingFor | None = None
    input: dict[str, JsonValue]
    output: JsonValue = None
    error: RunError | None = None
    cost: Cost = Cost()
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    retry_of: str | None = None
    queue_position: int | None = Field(None, description="Runs ahead of this one plus one; null unless queued.")
    principal: str = "owner"
    trigger: Trigger = Trigger.API
    answer_to: str | None = None
    key: str | None = None
    priority: int = 5
    attempt: int = 1
    controlled_by: str | None = Field(None, description="Who holds the desktop's keyboard; null is the agent.")
