"""How a followed run is shown: live on a terminal, in lines in a pipe, or not at all."""

import json
from collections import deque
from contextlib import suppress
from typing import Protocol

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from gofer.cli.words import clean, line, money
from gofer.core.event import Event
from gofer.core.run import Run

SHOWN = 12
TAIL = 400
"""Characters of a model's reply shown while it comes."""


class View(Protocol):
    """Whoever shows a run."""

    def open(self) -> None:
        """Begin, or go on after `close`."""

    def tell(self, event: Event) -> None:
        """Something happened."""

    def stands(self, run: Run) -> None:
        """How the run stands now."""

    def close(self) -> None:
        """Leave the terminal to somebody else."""


class Silent:
    """Shows nothing: the result is all that is wanted."""

    def open(self) -> None:
        """Nothing to open."""

    def tell(self, event: Event) -> None:
        """Nothing to tell."""

    def stands(self, run: Run) -> None:
        """Nothing to show."""

    def close(self) -> None:
        """Nothing to close."""


class Lines(Silent):
    """One plain line per event."""

    def __init__(self) -> None:
        self._place: int | None = None

    def tell(self, event: Event) -> None:
        """The event's line, with its time."""
        told = line(event)
        if told is not None:
            typer.echo(f"{event.at.astimezone():%H:%M:%S} {told}")

    def stands(self, run: Run) -> None:
        """A place in the queue, whenever it is another one."""
        if run.queue_position not in (None, self._place):
            typer.echo(f"in the queue, place {run.queue_position}")
        self._place = run.queue_position


class JsonLines(Silent):
    """One JSON object per event."""

    def tell(self, event: Event) -> None:
        """The whole event."""
        typer.echo(json.dumps(event.model_dump(mode="json")))


class Terminal(Silent):
    """A status line, the newest lines, and the model's reply as it comes."""

    def __init__(self, page: str | None = None) -> None:
        self._console = Console()
        self._page = page
        self._run: Run | None = None
        self._lines: deque[str] = deque(maxlen=SHOWN)
        self._reply = ""
        self._spinner = Spinner("dots")
        self._live: Live | None = None

    def open(self) -> None:
        """Take the terminal."""
        self._live = Live(get_renderable=self._draw, console=self._console, refresh_per_second=8, transient=True)
        self._live.start()

    def tell(self, event: Event) -> None:
        """Remember the line; deltas grow the reply."""
        if event.type == "model.delta":
            self._reply = (self._reply + str(event.data["text"]))[-TAIL:]
        elif event.type.startswith("model."):
            self._reply = ""
        told = line(event)
        if told is not None:
            self._lines.append(told)

    def stands(self, run: Run) -> None:
        """For the status line."""
        self._run = run

    def close(self) -> None:
        """Give the terminal back; what happened stays on it."""
        if self._live is not None:
            with suppress(OSError):
                self._live.stop()
            self._live = None
            self._console.print(Text("\n".join(self._lines), style="dim"))
            self._lines.clear()

    def _draw(self) -> Group:
        self._spinner.update(text=Text(self._status(), style="bold", no_wrap=True, overflow="ellipsis"))
        parts: list[Text | Spinner] = [self._spinner, *(Text(f"  {told}") for told in self._lines)]
        if self._reply:
            parts.append(Text(clean(self._reply), style="italic"))
        return Group(*parts)

    def _status(self) -> str:
        run = self._run
        if run is None:
            return "starting"
        place = f", place {run.queue_position} in the queue" if run.queue_position else ""
        where = f" · {self._page}" if self._page else ""
        cost = f" · {money(run)}" if run.cost.input_tokens else ""
        return f"{run.app} {run.id}: {run.status.value}{place}{cost}{where}"


def view(as_json: bool, page: str | None = None) -> View:
    """The view that fits where the output goes."""
    if as_json:
        return Silent()
    return Terminal(page) if Console().is_terminal else Lines()
