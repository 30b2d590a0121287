"""What a signal means: the first ends a command in order, the second at once."""

import asyncio
import os
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BY_SIGNAL = 128
"""A shell's exit code for a program that a signal ended is this and the signal's number."""


class Signalled(asyncio.Event):
    """Set by the first signal."""

    code = 0
    """The exit code that the signal stands for."""

    def hear(self, number: int) -> None:
        """Stop in order; whoever says it twice means at once, and nothing is lost by that but a little work."""
        if self.is_set():
            os._exit(BY_SIGNAL + number)
        self.code = BY_SIGNAL + number
        self.set()


@contextmanager
def until_signalled() -> Iterator[Signalled]:
    """An event that SIGINT, SIGTERM and SIGHUP set; the second one ends the process at once."""
    loop = asyncio.get_running_loop()
    stop = Signalled()
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores SIGHUP
    for number in heard:
        loop.add_signal_handler(number, stop.hear, number)
    try:
        yield stop
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


def stoppable(work: Coroutine[Any, Any, int]) -> int:
    """The exit code of work that a signal cancels, so that it lets go of everything in order."""
    return asyncio.run(_until_signalled(work))


async def _until_signalled(work: Coroutine[Any, Any, int]) -> int:
    with until_signalled() as stop:
        working, told = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if stop.is_set():
            working.cancel()
        await asyncio.wait({working})
        return stop.code if working.cancelled() else working.result()
