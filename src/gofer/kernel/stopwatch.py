"""The wall clock of a run: it stands still while the run waits."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from gofer.core.errors import OutOfTime


class Stopwatch:
    """Ends blocks with `OutOfTime` after so many seconds of work in all of them together; None is no limit."""

    def __init__(self, seconds: float | None, used: float = 0.0) -> None:
        self._limit = seconds
        self._left = None if seconds is None else max(0.0, seconds - used)
        self._timeout: asyncio.Timeout | None = None
        self._pauses = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The block that is timed."""
        timeout = asyncio.timeout(self._left)
        try:
            async with timeout:
                self._timeout = timeout
                try:
                    yield
                finally:
                    self._stop()
                    self._timeout = None
        except TimeoutError as error:
            if not timeout.expired():
                raise
            raise OutOfTime(f"The run worked for its {self._limit:g} seconds without coming to an end.") from error

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A part of that block that does not count."""
        self._pauses += 1
        if self._pauses == 1:
            self._stop()
        try:
            yield
        finally:
            self._pauses -= 1
            if self._pauses == 0:
                self._go_on()

    def _stop(self) -> None:
        if self._timeout is not None and not self._timeout.expired() and (due := self._timeout.when()) is not None:
            self._left = max(0.0, due - asyncio.get_running_loop().time())
            self._timeout.reschedule(None)

    def _go_on(self) -> None:
        if self._timeout is not None and self._left is not None and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._left)
