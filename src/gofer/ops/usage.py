"""What can be asked about what runs did and cost."""

from functools import partial

from gofer.core.operation import Operation
from gofer.core.principal import Principal
from gofer.core.usage import Metrics
from gofer.kernel.kernel import Kernel
from gofer.ops.runs import OneRun, RunOperations
from gofer.ops.system import Nothing
from gofer.storage import usage


class UsageOperations:
    """The operations on usage."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def table(self) -> list[Operation]:
        """Rows for the table of operations."""
        of_run = ("run.metrics", "What a run did and cost.", "runs:read", OneRun, Metrics, self.of_run)
        totals = ("system.totals", "What all runs did and cost.", "system:read", Nothing, Metrics, self.totals)
        return [Operation(*of_run, "GET", "/runs/{id}/metrics"), Operation(*totals, "GET", "/totals")]

    async def of_run(self, principal: Principal, wanted: OneRun) -> Metrics:
        """Pages, requests, bytes, step timings, tokens and money."""
        run = await RunOperations(self._kernel).show(principal, wanted)
        return await self._kernel.parts.database.read(partial(usage.of_run, run_id=run.id))

    async def totals(self, _principal: Principal, _wanted: Nothing) -> Metrics:
        """The same over all runs; steps are not listed."""
        return await self._kernel.parts.database.read(usage.totals)
