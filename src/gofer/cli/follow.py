"""Follows a run to its end: shows it, and passes the keyboard's answers to its questions."""

import asyncio
import sys
from contextlib import suppress

import typer

from gofer.cli.door import Door
from gofer.cli.keyboard import read_line
from gofer.cli.view import View
from gofer.cli.words import clean
from gofer.core.errors import GoferError
from gofer.core.event import Event
from gofer.core.question import AskedQuestion
from gofer.core.run import Run, Status

ENDINGS = {Status.SUCCEEDED: 0, Status.FAILED: 1, Status.CANCELLED: 3}
"""The exit code that each ending becomes; 2 is for what gofer refuses to begin."""

LOOK_SECONDS = 1.0


async def watch(door: Door, run_id: str, view: View, *, answers: bool = False) -> Run:
    """The run, once it is over. With `answers`, questions are put to whoever sits at the keyboard."""
    looking = asyncio.create_task(_look(door, run_id, view))
    asker = Asker(door, view) if answers and sys.stdin.isatty() else None
    view.open()
    try:
        async for event in door.follow(run_id):
            view.tell(event)
            if asker is not None:
                asker.hear(event)
    finally:
        looking.cancel()
        if asker is not None:
            asker.withdraw()
        view.close()
    return Run.model_validate(await door.call("run.show", id=run_id))


async def _look(door: Door, run_id: str, view: View) -> None:
    """Money and the place in the queue are no events."""
    while True:
        with suppress(GoferError):
            view.stands(Run.model_validate(await door.call("run.show", id=run_id)))
        await asyncio.sleep(LOOK_SECONDS)


class Asker:
    """Puts questions to the keyboard, as long as nobody else has answered them."""

    def __init__(self, door: Door, view: View) -> None:
        self._door = door
        self._view = view
        self._asking: asyncio.Task[None] | None = None

    def hear(self, event: Event) -> None:
        """A question, or the end of one."""
        if event.type == "question.asked":
            question = AskedQuestion.model_validate(event.data["question"])
            self._asking = asyncio.create_task(self._ask(question))
        elif event.type in ("question.answered", "question.withdrawn", "run.cancelled", "run.failed"):
            self.withdraw()

    def withdraw(self) -> None:
        """Stop asking."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            self._view.open()
        self._asking = None

    async def _ask(self, asked: AskedQuestion) -> None:
        self._view.close()
        while not await self._answered(asked):
            continue
        self._view.open()

    async def _answered(self, asked: AskedQuestion) -> bool:
        _put(asked)
        answer = _chosen(asked, await read_line())
        if answer is None:
            return False
        try:
            await self._door.call("run.answer", id=asked.run_id, answer=answer, question_id=asked.id)
        except GoferError as error:
            typer.echo(f"error: {clean(error.message)}", err=True)
            return error.code == "ERR_CONFLICT"
        return True


def _put(asked: AskedQuestion) -> None:
    typer.echo(clean(asked.question.text))
    for number, choice in enumerate(asked.question.choices, 1):
        typer.echo(f"  {number}. {clean(choice)}")
    typer.echo("> ", nl=False)


def _chosen(asked: AskedQuestion, text: str) -> str | None:
    """The answer that was meant: a choice's number stands for the choice; nothing is no answer."""
    choices = asked.question.choices
    if text.isdecimal() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1]
    return text or None
