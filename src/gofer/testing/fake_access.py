"""Who may call, without a database: tokens, sessions and tickets that a test hands out."""

import secrets

from gofer.core.errors import Refused
from gofer.core.principal import Principal


class FakeAccess:
    """Tokens, sessions and tickets in memory."""

    def __init__(self) -> None:
        self.secrets: dict[str, Principal] = {}
        self.tickets: dict[str, tuple[Principal, str]] = {}

    def token(self, name: str, *scopes: str) -> str:
        """A token for a test."""
        secret = secrets.token_urlsafe()
        self.secrets[secret] = Principal(id=name, scopes=frozenset(scopes))
        return secret

    async def authenticate(self, token: str) -> Principal | None:
        """Whose token or session it is."""
        return self.secrets.get(token)

    def require(self, principal: Principal, scope: str) -> None:
        """Refuse unless granted."""
        if not principal.may(scope):
            raise Refused(f"This needs the scope {scope}.", code="ERR_FORBIDDEN")

    async def ticket(self, principal: Principal, purpose: str, seconds: float) -> str:
        """A single-use ticket; `seconds` at most 0 has expired."""
        secret = secrets.token_urlsafe()
        if seconds > 0:
            self.tickets[secret] = (principal, purpose)
        return secret

    async def redeem(self, ticket: str, purpose: str) -> Principal | None:
        """Use a ticket up."""
        if self.tickets.get(ticket, (None, ""))[1] != purpose:
            return None
        return self.tickets.pop(ticket)[0]

    async def session(self, principal: Principal) -> str:
        """A session."""
        secret = secrets.token_urlsafe()
        self.secrets[secret] = principal
        return secret

    async def end_session(self, secret: str) -> None:
        """Log out."""
        self.secrets.pop(secret, None)

    def revoke(self, name: str) -> None:
        """Nothing of this principal's is valid any more."""
        self.secrets = {secret: owner for secret, owner in self.secrets.items() if owner.id != name}
