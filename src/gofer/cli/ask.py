"""Commands that say one thing to a run: cancel, answer, control."""

import asyncio
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import open_door
from gofer.core.errors import Refused
from gofer.settings import load


def cancel(run_id: str, as_json: bool) -> int:
    """Stop a run."""
    run = asyncio.run(_say("run.cancel", id=run_id))
    return _told(run, as_json, "is cancelled." if run["status"] == "cancelled" else "is being stopped.")


def answer(run_id: str, text: str, question: str | None, as_json: bool) -> int:
    """Answer a question."""
    run = asyncio.run(_say("run.answer", id=run_id, answer=text, question_id=question))
    return _told(run, as_json, "has its answer.")


def control(run_id: str, action: str, as_json: bool) -> int:
    """Take or return keyboard and mouse."""
    if action not in ("take", "return"):
        raise Refused(f"{action!r} is neither take nor return.", code="ERR_INVALID_INPUT")
    run = asyncio.run(_say("run.control", id=run_id, action=action))
    return _told(run, as_json, "is in your hands." if action == "take" else "is in the agent's hands again.")


async def _say(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **arguments)


def _told(run: dict[str, Any], as_json: bool, sentence: str) -> int:
    if as_json:
        out.as_json(run)
    else:
        typer.echo(f"{run['id']} {sentence}")
    return 0
