"""Commands that say one thing to a run: cancel, answer, control."""

import asyncio
from typing import Any

import typer

from gofer.cli import out
from gofer.cli.door import open_door
from gofer.core.errors import Refused
from gofer.core.principal import OWNER
from gofer.core.run import Status
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
    run, already = asyncio.run(_control(run_id, action))
    if action == "return":
        return _told(run, as_json, "is in the agent's hands again.")
    return _told(run, as_json, "is in your hands already." if already else "is in your hands.")


async def _control(run_id: str, action: str) -> tuple[Any, bool]:
    """The run, and whether it was in one's hands before."""
    async with open_door(load()) as door:
        try:
            return await door.call("run.control", id=run_id, action=action), False
        except Refused as refusal:
            run = await door.call("run.show", id=run_id)
            if action == "take" and run["controlled_by"] == OWNER.id:
                return run, True
            raise _why_not(run, refusal) from refusal


def _why_not(run: dict[str, Any], refusal: Refused) -> Refused:
    if refusal.code != "ERR_CONFLICT":
        return refusal
    if Status(run["status"]).ended:
        return Refused(f"The run has ended: {run['status']}.", code=refusal.code)
    if run["controlled_by"] is None:
        return refusal
    next_step = f"`gofer control {run['id']} return` hands it back in their stead."
    return Refused(f"{run['controlled_by']} has control of the run.", code=refusal.code, next_step=next_step)


async def _say(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **arguments)


def _told(run: dict[str, Any], as_json: bool, sentence: str) -> int:
    if as_json:
        out.as_json(run)
    else:
        typer.echo(f"{run['id']} {sentence}")
    return 0
