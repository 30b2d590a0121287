"""What can be asked about gofer itself."""

from functools import partial
from typing import Literal

import sqlalchemy as sa
from pydantic import BaseModel

from gofer import __version__
from gofer.core.errors import GoferError
from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.core.run import Status
from gofer.core.sandbox import Profile
from gofer.kernel.kernel import Kernel
from gofer.ops.runs import Asked
from gofer.storage import runs

STUCK_SECONDS = 900.0
"""A run at work to which nothing happened for this long is counted as stuck."""


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


class SystemOperations:
    """The operations on gofer itself."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        return [
            Operation(
                "system.status", "How gofer is.", "system:read", Nothing, SystemStatus, self.status, "GET", "/system"
            )
        ]

    async def status(self, _principal: Principal, _wanted: Nothing) -> SystemStatus:
        """Health, counts and problems, as sentences."""
        problems = self._sandbox_problems()
        ready = not problems
        limit = self._kernel.parts.clock.now().timestamp() - STUCK_SECONDS
        try:
            counts, stuck = await self._kernel.parts.database.read(partial(_count, limit=limit))
        except GoferError as error:
            return SystemStatus(
                status="down", version=__version__, sandbox_ready=ready, problems=[*problems, error.message]
            )
        return SystemStatus(
            status="ok" if ready and not stuck else "degraded",
            version=__version__,
            sandbox_ready=ready,
            active_runs=counts.get(Status.RUNNING.value, 0),
            queued_runs=counts.get(Status.QUEUED.value, 0),
            waiting_runs=counts.get(Status.WAITING.value, 0),
            stuck_runs=stuck,
            problems=problems,
        )

    def _sandbox_problems(self) -> list[str]:
        return self._kernel.parts.sandboxes.problems(Profile.DESKTOP)


def _count(connection: sa.Connection, limit: float) -> tuple[dict[str, int], int]:
    return runs.counts(connection), runs.stuck(connection, limit)
