"""What passes into and out of a chat."""

from pydantic import BaseModel, ConfigDict, Field


class ChatInput(BaseModel):
    """One message, perhaps of a longer talk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: str = Field(min_length=1, max_length=32_000, examples=["Which of these two contracts ends first?"])
    session: str | None = Field(None, max_length=100, description="The talk that this message goes on with.")


class Turn(BaseModel):
    """One message and its answer."""

    message: str
    answer: str


class Talk(BaseModel):
    """What was said so far, the newest last."""

    turns: list[Turn] = []
