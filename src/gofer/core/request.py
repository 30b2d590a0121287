"""A Request is one thing somebody (or a schedule, or another run) asks for."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Trigger(StrEnum):
    """What made the request."""

    MANUAL = "manual"
    API = "api"
    CHAT = "chat"
    WEBHOOK = "webhook"
    SCHEDULE = "schedule"
    DEPENDENCY = "dependency"
    RETRY = "retry"


class Request(BaseModel):
    """What is asked, by whom, and where the answer goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    app: str
    input: dict[str, JsonValue] = {}
    principal: str = "owner"
    answer_to: str | None = Field(None, description='Address of the asker: "cli", "discord:CHANNEL", …')
    key: str | None = Field(None, max_length=200, description="The same key from the same principal is the same run.")
    trigger: Trigger = Trigger.API
    priority: int = Field(5, ge=1, le=9, description="1 goes first, 9 last.")
    retry_of: str | None = None
