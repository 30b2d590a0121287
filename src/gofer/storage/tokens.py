"""Tokens, sessions and tickets as rows: only digests are kept, so a copy of the database lets nobody in."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from gofer.storage.tables import tokens


@dataclass(frozen=True)
class Grant:
    """What a secret stands for. Kind is "token", "session" or "ticket"; times are seconds since 1970."""

    kind: str
    principal: str
    scopes: tuple[str, ...]
    created_at: float
    name: str | None = None
    purpose: str | None = None
    expires_at: float | None = None


def digest(secret: str) -> str:
    """How a secret is looked up. Secrets are 256 random bits, so one round of SHA-256 cannot be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def put(connection: sa.Connection, secret: str, grant: Grant) -> None:
    """Remember what a secret stands for."""
    row = {**grant.__dict__, "scopes": list(grant.scopes), "digest": digest(secret)}
    connection.execute(sa.insert(tokens), [row])


def find(connection: sa.Connection, secret: str, now: float) -> Grant | None:
    """What the secret stands for, unless it is unknown or past its time."""
    row = connection.execute(sa.select(tokens).where(tokens.c.digest == digest(secret))).mappings().one_or_none()
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= now):
        return None
    names = ("kind", "principal", "created_at", "name", "purpose", "expires_at")
    return Grant(**{name: row[name] for name in names}, scopes=tuple(row["scopes"]))


def take(connection: sa.Connection, secret: str) -> bool:
    """Use a secret up; True for the one caller that was first."""
    return connection.execute(sa.delete(tokens).where(tokens.c.digest == digest(secret))).rowcount == 1


def names(connection: sa.Connection, kind: str) -> set[str]:
    """Names in use."""
    return {str(name) for name in connection.execute(sa.select(tokens.c.name).where(tokens.c.kind == kind)).scalars()}


def revoke(connection: sa.Connection, name: str) -> int:
    """Forget the token of this name and the sessions and tickets of its principal; gives how many there were."""
    return connection.execute(sa.delete(tokens).where(tokens.c.principal == name)).rowcount


def scopes_of(connection: sa.Connection, name: str) -> list[str] | None:
    """What the token of this name may do; None when there is none."""
    wanted = sa.select(tokens.c.scopes).where(tokens.c.kind == "token", tokens.c.name == name)
    return connection.execute(wanted).scalar_one_or_none()


def sweep(connection: sa.Connection, now: float) -> int:
    """Forget what is past its time."""
    return connection.execute(sa.delete(tokens).where(tokens.c.expires_at <= now)).rowcount
