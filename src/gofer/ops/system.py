"""What can be asked about gofer itself."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Generic, Literal, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel

from gofer import __version__
from gofer.core.errors import GoferError, Unavailable
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.core.run import Status
from gofer.core.sandbox import Profile
from gofer.kernel.kernel import Kernel
from gofer.ops.runs import Asked
from gofer.storage import runs

STUCK_SECONDS = 900.0
"""A run at work to which nothing happened for this long is counted as stuck."""

PATIENCE_SECONDS = 2.0
"""How long an answer may take before gofer says that there is none: below the patience of those who watch a machine."""

ROOM_BYTES = 1_000_000
"""With less room on its disk gofer counts as unable to write: a table of a few pages would fill that."""

NOBODY = "nobody"
"""A run that there is not: asking for it shows whether the step log answers."""

T = TypeVar("T")


class Nothing(Asked):
    """No arguments."""


class SystemStatus(BaseModel):
    """How gofer is."""

    status: Literal["ok", "degraded", "down"]
    version: str
    sandbox_ready: bool
    active_runs: int = 0
    queued_runs: int = 0
    waiting_runs: int = 0
    stuck_runs: int = 0
    problems: list[str] = []


class Look(Generic[T]):
    """A blocking question that may hang: asked once for all who wait, in a thread that a stop need not wait for."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answer: Future[T] | None = None

    async def answer(self) -> T:
        """What it found; raises `TimeoutError` when that takes longer than PATIENCE_SECONDS."""
        if self._answer is None or self._answer.done():
            self._answer = Future()
            threading.Thread(target=self._settle, args=[self._answer], name="gofer-health", daemon=True).start()
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._answer)), PATIENCE_SECONDS)

    def _settle(self, answer: Future[T]) -> None:
        try:
            answer.set_result(self._ask())
        except Exception as error:
            answer.set_exception(error)


class SystemOperations:
    """The operations on gofer itself."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._runs = Look(self._counted)
        self._steps = Look(partial(kernel.engine.knows, NOBODY))

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        return [
            Operation(
                "system.status", "How gofer is.", "system:read", Nothing, SystemStatus, self.status, "GET", "/system"
            )
        ]

    async def status(self, _principal: Principal, _wanted: Nothing) -> SystemStatus:
        """Health, counts and problems, as sentences. It waits no longer than PATIENCE_SECONDS for anything."""
        sandboxes = self._kernel.parts.sandboxes.problems(Profile.DESKTOP)
        (counts, stuck, silence), steps = await asyncio.gather(self._standing(), self._step_log())
        stops = [*silence, *steps, *self._lease(), *_no_room(self._folders())]
        fair = "degraded" if sandboxes or stuck else "ok"
        return SystemStatus(
            status="down" if stops else fair,
            version=__version__,
            sandbox_ready=not sandboxes,
            active_runs=counts.get(Status.RUNNING.value, 0),
            queued_runs=counts.get(Status.QUEUED.value, 0),
            waiting_runs=counts.get(Status.WAITING.value, 0),
            stuck_runs=stuck,
            problems=[*sandboxes, *stops],
        )

    async def _standing(self) -> tuple[dict[str, int], int, list[str]]:
        """How many runs stand where, how many are stuck, and why that is not known."""
        try:
            return (*await self._runs.answer(), [])
        except TimeoutError:
            return {}, 0, [f"The database does not answer within {PATIENCE_SECONDS:g} seconds."]
        except GoferError as error:
            return {}, 0, [error.message]

    def _counted(self) -> tuple[dict[str, int], int]:
        parts = self._kernel.parts
        count = partial(_count, limit=parts.clock.now().timestamp() - STUCK_SECONDS)
        with suppress(Unavailable):
            return parts.database.read_now(count)
        return parts.database.read_now(count)  # a connection may be older than the database's last start

    async def _step_log(self) -> list[str]:
        try:
            await self._steps.answer()
        except TimeoutError:
            return [f"The step log does not answer within {PATIENCE_SECONDS:g} seconds."]
        except Exception as error:  # the engine's own, whatever it is
            return [f"The step log does not answer: {next(iter(str(error).splitlines()), type(error).__name__)}"]
        return []

    def _lease(self) -> list[str]:
        """The lease is renewed by a write every second, so it also tells whether PostgreSQL takes writes."""
        taken = self._kernel.parts.database.guard is not None
        lost = taken and not self._kernel.liveness.held()
        return ["This worker's lease could not be renewed, so it may begin nothing."] if lost else []

    def _folders(self) -> list[Path]:
        """Where this gofer writes on this machine."""
        parts = self._kernel.parts
        kept = [Path(parts.artifacts.address)] if "://" not in parts.artifacts.address else []
        return [*kept, Path(parts.database.url.partition(":///")[2])] if parts.database.sqlite else kept


def _no_room(folders: list[Path]) -> list[str]:
    """What keeps gofer from writing there; each disk is named once."""
    found: dict[int, str] = {}
    for folder in folders:
        there = next((place for place in (folder, *folder.parents) if place.exists()), folder)
        with suppress(OSError):
            disk, device = os.statvfs(there), there.stat().st_dev
            if disk.f_flag & os.ST_RDONLY:
                found[device] = f"The disk of {there} can only be read."
            elif disk.f_bavail * disk.f_frsize < ROOM_BYTES:
                found[device] = f"The disk of {there} is full."
    return list(found.values())


def _count(connection: sa.Connection, limit: float) -> tuple[dict[str, int], int]:
    return runs.counts(connection), runs.stuck(connection, limit)
