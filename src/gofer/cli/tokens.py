"""`gofer token` and `gofer ticket`: who else may call gofer, and the way into the dashboard."""

import asyncio
from collections.abc import Sequence
from typing import Any

import typer

from gofer.cli.door import open_door
from gofer.settings import load


def create(name: str, scopes: Sequence[str]) -> int:
    """Make a token; programs take it as the last word of the output."""
    made = asyncio.run(_call("token.create", name=name, scopes=list(scopes) or None))
    typer.echo(f"Token {made['name']} may {', '.join(made['scopes'])}. It is shown this once: {made['token']}")
    return 0


def revoke(name: str) -> int:
    """Forget a token."""
    asyncio.run(_call("token.revoke", name=name))
    typer.echo(f"Token {name} opens nothing any more.")
    return 0


def ticket() -> int:
    """Print the dashboard's address with a login ticket."""
    typer.echo(asyncio.run(_ticket()))
    return 0


async def _ticket() -> str:
    async with open_door(load()) as door:
        return await door.ticket()


async def _call(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **arguments)
