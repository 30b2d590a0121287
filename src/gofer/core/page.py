"""A page as a model should see it: bounded, with a reference for each element, after an action only what changed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CAP = 4_000
"""o200k tokens of one view unless told: what the field's best keep a page under, at 2 % of a common context window."""


class Look(BaseModel):
    """How much of a page to show. `find` shows only the surroundings of these words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Literal["viewport", "whole", "find"] = "whole"
    find: str = ""
    cap: int = Field(CAP, ge=100, le=50_000, description="Tokens (o200k) that the view's text never exceeds.")


class PageView(BaseModel):
    """A page at one moment. The same page gives the same view, byte for byte."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str
    text: str
    tokens: int = Field(0, description="Of `text`, in o200k.")
    interactive: int = Field(0, description="Interactive elements that `text` shows.")
    truncated: bool = Field(False, description="Whether something was left out; the text says what and how to see it.")


class Change(BaseModel):
    """What an action led to: the difference to the view before, or the whole view where that says it better."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str
    text: str
    full: bool = Field(False, description="Whether `text` is a whole view: the page is another one, or much changed.")
    tokens: int = 0
    files: tuple[str, ...] = Field((), description="Paths in the computer of files that were downloaded.")
