"""`gofer session`: what browsers know from earlier errands, to list and to forget."""

import asyncio
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import open_door
from gofer.core.principal import OWNER
from gofer.settings import load


def listed(as_json: bool) -> int:
    """One line for each profile."""
    found = asyncio.run(_call("session.list"))
    if as_json:
        out.as_json(found)
    else:
        heads = ["profile", "version", "kept", "bytes", "saved", "by", "whose"]
        names = ("profile", "version", "versions", "size", "saved_at", "saved_by", "principal")
        out.table(heads, [[one[name] for name in names] for one in found])
    return 0


def delete(profile: str, version: int | None, principal: str | None) -> int:
    """Forget a profile's session, or one version of it."""
    gone, left = asyncio.run(_deleted(profile, version, principal))
    what = f"every version ({gone['versions']})" if version is None else f"version {version}"
    typer.echo(f"Forgot {what} of {gone['profile']}; {_next(left)}.")
    return 0


async def _deleted(profile: str, version: int | None, principal: str | None) -> tuple[Any, Any]:
    """What is gone, and what is left of the profile."""
    async with open_door(load()) as door:
        gone = await door.call("session.delete", profile=profile, version=version, principal=principal)
        mine = (profile, principal or OWNER.id)
        return gone, next((one for one in await door.call("session.list") if _whose(one) == mine), None)


def _whose(session: dict[str, Any]) -> tuple[str, str]:
    return session["profile"], session["principal"]


def _next(left: dict[str, Any] | None) -> str:
    return f"version {left['version']} is used next" if left else "its next errand begins fresh"


async def _call(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **arguments)
