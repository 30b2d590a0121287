"""The kernel as one thing: it starts in the right order, serves until it is closed, and goes on where it was."""

import asyncio

import structlog

from gofer.kernel.access import Access
from gofer.kernel.cancelling import Cancelling
from gofer.kernel.desktops import Desktops
from gofer.kernel.engine.engine import VERSION, Engine
from gofer.kernel.forgotten import Forgotten
from gofer.kernel.intake import Intake
from gofer.kernel.lending import Lender
from gofer.kernel.liveness import Liveness, recover
from gofer.kernel.parts import Parts
from gofer.kernel.retention import Retention
from gofer.kernel.runner import Runner
from gofer.kernel.slots import Slots
from gofer.kernel.watch import Watch

log = structlog.get_logger()


class Kernel:
    """Every room of the kernel, connected."""

    def __init__(self, parts: Parts, step_log_url: str) -> None:
        self.parts = parts
        self.watch = Watch(parts.database, parts.worker)
        self.lender = Lender(parts)
        self.runner = Runner(parts, self.watch, self.lender)
        self.engine = Engine(step_log_url, parts.worker, self.runner.carry)
        self.slots = Slots(parts.database, parts.worker, parts.policy, self.engine.start, self.lender.has_room)
        self.runner.engine, self.runner.slots = self.engine, self.slots
        self.intake = Intake(parts.database, parts.log, parts.clock, self.slots)
        self.intake.applications = parts.applications
        self.access = Access(parts.database, parts.clock)
        self.cancelling = Cancelling(parts, self.watch, self.lender)
        self.desktops = Desktops(parts.database, parts.log, self.lender, self.watch)
        self.liveness = Liveness(parts.database, parts.worker, parts.host, self.engine)
        self.engine.confirmed = self.liveness.confirmed
        self.forgotten = Forgotten(self.desktops, self.watch)
        self.retention = Retention(parts, self.engine)
        self._serving: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take the lease, go on with unfinished runs, serve new ones."""
        await asyncio.to_thread(self.liveness.enrol)
        self.liveness.start()
        try:
            await self.engine.launch()
            await asyncio.to_thread(recover, self.parts.database, self.engine, [self.parts.worker])
            await asyncio.to_thread(self._tell_strangers)
        except BaseException:
            await asyncio.to_thread(self.liveness.close)
            raise
        self.liveness.look_after_others()
        lender = self.lender
        await lender.keeping.begin()
        services = (self.watch, self.slots, lender, lender.book, lender.warm, lender.sharing)
        for room in (*services, self.forgotten, self.retention):
            self._serving.append(asyncio.create_task(room.serve()))

    async def close(self) -> None:
        """Stop serving; unfinished runs go on at the next start, in their own sandboxes."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await asyncio.to_thread(self.liveness.leave)
        await self.runner.close()
        await self.lender.close()
        await self.engine.close()
        await asyncio.to_thread(self.liveness.close)

    def _tell_strangers(self) -> None:
        for run_id, version in self.engine.strangers():
            log.warning(
                "engine.other_version",
                run=run_id,
                version=version,
                this_version=VERSION,
                what_happens="it stays as it is; start the version that wrote it to finish it",
            )
