"""Who may do what: the one policy decision point. Every face asks here, and nowhere else."""

import secrets
from functools import partial

import sqlalchemy as sa

from gofer.core.clock import Clock
from gofer.core.errors import Refused
from gofer.core.principal import EVERYTHING, OWNER, Principal
from gofer.storage import runs, tokens
from gofer.storage.database import Database

SESSION_SECONDS = 30 * 24 * 3600.0
SCOPES = (
    "runs:read",
    "runs:write",
    "runs:control",
    "playbooks:read",
    "playbooks:write",
    "sessions:read",
    "sessions:write",
    "tokens:write",
    "system:read",
    EVERYTHING,
)
"""Every scope there is; `*` is all of them, and other principals' runs too."""


class Access:
    """Tokens, sessions and tickets."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def authenticate(self, token: str) -> Principal | None:
        """Who this token or session stands for; None when it is unknown, revoked or too old."""
        grant = await self._database.read(partial(tokens.find, secret=token, now=self._now()))
        return None if grant is None or grant.kind == "ticket" else _principal(grant)

    def require(self, principal: Principal, scope: str) -> None:
        """Refuse unless the scope was granted."""
        if not principal.may(scope):
            raise Refused(f"This needs the scope {scope}, which {principal.id} does not have.", code="ERR_FORBIDDEN")

    async def create_token(self, creator: Principal, name: str, scopes: list[str]) -> str:
        """A new token's secret, shown this once. Nobody can grant more than they have."""
        for scope in scopes:
            if scope not in SCOPES:
                raise Refused(f"There is no scope {scope!r}; there are {', '.join(SCOPES)}.", code="ERR_INVALID_INPUT")
            if not (scope in creator.scopes or creator.owns_everything):
                raise Refused(f"You cannot grant {scope}: you do not have it.", code="ERR_FORBIDDEN")
        await self._refuse_anothers_name(creator, name)
        secret = f"gofer_{secrets.token_urlsafe(32)}"
        grant = tokens.Grant("token", name, tuple(scopes), self._now(), name=name)
        await self._database.write(partial(_put_named, secret=secret, grant=grant))
        return secret

    async def revoke_token(self, revoker: Principal, name: str) -> None:
        """The token of this name, and every session that came from it, opens nothing any more."""
        scopes = await self._database.read(partial(tokens.scopes_of, name=name))
        if scopes is None:
            raise Refused(f"There is no token named {name!r}.", code="ERR_NOT_FOUND")
        if not (revoker.owns_everything or set(scopes) <= revoker.scopes):
            raise Refused(f"You cannot revoke {name}: it may do more than you.", code="ERR_FORBIDDEN")
        await self._database.write(partial(tokens.revoke, name=name))

    async def _refuse_anothers_name(self, creator: Principal, name: str) -> None:
        if name == OWNER.id:  # whoever revokes a token ends every session of its name
            raise Refused(f"The name {name!r} is gofer's own.", code="ERR_CONFLICT", next_step="Choose another name.")
        if creator.owns_everything or name == creator.id:
            return
        if await self._database.read(partial(runs.any_of, principal=name)):
            raise Refused(f"The name {name!r} is somebody's already.", code="ERR_CONFLICT", next_step=_ANOTHER)

    async def session(self, principal: Principal) -> str:
        """A dashboard session's secret."""
        return await self._put("session", principal, None, SESSION_SECONDS)

    async def end_session(self, secret: str) -> None:
        """Log out."""
        await self._database.write(partial(tokens.take, secret=secret))

    async def ticket(self, principal: Principal, purpose: str, seconds: float) -> str:
        """A single-use secret for one purpose."""
        return await self._put("ticket", principal, purpose, seconds)

    async def redeem(self, ticket: str, purpose: str) -> Principal | None:
        """Use a ticket up; the first caller gets whose it was, everybody else None."""
        grant = await self._database.write(partial(_redeem, secret=ticket, purpose=purpose, now=self._now()))
        return None if grant is None else _principal(grant)

    async def _put(self, kind: str, principal: Principal, purpose: str | None, seconds: float) -> str:
        secret = secrets.token_urlsafe(32)
        now = self._now()
        scopes = tuple(sorted(principal.scopes))
        grant = tokens.Grant(kind, principal.id, scopes, now, purpose=purpose, expires_at=now + seconds)
        await self._database.write(partial(_put_swept, secret=secret, grant=grant))
        return secret

    def _now(self) -> float:
        return self._clock.now().timestamp()


_ANOTHER = "Choose another name, or revoke that one first."


def _principal(grant: tokens.Grant) -> Principal:
    return Principal(id=grant.principal, scopes=frozenset(grant.scopes))


def _put_named(connection: sa.Connection, secret: str, grant: tokens.Grant) -> None:
    if grant.name in tokens.names(connection, "token"):
        message = f"There is a token named {grant.name!r} already."
        raise Refused(message, code="ERR_CONFLICT", next_step=_ANOTHER)
    tokens.put(connection, secret, grant)


def _put_swept(connection: sa.Connection, secret: str, grant: tokens.Grant) -> None:
    tokens.sweep(connection, grant.created_at)
    tokens.put(connection, secret, grant)


def _redeem(connection: sa.Connection, secret: str, purpose: str, now: float) -> tokens.Grant | None:
    grant = tokens.find(connection, secret, now)
    if grant is None or grant.kind != "ticket" or grant.purpose != purpose:
        return None
    return grant if tokens.take(connection, secret) else None
