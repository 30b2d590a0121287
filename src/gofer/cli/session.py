"""`gofer session`: what browsers know from earlier errands, to list and to forget."""

import asyncio
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import open_door
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
    gone = asyncio.run(_call("session.delete", profile=profile, version=version, principal=principal))
    left = "" if version is None else "; the one before it is used next"
    typer.echo(f"Forgot {gone['versions']} of the versions of {gone['profile']}{left}.")
    return 0


async def _call(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **{name: value for name, value in arguments.items() if value is not None})
