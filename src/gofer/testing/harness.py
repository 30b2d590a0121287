"""A whole kernel in one process, for tests and for people who write applications."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_ai.models import Model
from pydantic_core import to_jsonable_python

from gofer.core.application import Application
from gofer.core.browser import Browser
from gofer.core.clock import Clock, SystemClock
from gofer.core.errors import Refused
from gofer.core.event import Event
from gofer.core.principal import OWNER, Principal
from gofer.core.request import Request
from gofer.core.run import Run, Status
from gofer.core.sandbox import SandboxProvider
from gofer.core.screen import Screen
from gofer.core.session import Sitting
from gofer.core.sharing import SharedBrowser
from gofer.kernel.kernel import Kernel
from gofer.kernel.log import EventLog
from gofer.kernel.parts import OpenBrowser, Parts, Policy, ShareBrowser
from gofer.ops.table import operations
from gofer.storage import events
from gofer.storage.artifacts import ArtifactStore
from gofer.storage.database import Database
from gofer.storage.schema import prepare
from gofer.storage.vault import Vault
from gofer.testing.sandboxes import NoSandboxes


@dataclass
class Setup:
    """What a harness is made of; `database` is a PostgreSQL address, without it SQLite in the folder."""

    folder: Path
    applications: Iterable[Application]
    database: str | None = None
    worker: str = "local"
    host: str = "test"
    model: Model | None = None
    policy: Policy = field(default_factory=partial(Policy, retry_seconds=0.05))
    sandboxes: SandboxProvider = field(default_factory=NoSandboxes)
    clock: Clock = field(default_factory=SystemClock)
    open_browser: OpenBrowser = lambda screen, sitting: _no_browser(screen, sitting)
    share_browser: ShareBrowser = lambda screen: _nothing_shared(screen)


class Harness:
    """Asks things of a kernel and waits for what happens."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.operations = operations(kernel)

    async def start(self, app: str, /, key: str | None = None, priority: int = 5, **values: Any) -> Run:
        """A new run of an application with these input values."""
        wanted = to_jsonable_python(values)
        return await self.kernel.intake.accept(Request(app=app, input=wanted, key=key, priority=priority))

    async def call(self, operation: str, principal: Principal = OWNER, /, **arguments: Any) -> Any:
        """Ask for an operation."""
        row = self.operations[operation]
        return await row.run(principal, row.input(**arguments))

    async def run(self, app: str, /, **values: Any) -> Run:
        """Start a run and wait for its end."""
        return await self.ended((await self.start(app, **values)).id)

    async def ended(self, run_id: str, within: float = 30.0) -> Run:
        """The run, once it is over."""
        async with asyncio.timeout(within):
            async for _ in self.kernel.parts.log.follow(run_id):
                pass
        return await self.show(run_id)

    async def reaches(self, run_id: str, *wanted: Status, within: float = 30.0) -> Run:
        """The run, once it stands at one of these."""
        async with asyncio.timeout(within):
            while (run := await self.show(run_id)).status not in wanted:
                await asyncio.sleep(0.02)
        return run

    async def happens(self, run_id: str, kind: str, within: float = 30.0) -> Event:
        """The run's first event of this type, as soon as it is there."""
        async with asyncio.timeout(within):
            async for event in self.kernel.parts.log.follow(run_id):
                if event.type == kind:
                    return event
        raise AssertionError(f"{run_id} ended without {kind}: {[e.type for e in await self.events(run_id)]}")

    async def show(self, run_id: str) -> Run:
        """The run as it stands."""
        run: Run = await self.call("run.show", id=run_id)
        return run

    async def events(self, run_id: str) -> list[Event]:
        """Everything that happened to a run so far."""
        return await self.kernel.parts.database.read(partial(events.after, run_id=run_id, seq=0, limit=100_000))


@asynccontextmanager
async def harness(setup: Setup) -> AsyncIterator[Harness]:
    """A kernel that works for as long as the block runs."""
    setup.folder.mkdir(parents=True, exist_ok=True)
    database = Database(setup.database or f"sqlite:///{setup.folder / 'gofer.db'}")
    try:
        prepare(database)
        kernel = Kernel(_parts(setup, database), setup.database or f"sqlite:///{setup.folder / 'steps.db'}")
        await kernel.start()
        try:
            yield Harness(kernel)
        finally:
            await kernel.close()
    finally:
        database.close()


def _parts(setup: Setup, database: Database) -> Parts:
    return Parts(
        worker=setup.worker,
        host=setup.host,
        database=database,
        log=EventLog(database, setup.clock),
        clock=setup.clock,
        applications={application.name: application for application in setup.applications},
        artifacts=ArtifactStore(str(setup.folder / "artifacts")),
        sandboxes=setup.sandboxes,
        open_browser=setup.open_browser,
        share_browser=setup.share_browser,
        vault=Vault(setup.folder),
        model=lambda: setup.model,
        policy=setup.policy,
    )


def _no_browser(_screen: Screen, _sitting: Sitting) -> AbstractAsyncContextManager[Browser]:
    raise Refused("There is no browser here.")


async def _nothing_shared(_screen: Screen) -> SharedBrowser:
    raise Refused("There is no browser here.")
