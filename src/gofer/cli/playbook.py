"""`gofer playbook`: errands written down as text, to look at, to change, to share and to run."""

import asyncio
import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import typer

from gofer.cli import errand, out
from gofer.cli.door import open_door
from gofer.cli.values import pair
from gofer.core.errors import Refused
from gofer.settings import load

SUFFIX = ".playbook"

APP = "browse"


def listed(as_json: bool) -> int:
    """One line for each playbook."""
    found = asyncio.run(_call("playbook.list"))
    if as_json:
        out.as_json(found)
    else:
        heads = ["name", "version", "stands", "last change", "whose"]
        out.table(heads, [[p["name"], p["version"], _stands(p), p["why"], p["principal"]] for p in found])
    return 0


def show(name: str, version: int | None, versions: bool, as_json: bool) -> int:
    """The playbook's text, or its history."""
    found = asyncio.run(_call("playbook.show", name=name, version=version))
    if as_json:
        out.as_json(found)
    elif versions:
        heads = ["version", "when", "by", "worked", "why"]
        rows = [[v["number"], v["at"], v["by"], v["worked"], v["why"]] for v in found["versions"]]
        out.table(heads, rows)
    else:
        typer.echo(found["text"], nl=False)
    return 0


def edit(name: str) -> int:
    """Change the text in an editor; what is saved is served from now on."""
    before = asyncio.run(_call("playbook.show", name=name))
    text = _edited(before["text"], name)
    if text == before["text"]:
        typer.echo("Nothing was changed.")
        return 0
    return _save(name, text, "edited by hand")


def exported(name: str, file: Path | None) -> int:
    """The text, to a file or to the standard output."""
    text = asyncio.run(_call("playbook.show", name=name))["text"]
    if file is None:
        typer.echo(text, nl=False)
        return 0
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.", next_step="Choose another file.") from error
    typer.echo(file)
    return 0


def imported(file: Path, name: str | None) -> int:
    """Keep a file's text under its name."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{file} cannot be read: {error}.", next_step="Choose another file.") from error
    return _save(name or file.name.removesuffix(SUFFIX), text, f"imported from {file.name}")


def delete(name: str) -> int:
    """Forget a playbook with all its versions."""
    asyncio.run(_call("playbook.delete", name=name))
    typer.echo(f"{name} is forgotten, with all its versions.")
    return 0


def run(name: str, values: Sequence[str], detach: bool, as_json: bool) -> int:
    """An errand that is done by this playbook."""
    own = _fields_of_the_errand()
    words = [word if pair(word)[0][0] in own else f"parameters.{word}" for word in values]
    return errand.run(APP, [f"playbook={name}", *words], None, detach, as_json, None)


def _fields_of_the_errand() -> set[str]:
    """What a word names that is no parameter of the playbook's; `parameters.x=` says that one is."""
    fields: set[str] = set(import_module("gofer.catalog").applications()[APP].input.model_fields)
    return fields - {"playbook"}


def _save(name: str, text: str, why: str) -> int:
    kept = asyncio.run(_call("playbook.save", name=name, text=text, why=why))
    typer.echo(f"{kept['name']} is kept as version {kept['version']}.")
    if any(one["name"] == name and one["version"] == 0 for one in asyncio.run(_call("playbook.list"))):
        typer.echo(f"note: gofer brings a playbook {name} too; by that name errands now find yours.", err=True)
    return 0


def _edited(text: str, name: str) -> str:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        message = "No editor is set."
        raise Refused(message, next_step=f"Set EDITOR, or use `gofer playbook export {name}` and `import`.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}{SUFFIX}"
        file.write_text(text, encoding="utf-8")
        _open_editor(editor, file)
        return file.read_text(encoding="utf-8")


def _open_editor(editor: str, file: Path) -> None:
    try:
        done = subprocess.run([*shlex.split(editor), str(file)], check=False)
    except (OSError, ValueError) as error:
        message = f"The editor “{editor}” cannot be started: {getattr(error, 'strerror', None) or error}."
        raise Refused(message, next_step="Set EDITOR to a program that is here, such as `nano`.") from error
    if done.returncode:
        raise Refused(f"The editor ended with {done.returncode}, so nothing was changed.")


def _stands(playbook: dict[str, Any]) -> str:
    if playbook["version"] == 0:
        return "bundled"
    return "served" if playbook["served"] else f"{playbook['agreeing']} agree"


async def _call(operation: str, **arguments: Any) -> Any:
    async with open_door(load()) as door:
        return await door.call(operation, **arguments)
