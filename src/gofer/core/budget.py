"""A Budget is what one run may use up before it is stopped."""

from pydantic import BaseModel, ConfigDict, Field


class Budget(BaseModel):
    """Limits of one run. None is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: int | None = Field(100, gt=0, description="Model replies of all the run's agents together.")
    usd: float | None = Field(1.0, gt=0, description="Money for models, in US dollars.")
    uncached_tokens: int | None = Field(1_000_000, gt=0, description="Input tokens not read from cache, plus output.")
    seconds: float | None = Field(3600.0, gt=0, description="Wall clock while running; waiting does not count.")
