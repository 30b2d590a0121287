"""Standard output that remembers when nothing more went through it."""

import os
import sys
from typing import Any, TextIO, cast

from gofer.cli.begin import FAILED, tell
from gofer.core.errors import Broken


class Outlet:
    """Writes to a stream. Its own failure is told apart from any other by who remembers it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.failure: OSError | None = None

    def write(self, text: str) -> int:
        """Write, or remember why not."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self.failure = error
            raise

    def flush(self) -> None:
        """Let through what is held back, or remember why not."""
        try:
            self._stream.flush()
        except OSError as error:
            self.failure = error
            raise

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def opened() -> Outlet:
    """Put in the place of standard output, or of what was closed before gofer began."""
    sys.stderr = sys.stderr or _nowhere()
    outlet = Outlet(sys.stdout or _nowhere())
    sys.stdout = cast(TextIO, outlet)
    return outlet


def unheard(failure: OSError) -> int:
    """Whoever closed the pipe knows; anybody else is told. Gives the exit code."""
    sys.stdout = _nowhere()
    os.dup2(sys.stdout.fileno(), 1)  # else Python complains once more as it ends
    if not isinstance(failure, BrokenPipeError):
        message = f"The output cannot be written: {failure.strerror}."
        tell(Broken(message, next_step="Send the output to where there is room for it."))
    return FAILED


def _nowhere() -> TextIO:
    return open(os.devnull, "w")
