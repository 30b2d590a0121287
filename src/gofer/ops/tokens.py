"""What can be asked about tokens."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.kernel.access import SCOPES, Access
from gofer.ops.runs import Asked


class CreateToken(Asked):
    """A token for somebody or something."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[\w.\-@]+$", description="Whose token; its principal.")
    scopes: tuple[Annotated[str, Field(json_schema_extra={"enum": list(SCOPES)})], ...] = Field(
        ("runs:read", "runs:write"), min_length=1
    )


class NewToken(BaseModel):
    """The secret is shown this once."""

    name: str
    scopes: tuple[str, ...]
    token: str


class RevokeToken(Asked):
    """Which token."""

    name: str


class Revoked(BaseModel):
    """That token opens nothing any more."""

    name: str


class CreateTicket(Asked):
    """A ticket is always one's own."""


class NewTicket(BaseModel):
    """Where a browser logs in with it, once."""

    path: str
    seconds: float


TICKET_SECONDS = 15 * 60.0


class TokenOperations:
    """The operations on tokens and tickets."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        scope = "tokens:write"
        rows: list[tuple[Any, ...]] = [
            ("token.create", "Make a token.", scope, CreateToken, NewToken, self.create, "POST", "/tokens", 201),
            ("token.revoke", "Revoke a token.", scope, RevokeToken, Revoked, self.revoke, "POST", _REVOKE),
            (
                "ticket.create",
                "Make a login ticket.",
                scope,
                CreateTicket,
                NewTicket,
                self.ticket,
                "POST",
                _TICKETS,
                201,
            ),
        ]
        return [Operation(*row) for row in rows]

    async def create(self, principal: Principal, wanted: CreateToken) -> NewToken:
        """A new token."""
        secret = await self._access.create_token(principal, wanted.name, list(wanted.scopes))
        return NewToken(name=wanted.name, scopes=wanted.scopes, token=secret)

    async def ticket(self, principal: Principal, _wanted: CreateTicket) -> NewTicket:
        """A way into the dashboard with the asker's own scopes."""
        ticket = await self._access.ticket(principal, "login", TICKET_SECONDS)
        return NewTicket(path=f"/login?ticket={ticket}", seconds=TICKET_SECONDS)

    async def revoke(self, principal: Principal, wanted: RevokeToken) -> Revoked:
        """Forget a token."""
        await self._access.revoke_token(principal, wanted.name)
        return Revoked(name=wanted.name)


_REVOKE = "/tokens/{name}/revoke"
_TICKETS = "/tickets"
