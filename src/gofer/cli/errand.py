"""`gofer run` and `gofer retry`: start an errand, follow it, tell how it ended."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import Door, open_door
from gofer.cli.follow import ENDINGS, watch
from gofer.cli.signals import stoppable
from gofer.cli.values import assemble
from gofer.cli.view import View, view
from gofer.cli.words import money, outcome
from gofer.core.run import Run
from gofer.settings import load

MOST, NAMED = 500, 10

Begin = Callable[[Door], Awaitable[Any]]


def run(app: str, values: Sequence[str], whole: str | None, detach: bool, as_json: bool, key: str | None) -> int:
    """A new errand."""
    given = assemble(app, values, whole)

    async def begin(door: Door) -> Any:
        return await door.call("run.start", app=app, input=given, key=key, answer_to="cli", trigger="manual")

    return stoppable(_errand(begin, detach, as_json))


def retry(run_id: str, values: Sequence[str], whole: str | None, detach: bool, as_json: bool) -> int:
    """An ended errand once more; the values given replace those it had."""

    async def begin(door: Door) -> Any:
        old = await door.call("run.show", id=run_id)
        return await door.call("run.retry", id=run_id, input=assemble(old["app"], values, whole, patch=True))

    return stoppable(_errand(begin, detach, as_json))


async def _errand(begin: Begin, detach: bool, as_json: bool) -> int:
    async with open_door(load(), carry=not detach) as door:
        if not detach:
            await tell_others(door)
        begun = Run.model_validate(await begin(door))
        if detach:
            return _detached(begun, as_json, door)
        shown = view(as_json, door.page(begun.id))
        ended = await carried(door, begun.id, shown, answers=not as_json)
    _tell(ended, as_json)
    return ENDINGS[ended.status]


async def tell_others(door: Door) -> None:
    """Say which other errands this process goes on with; they cost what they cost."""
    if not door.local:
        return
    found = [await door.call("run.list", status=status, limit=MOST) for status in ("running", "waiting", "queued")]
    ids = [run["id"] for page in found for run in page["runs"]]
    if ids:
        more = f" and {len(ids) - NAMED} more" if len(ids) > NAMED else ""
        errands = "errand" if len(ids) == 1 else "errands"
        typer.echo(f"Also going on with {len(ids)} unfinished {errands}: {', '.join(ids[:NAMED])}{more}", err=True)


async def carried(door: Door, run_id: str, shown: View, *, answers: bool) -> Run:
    """The run, once it is over; whoever leaves before is told what becomes of it."""
    try:
        return await watch(door, run_id, shown, answers=answers)
    except asyncio.CancelledError:  # a signal
        typer.echo(_left_alone(door, run_id), err=True)
        raise


def _left_alone(door: Door, run_id: str) -> str:
    if door.local:
        when = "with the next `gofer up` or `gofer run`"
        return f"{run_id} goes on where it is {when}; `gofer cancel {run_id}` ends it for good."
    return f"{run_id} goes on without you; `gofer events {run_id} --follow` shows it, `gofer cancel {run_id}` ends it."


def _detached(begun: Run, as_json: bool, door: Door) -> int:
    if as_json:
        out.as_json(begun.model_dump(mode="json"))
    else:
        typer.echo(begun.id)
        typer.echo(_left_alone(door, begun.id), err=True)
    return 0


def _tell(ended: Run, as_json: bool) -> None:
    if as_json:
        out.as_json(ended.model_dump(mode="json"))
        return
    typer.echo(f"{ended.id} {ended.status.value}; {money(ended)}")
    if told := outcome(ended):
        typer.echo(told)
