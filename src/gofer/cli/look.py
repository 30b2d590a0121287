"""Commands that look: runs, show, events."""

import asyncio
import json
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import Door, open_door
from gofer.cli.follow import ENDINGS, watch
from gofer.cli.view import JsonLines, Lines, View
from gofer.cli.words import clean, money, outcome
from gofer.core.event import Event
from gofer.core.run import Run
from gofer.settings import load

PAGE = 500


def runs(status: str | None, app: str | None, limit: int, as_json: bool) -> int:
    """List runs."""
    found = asyncio.run(_call("run.list", status=status, app=app, limit=limit))
    if as_json:
        out.as_json(found)
        return 0
    listed = [Run.model_validate(run) for run in found["runs"]]
    out.table(["run", "app", "status", "asked", "cost"], [_row(run) for run in listed])
    return 0


def show(run_id: str, as_json: bool) -> int:
    """Show a run."""
    found = asyncio.run(_call("run.show", id=run_id))
    if as_json:
        out.as_json(found)
        return 0
    run = Run.model_validate(found)
    for name, value in _facts(run):
        typer.echo(f"{name:9} {clean(value)}")
    typer.echo(f"\n{outcome(run)}" if run.status.ended else "")
    return 0


def events(run_id: str, follow: bool, as_json: bool) -> int:
    """Print a run's events."""
    return asyncio.run(_events(run_id, follow, as_json))


async def _events(run_id: str, on: bool, as_json: bool) -> int:
    view: View = JsonLines() if as_json else Lines()
    async with open_door(load()) as door:
        await door.call("run.show", id=run_id)
        if on:
            return ENDINGS[(await watch(door, run_id, view)).status]
        await _stored(door, run_id, view)
    return 0


async def _stored(door: Door, run_id: str, view: View) -> None:
    after, page = 0, [None]
    while page:
        page = await door.call("run.events", id=run_id, after=after, limit=PAGE)
        for found in page:
            event = Event.model_validate(found)
            after = event.seq
            view.tell(event)


async def _call(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **arguments)


def _row(run: Run) -> list[object]:
    return [run.id, run.app, _standing(run), f"{run.created_at.astimezone():%Y-%m-%d %H:%M}", f"${run.cost.usd:.4f}"]


def _standing(run: Run) -> str:
    if run.queue_position is not None:
        return f"queued, place {run.queue_position}"
    return f"waiting for {run.waiting_for}" if run.waiting_for else run.status.value


def _facts(run: Run) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [("run", run.id), ("app", run.app), ("status", _standing(run))]
    told += [("input", json.dumps(run.input, ensure_ascii=False)), ("cost", money(run)), ("asked", run.created_at)]
    told += [("ended", run.ended_at)] if run.ended_at else []
    told += [("retry of", run.retry_of)] if run.retry_of else []
    return told
