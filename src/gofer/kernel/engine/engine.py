"""Carries a run's steps: each result is written down before the next step, and found again after a crash."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from dbos import DBOS, SetWorkflowID, StepOptions
from pydantic import JsonValue

from gofer.core.errors import Unavailable
from gofer.kernel.engine.serializer import JsonSerializer, refuse_pickle
from gofer.storage.engine import open_step_engine

VERSION = "gofer-1"
"""Constant: DBOS's default changes with every edit and upgrade, and then strands the runs in flight."""

FOREVER = 1_000_000
"""Recoveries that DBOS allows. gofer counts crashes itself, so that restarts do not wear out a waiting run."""

LOST = "lost"
"""Stands where one of several steps that were made at once has no result, while a later one has."""

Body = Callable[[str], Awaitable[None]]


class Engine:
    """One per process, because DBOS is. `body(run_id)` is called once per start and again after every crash."""

    def __init__(self, url: str, worker: str, body: Body) -> None:
        self._url = url
        self._worker = worker
        self._body = body
        self._start: Callable[[str], Any] | None = None
        self.confirmed: Callable[[], Awaitable[None]] = _at_once
        """Waits until the lease is certainly ours; asked before a run or step begins and before one is recorded."""

    async def launch(self) -> None:
        """Open the step log and go on with this worker's unfinished runs."""
        refuse_pickle()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        DBOS(
            config={
                "name": "gofer",
                "system_database_url": self._url,
                "system_database_engine": open_step_engine(self._url),
                "application_version": VERSION,
                "executor_id": self._worker,
                "serializer": JsonSerializer(),
                "log_level": "ERROR",
                "scheduler_polling_interval_sec": 3600.0,
            }
        )

        async def run(run_id: str) -> None:
            await self._body(run_id)

        self._start = DBOS.workflow(name="run", max_recovery_attempts=FOREVER)(run)
        DBOS.launch()

    async def start(self, run_id: str) -> None:
        """Begin the run here, now."""
        if self._start is None:
            raise Unavailable("This gofer is not up yet.")
        await self.confirmed()
        with SetWorkflowID(run_id):
            await DBOS.start_workflow_async(self._start, run_id)

    async def step(self, name: str, work: Callable[[], Awaitable[JsonValue]]) -> JsonValue:
        """What `work()` returned, now or before the crash. Call it only inside `body`."""

        async def step() -> JsonValue:
            await self.confirmed()
            result = await work()
            await self.confirmed()
            return result

        options: StepOptions = {"name": name}
        return await DBOS.run_step_async(options, step)

    def knows(self, run_id: str) -> bool:
        """Whether the step log has heard of this run. Blocking."""
        return DBOS.get_workflow_status(run_id) is not None

    async def history(self, run_id: str) -> list[str]:
        """Names of the steps that are recorded of this run, in order; LOST where a crash cut one off among others."""
        # Not `to_thread`: it would take the run's context along, and DBOS would record the question as a step.
        return await asyncio.get_running_loop().run_in_executor(None, _recorded, run_id)

    def recover(self, workers: list[str]) -> None:
        """Take up the unfinished runs of dead workers; repeating is harmless. Blocking: call it in a thread."""
        DBOS._recover_pending_workflows(workers)

    def strangers(self) -> list[tuple[str, str]]:
        """Unfinished runs that another version of the engine wrote, as (run id, version)."""
        found = DBOS.list_workflows(status=["PENDING", "ENQUEUED"], load_input=False, load_output=False)
        return [(w.workflow_id, str(w.app_version)) for w in found if w.app_version != VERSION]

    def completed(self, before: datetime, most: int) -> list[str]:
        """Ids of some runs whose steps nobody needs since that moment, the oldest first. Blocking."""
        found = DBOS.list_workflows(
            completed_before=before.isoformat(), limit=most, load_input=False, load_output=False
        )
        return [workflow.workflow_id for workflow in found]

    def forget(self, run_ids: list[str]) -> None:
        """Drop the steps of ended runs. Blocking."""
        DBOS.delete_workflows(run_ids)

    async def close(self) -> None:
        """Stop; what is unfinished goes on at the next launch."""
        if self._start is not None:
            self._start = None
            await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0, destroy_registry=True)
            # DBOS made its own, now closed, pool the loop's default.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())


def _recorded(run_id: str) -> list[str]:
    names = {step["function_id"]: step["function_name"] for step in DBOS.list_workflow_steps(run_id, load_output=False)}
    return [names.get(place, LOST) for place in range(1, max(names, default=0) + 1)]


async def _at_once() -> None:
    return None
