"""Whether the configured models can be used: what `gofer doctor` tells, and what `gofer up` warns of."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import suppress

import typer

from gofer import catalog
from gofer.core.errors import GoferError
from gofer.ops.examine import unpriced
from gofer.settings import Models, Settings, load

RESOLVE = "gofer.models.resolve:resolve"
"""Loaded by name where a model is configured: the SDK of a provider takes a second."""


def looked_at(chosen: Models) -> Iterator[tuple[str, str]]:
    """Each configured model's name, and what is wrong with it or nothing."""
    for name in (chosen.default, *chosen.fallback) if chosen.default else ():
        yield name, _problem(name, bool(chosen.unpriced))


async def warn(settings: Settings) -> None:
    """Say which models cannot be used. Looked at by another process, so that no SDK stays in the memory of this one."""
    if settings.models.default is None:
        return
    command = (sys.executable, "-m", "gofer.cli.models")
    nothing = asyncio.subprocess.DEVNULL
    looking = await asyncio.create_subprocess_exec(
        *command, stdin=nothing, stdout=asyncio.subprocess.PIPE, stderr=nothing
    )
    try:
        told, _ = await looking.communicate()
    finally:
        with suppress(ProcessLookupError):
            looking.kill()
    for line in told.decode().splitlines():
        typer.echo(f"warning: {line}", err=True)


def main() -> None:
    """What that other process does, when nothing else wants to."""
    os.nice(10)
    for _, problem in looked_at(load().models):
        if problem:
            typer.echo(" ".join(problem.split()))


def _problem(name: str, unpriced_too: bool) -> str:
    try:
        nameless = unpriced(catalog.load(RESOLVE)(name))
    except GoferError as error:
        return f"{error.message} {error.next_step}"
    if nameless and not unpriced_too:
        told = f"{name}: nobody knows its price, so its errands are refused: correct `[models] default` or `fallback`,"
        return f"{told} or set `unpriced = true`"
    return ""


if __name__ == "__main__":
    main()
