"""What commands print: tables and text for people, JSON for programs."""

import json
import re
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gofer.cli.words import clean

STYLES = {
    **dict.fromkeys(("ok", "succeeded"), "green"),
    **dict.fromkeys(("note", "interrupted", "waiting for person"), "yellow"),
    **dict.fromkeys(("problem", "failed"), "bold red"),
    "running": "cyan",
    "cancelled": "dim",
}
"""Words of tables that are told by their colour too."""

CONTROL = re.compile(r"[\x7f-\x9f]")


def as_json(value: Any) -> None:
    """JSON that is also safe to look at on a terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    typer.echo(CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def table(heads: list[str], rows: list[list[object]]) -> None:
    """A table on a terminal; values divided by tabs in a pipe."""
    console = Console()
    if not console.is_terminal:
        for row in rows:
            typer.echo("\t".join(clean(value) for value in row))
        return
    drawn = Table(*heads, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        drawn.add_row(*(Text(clean(value), style=STYLES.get(str(value), "")) for value in row))
    console.print(drawn)
