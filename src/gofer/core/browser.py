"""A Browser is what an errand drives inside a sandbox. Small on purpose: it grows with the next issue."""

from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field


class Target(BaseModel):
    """Which element, told the way a person would: its role and name, a label, or as a last resort a selector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: str | None = Field(None, description="A reference from the page view; valid until the page reloads.")
    role: str | None = None
    name: str | None = None
    label: str | None = None
    css: str | None = None


class PageView(BaseModel):
    """A page as a model should see it."""

    model_config = ConfigDict(frozen=True)

    url: str
    title: str
    text: str
    truncated: bool = False


class Browser(Protocol):
    """What can be done with a page. A failed action raises `gofer.core.errors.Refused` in words that help."""

    async def open(self, url: str) -> PageView:
        """Go to an http(s) address and wait until it can be read."""

    async def read(self) -> PageView:
        """The page as it is now."""

    async def click(self, target: Target) -> PageView:
        """Click exactly one element."""

    async def fill(self, target: Target, value: str) -> PageView:
        """Put text into exactly one field."""

    async def select(self, target: Target, value: str) -> PageView:
        """Choose an option by its label or value."""

    async def extract(self, each: str, fields: dict[str, str]) -> list[dict[str, str]]:
        """One row per element that matches the selector `each`: its fields' texts, by selector."""

    async def present(self, target: Target) -> bool:
        """Whether such an element is visible and usable; raises `Refused` when several are."""

    async def screenshot(self) -> bytes:
        """The visible part of the page as PNG bytes."""

    async def url(self) -> str:
        """Where the browser is."""
