"""Commands that look: runs, show, events."""

import asyncio
import json
from datetime import datetime
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import Door, open_door
from gofer.cli.follow import ENDINGS, watch
from gofer.cli.signals import stoppable
from gofer.cli.view import JsonLines, Lines, View
from gofer.cli.words import clean, money, outcome
from gofer.core.event import Event
from gofer.core.principal import OWNER
from gofer.core.run import Run, Status
from gofer.settings import load

PAGE = 500
UNCARRIED = "No gofer is at work here; what has not ended goes on with the next `gofer up` or `gofer run`."


def runs(status: str | None, app: str | None, limit: int, as_json: bool) -> int:
    """List runs."""
    found, idle = asyncio.run(_call("run.list", status=status, app=app, limit=limit))
    if as_json:
        out.as_json(found)
        return 0
    listed = [Run.model_validate(run) for run in found["runs"]]
    out.table(["run", "app", "status", "asked", "cost"], [_row(run, idle) for run in listed])
    if idle and not all(run.status.ended for run in listed):
        typer.echo(UNCARRIED, err=True)
    return 0


def show(run_id: str, as_json: bool) -> int:
    """Show a run."""
    found, idle = asyncio.run(_call("run.show", id=run_id))
    if as_json:
        out.as_json(found)
        return 0
    run = Run.model_validate(found)
    for name, value in _facts(run, idle):
        typer.echo(f"{name:9} {clean(value)}")
    if told := outcome(run):
        typer.echo(f"\n{told}")
    if idle and not run.status.ended:
        typer.echo(UNCARRIED, err=True)
    return 0


def events(run_id: str, follow: bool, as_json: bool) -> int:
    """Print a run's events."""
    return stoppable(_events(run_id, follow, as_json))


async def _events(run_id: str, on: bool, as_json: bool) -> int:
    view: View = JsonLines() if as_json else Lines()
    async with open_door(load()) as door:
        await door.call("run.show", id=run_id)
        if on:
            if door.idle:
                typer.echo(UNCARRIED, err=True)
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


async def _call(operation: str, **arguments: Any) -> tuple[Any, bool]:
    """What the operation gives, and whether nobody carries runs now."""
    async with open_door(load()) as door:
        return await door.call(operation, **arguments), door.idle


def _row(run: Run, idle: bool) -> list[object]:
    return [
        run.id,
        run.app,
        _standing(run, idle),
        f"{run.created_at.astimezone():%Y-%m-%d %H:%M}",
        f"${run.cost.usd:.4f}",
    ]


def _standing(run: Run, idle: bool) -> str:
    if idle and run.status is Status.RUNNING:
        return "interrupted"
    if run.queue_position is not None:
        return f"queued, place {run.queue_position}"
    return f"waiting for {run.waiting_for}" if run.waiting_for else run.status.value


def _facts(run: Run, idle: bool) -> list[tuple[str, object]]:
    told: list[tuple[str, object]] = [("run", run.id), ("app", run.app), ("status", _standing(run, idle))]
    told += [
        ("input", json.dumps(run.input, ensure_ascii=False)),
        ("cost", money(run)),
        ("asked", _moment(run.created_at)),
    ]
    told += [("control", _holder(run.controlled_by))] if run.controlled_by else []
    told += [("ended", _moment(run.ended_at))] if run.ended_at else []
    told += [("retry of", run.retry_of)] if run.retry_of else []
    return told


def _holder(who: str) -> str:
    return "in your hands" if who == OWNER.id else f"{who} has it"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
