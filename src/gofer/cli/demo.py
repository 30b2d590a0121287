"""`gofer demo`: the price watch over the bundled shop, and an honest account of what it did."""

from pathlib import Path

import typer
from pydantic import JsonValue

from gofer import catalog
from gofer.cli.door import Door, open_door
from gofer.cli.errand import carried, tell_others
from gofer.cli.files import copied, listed
from gofer.cli.follow import ENDINGS
from gofer.cli.signals import stoppable
from gofer.cli.view import view
from gofer.cli.words import money, outcome
from gofer.core.run import Run, Status
from gofer.demo import APP, demo_input
from gofer.settings import Settings, load

FOLDER = "demo"
BUNDLED = "gofer.browser.written:bundled"


def demo() -> int:
    """Run the demo errand."""
    return stoppable(_demo(load()))


async def _demo(settings: Settings) -> int:
    async with open_door(settings, carry=True) as door:
        await tell_others(door)
        return ENDINGS[(await perform(door, settings)).status]


def wanted(settings: Settings) -> dict[str, JsonValue]:
    """The errand's input: from its goal in words where a model is configured, else from its playbook."""
    return demo_input(recorded=settings.models.default is None)


async def perform(door: Door, settings: Settings) -> Run:
    """Run the errand, show it, and say what became of it."""
    given = await _unmistakable(door, wanted(settings))
    begun = await door.call("run.start", app=APP, input=given, answer_to="cli", trigger="manual")
    page = door.page(begun["id"])
    typer.echo(f"Demo errand {begun['id']}: {_manner(settings)}.")
    if page:
        typer.echo(f"Watch it at {page}")
    ended = await carried(door, begun["id"], view(False, page), answers=True)
    await _account(door, ended, settings.data / FOLDER)
    return ended


async def _unmistakable(door: Door, given: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The demo replays its own playbook, whatever else is kept under that name."""
    name = given.get("playbook")
    if name is None or (await door.call("playbook.show", name=name))["version"] == 0:
        return given
    return {**given, "playbook": catalog.load(BUNDLED)(name).model_dump(mode="json")}


def _manner(settings: Settings) -> str:
    if settings.models.default is None:
        return "no model key is set, so its recorded playbook is replayed; no model takes part"
    return f"the model {settings.models.default} does it from its goal in words"


async def _account(door: Door, ended: Run, folder: Path) -> None:
    typer.echo(f"The demo errand {ended.status.value}; {money(ended)}.")
    typer.echo(outcome(ended))
    if ended.status is not Status.SUCCEEDED:
        return
    typer.echo(_how(ended))
    for artifact in [file for file in await listed(door, ended.id) if not file.name.startswith("step-")]:
        typer.echo(f"{_what(artifact.media_type)}: {await copied(door, artifact, folder)}")


def _how(ended: Run) -> str:
    how = ended.output.get("how") if isinstance(ended.output, dict) else None
    return "It was done by the model." if how == "model" else "It was done by replaying the recorded playbook."


def _what(media_type: str) -> str:
    return {"text/csv": "CSV", "image/png": "Screenshot"}.get(media_type, "File")
