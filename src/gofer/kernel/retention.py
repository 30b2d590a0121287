"""Forgets the steps of runs that ended long ago, and what ended runs noted down for themselves alone."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from gofer.core.errors import GoferError
from gofer.kernel.engine.engine import Engine
from gofer.kernel.parts import Parts
from gofer.storage import memory, runs

SWEEP_SECONDS = 3600.0
AT_ONCE = 200
"""Runs in one transaction of the step log: some hundredths of a second in which nothing else is recorded."""

PAUSE_SECONDS = 0.2

log = structlog.get_logger()


class Retention:
    """Keeps the step log small."""

    def __init__(self, parts: Parts, engine: Engine) -> None:
        self._parts = parts
        self._engine = engine

    async def serve(self) -> None:
        """Sweep for ever."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                log.info("steps.forgotten", runs=await self.sweep())
            except GoferError as error:
                log.warning("retention.unavailable", reason=error.message)
            except Exception:  # without this service the step log grows for ever
                log.exception("retention.failed")

    async def sweep(self) -> int:
        """Forget what is old enough; gives how many runs that was. Nothing goes on with them; rows and events stay."""
        await self._parts.database.write(memory.forget_ended)
        before = self._parts.clock.now() - timedelta(days=self._parts.policy.keep_steps_days)
        forgotten = 0
        while found := await asyncio.to_thread(self._engine.completed, before, AT_ONCE):
            unended = await self._parts.database.read(partial(runs.unended, run_ids=found))
            over = [run_id for run_id in found if run_id not in unended]
            await asyncio.to_thread(self._engine.forget, over)
            forgotten += len(over)
            if not over or len(found) < AT_ONCE:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        return forgotten
