"""A Session is what a browser knows of its visits, kept for one principal under a profile's name."""

from datetime import datetime
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field

from gofer.core.secret import Secret


class SavedSession(BaseModel):
    """What may be shown of a saved session: never what is in it."""

    model_config = ConfigDict(frozen=True)

    profile: str
    principal: str
    version: int = Field(description="Counts up with each errand that saved it.")
    versions: int = Field(description="How many versions are kept.")
    size: int = Field(description="Bytes of the newest version, as sealed.")
    saved_at: datetime
    saved_by: str = Field(description="The run that saved it.")


class Sitting(Protocol):
    """One errand's time at a browser: what the browser begins with, what it leaves behind, what is counted."""

    async def brought(self) -> Secret[bytes]:
        """The state to begin with; raises `Refused` when there is none that can be used."""

    async def began(self, why_fresh: str | None) -> None:
        """The state was put in; or it could not be, and the browser begins fresh, for this reason."""

    async def keep(self, state: Secret[bytes]) -> None:
        """The state at the end, for the next errand with this profile."""

    async def lost(self, reason: str) -> None:
        """The state at the end, or part of it, could not be read, so what was known before stays."""

    @property
    def kept(self) -> bool:
        """Whether there is a profile at all; without one nothing is brought and nothing kept."""

    def page_loaded(self) -> None:
        """The browser loaded a page."""
