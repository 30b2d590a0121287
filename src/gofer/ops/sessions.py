"""What can be asked about saved browser sessions. What is in them, nobody can ask."""

from functools import partial
from typing import Any

from pydantic import BaseModel, Field

from gofer.core.errors import Refused
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.core.session import SavedSession
from gofer.kernel.kernel import Kernel
from gofer.ops.runs import Asked
from gofer.storage import sessions

READ, WRITE = "sessions:read", "sessions:write"


class ListSessions(Asked):
    """One's own; with `*` everybody's."""


class DeleteSession(Asked):
    """Which profile's, and whether all of it."""

    profile: str = Field(min_length=1, max_length=100)
    version: int | None = Field(None, description="Only this version: the one before it is used then.")
    principal: str | None = Field(None, description="Whose; without it one's own. Others' need `*`.")


class Deleted(BaseModel):
    """How many versions are gone."""

    profile: str
    versions: int


class SessionOperations:
    """The operations on sessions."""

    def __init__(self, kernel: Kernel) -> None:
        self._database = kernel.parts.database

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        listing: list[Any] = ["List sessions.", READ, ListSessions, list[SavedSession], self.list, "GET", "/sessions"]
        deleting: list[Any] = ["Forget a session.", WRITE, DeleteSession, Deleted, self.delete, "POST", _DELETE]
        return [Operation("session.list", *listing), Operation("session.delete", *deleting)]

    async def list(self, principal: Principal, _wanted: ListSessions) -> list[SavedSession]:
        """The newest version of each profile."""
        whose = None if principal.owns_everything else principal.id
        return await self._database.read(partial(sessions.listed, principal=whose))

    async def delete(self, principal: Principal, wanted: DeleteSession) -> Deleted:
        """Forget it; errands that are under way save it anew when they end."""
        whose = wanted.principal or principal.id
        mine = whose == principal.id or principal.owns_everything
        forget = partial(sessions.delete, principal=whose, profile=wanted.profile, version=wanted.version)
        gone = await self._database.write(forget) if mine else 0
        if not gone:
            raise Refused(f"There is no saved session {wanted.profile!r}.", code="ERR_NOT_FOUND")
        return Deleted(profile=wanted.profile, versions=gone)


_DELETE = "/sessions/{profile}/delete"
