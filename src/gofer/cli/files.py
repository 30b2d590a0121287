"""`gofer artifacts`: what runs handed over, listed or copied."""

import asyncio
import re
from pathlib import Path

import typer

from gofer.cli import out
from gofer.cli.door import Door, open_door
from gofer.core.artifact import Artifact
from gofer.core.errors import Refused
from gofer.settings import load

UNSAFE = re.compile(r"[^\w.\- ]")


def artifacts(run_id: str, save: Path | None, as_json: bool) -> int:
    """List a run's files, and copy them if a folder is given."""
    return asyncio.run(_artifacts(run_id, save.resolve() if save else None, as_json))


async def _artifacts(run_id: str, save: Path | None, as_json: bool) -> int:
    async with open_door(load()) as door:
        found = await listed(door, run_id)
        saved = [await copied(door, artifact, save) for artifact in found] if save else []
    if as_json:
        out.as_json([artifact.model_dump(mode="json") for artifact in found])
    elif save:
        for path in saved:
            typer.echo(path)
    else:
        out.table(["file", "type", "bytes", "id"], [[f.name, f.media_type, f.size, f.id] for f in found])
    return 0


async def listed(door: Door, run_id: str) -> list[Artifact]:
    """A run's files, the newest version of each name."""
    found = [Artifact.model_validate(each) for each in await door.call("run.artifacts", id=run_id)]
    return list({artifact.name: artifact for artifact in found}.values())


async def copied(door: Door, artifact: Artifact, folder: Path) -> Path:
    """The path of a copy in this folder; the name stays inside it, whatever the run called the file."""
    name = UNSAFE.sub("_", artifact.name).lstrip(".") or artifact.id
    path = folder / name
    try:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        with await asyncio.to_thread(path.open, "wb") as file:
            async for chunk in door.file(artifact.id):
                file.write(chunk)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.", next_step="Choose another folder.") from error
    return path
