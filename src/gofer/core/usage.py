"""Usage is what a run did outside: pages, requests and bytes, beside the tokens and the money of its Cost."""

from pydantic import BaseModel, ConfigDict, Field


class Usage(BaseModel):
    """Counted as it happens; a crash of gofer loses the last two seconds at most."""

    model_config = ConfigDict(frozen=True)

    pages: int = Field(0, description="Pages that its browsers loaded.")
    requests: int = Field(0, description="Requests that its computers sent out, refused ones included.")
    refused: int = Field(0, description="Those that the egress rules did not let pass.")
    sent: int = Field(0, description="Bytes up, to servers.")
    received: int = Field(0, description="Bytes down, from servers.")

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in Usage.model_fields})


class StepTime(BaseModel):
    """How long one step of a run took."""

    model_config = ConfigDict(frozen=True)

    name: str
    seconds: float


class Metrics(Usage):
    """A run's usage with its step timings, tokens and money, as `run.metrics` shows it."""

    steps: list[StepTime] = []
    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
