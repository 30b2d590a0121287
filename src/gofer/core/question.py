"""A Question is what a run asks a person; the first valid answer wins."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Question(BaseModel):
    """What an application asks. With `choices` only one of them is a valid answer; without, any text is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str = Field(max_length=4000)
    choices: tuple[str, ...] = ()
    default: str | None = Field(None, description="The answer when nobody answers in time.")
    timeout_seconds: float | None = Field(None, gt=0, description="How long to wait; None waits for ever.")
    postpones: dict[str, float] = Field({}, description="Choices that move the deadline by so many seconds instead.")
    clears: bool = Field(False, description="Whether the run goes on by itself when what it asks for has happened.")
    artifact: str | None = Field(None, description="Name of an artifact to show beside it, such as a screenshot.")


class AskedQuestion(BaseModel):
    """A question as it stands in the store and on the page."""

    model_config = ConfigDict(frozen=True)

    id: str
    run_id: str
    question: Question
    state: QuestionState = QuestionState.OPEN
    answer: str | None = None
    answered_by: str | None = None
    asked_at: datetime
    deadline: datetime | None = None
