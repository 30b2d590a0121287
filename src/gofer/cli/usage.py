"""Reads the command line; what cannot be read, or answered, is told as every other error is: in two lines."""

import sys
from typing import Any, NoReturn

import typer
from typer.exceptions import Abort, TyperException

from gofer.cli.begin import FAILED, REFUSED, tell
from gofer.cli.outlet import opened, unheard
from gofer.core.errors import Refused


def obey(app: typer.Typer) -> NoReturn:
    """Do what the command line says, and exit with its code."""
    outlet = opened()
    try:
        code = _done(app)
        outlet.flush()
    except OSError as error:
        if error is not outlet.failure:
            raise
        code = unheard(error)
    sys.exit(code)


def _done(app: typer.Typer) -> int:
    try:
        refuse_undecodable(sys.argv[1:])
        return app(prog_name="gofer", standalone_mode=False) or 0
    except TyperException as error:
        return _misread(error)
    except Refused as error:
        return tell(error)
    except Abort:
        return FAILED


def refuse_undecodable(words: list[str]) -> None:
    """Raises `Refused` for bytes that are no text: nothing that gofer keeps or sends could hold them."""
    for word in words:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            shown = word.encode(errors="surrogateescape").decode(errors="backslashreplace")
            message = f"The argument “{shown}” is not UTF-8 text."
            raise Refused(message, code="ERR_INVALID_INPUT", next_step="Write it in UTF-8.")


def _misread(error: TyperException) -> int:
    """An unknown word, a missing one, a wrong value. A group without a command has shown its help already."""
    told: Any = error
    sentence = " ".join(told.format_message().split())
    if not sentence:
        return REFUSED
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "gofer"
    message = sentence if sentence.endswith((".", "?", "!", ")")) else f"{sentence}."
    return tell(Refused(message, code="ERR_INVALID_INPUT", next_step=f"See `{command} --help`."))
