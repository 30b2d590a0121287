"""Runs one command: loads it, and turns what goes wrong into one sentence and an exit code."""

import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

import typer

from gofer.core.errors import Broken, GoferError, Refused

FAILED, REFUSED, INTERRUPTED = 1, 2, 130


def begin(where: str, **arguments: Any) -> NoReturn:
    """Load `module:function`, call it, and exit with the code it returns."""
    try:
        code = _load(where)(**arguments)
    except GoferError as error:
        code = tell(error)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        if getattr(sys.stdout, "failure", None) is error:
            raise
        code = _surprise(error)
    raise typer.Exit(code or 0)


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)


def tell(error: GoferError) -> int:
    """Two lines on standard error: what is wrong, and what to do; gives the exit code."""
    typer.echo(f"error: {error.message}", err=True)
    typer.echo(f"next: {error.next_step}", err=True)
    return REFUSED if isinstance(error, Refused) else FAILED


def _surprise(error: Exception) -> int:
    """A trace helps only those who asked for one."""
    if "--debug" in sys.argv:
        traceback.print_exception(error)
    message = f"Something went wrong inside gofer ({type(error).__name__}); nothing of yours was lost."
    return tell(Broken(message, next_step="Run it again as `gofer --debug …` and report what it prints."))
