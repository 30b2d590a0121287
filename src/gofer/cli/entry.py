"""The program `gofer`."""

import os
import sys
import threading
import time

from gofer.cli.commands import app
from gofer.cli.usage import obey

ENGINE = "dbos-executor"
PATIENCE_SECONDS = 3.0
"""How long the engine's threads may take to end. One that waits for room on a full disk would never."""


def main() -> None:
    """What the console script calls."""
    try:
        obey(app)
    except SystemExit as leaving:
        if isinstance(leaving.code, int) and not _ended():
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(leaving.code)
        raise


def _ended() -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    for thread in threading.enumerate():
        if thread.name.startswith(ENGINE):
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                return False
    return True
