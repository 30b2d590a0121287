"""A worker that is killed. `python -m tests.crash.worker` is a nursery: it forks workers that need no time to import.

Orders come as JSON lines on stdin, one `Life` each; it says `born PID` and `dead PID CODE` on its first stdout.
"""

import asyncio
import json
import os
import select
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from pydantic import JsonValue
from tests.crash.applications import APPLICATIONS, LEDGER, on_tick, scripted_model, tick

from gofer.core.principal import OWNER
from gofer.core.question import QuestionState
from gofer.kernel.engine.engine import Engine
from gofer.kernel.parts import Policy
from gofer.kernel.steps import Work
from gofer.sandboxes.local import LocalSandboxes
from gofer.storage import runs
from gofer.storage.database import Database
from gofer.storage.tables import questions
from gofer.testing.harness import Harness, Setup, harness
from gofer.testing.sandboxes import NoSandboxes


@dataclass(frozen=True)
class Life:
    """What a worker does until it dies: at the `nth` time that it reaches `point`, or after `seconds`."""

    folder: str
    database: str | None = None
    worker: str = "local"
    point: str | None = None
    nth: int = 1
    seconds: float | None = None
    answers: bool = True
    until_idle: bool = False
    sandboxes: bool = False
    slots: int = 10


TOLD = 3
"""Where the nursery speaks to the test: stdout is for the log."""


def tell(line: str) -> None:
    """One line, in one write."""
    os.write(TOLD, f"{line}\n".encode())


def die() -> None:
    """What the kernel's out-of-memory killer would do."""
    os.kill(os.getpid(), signal.SIGKILL)


def live(life: Life) -> int:
    """One worker, from its start to its end."""
    os.environ[LEDGER] = str(Path(life.folder) / "ledger")
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
    arm(life)
    return asyncio.run(_serve(life))


def arm(life: Life) -> None:
    """Hang the killer up at every named point, outside of the product's own code."""
    reached = 0

    def hear(point: str) -> None:
        nonlocal reached
        reached += point == life.point
        if point == life.point and reached == life.nth:
            die()

    on_tick(hear)
    watch_commits()
    watch_steps()
    if life.seconds is not None:
        timer = threading.Timer(life.seconds, die)
        timer.daemon = True
        timer.start()


def watch_commits() -> None:
    """Reach `stored` after each batch of writes, and `commit` right before each commit of either database."""
    commit = Database._commit

    def then(database: Database, batch: Any, last: bool = False) -> Any:
        homeless = commit(database, batch, last)
        tick("stored")
        return homeless

    setattr(Database, "_commit", then)  # noqa: B010 - in this process only, which is about to die
    sa.event.listen(sa.Engine, "commit", lambda _connection: tick("commit"))


def watch_steps() -> None:
    """Reach `recorded` after each step whose result was written down in this life."""
    step = Engine.step

    async def then(engine: Engine, name: str, work: Work) -> JsonValue:
        made = False

        async def making() -> JsonValue:
            nonlocal made
            made = True
            return await work()

        result = await step(engine, name, making)
        if made:
            tick("recorded")
        return result

    setattr(Engine, "step", then)  # noqa: B010 - as above


async def _serve(life: Life) -> int:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    folder = Path(life.folder)
    setup = Setup(
        folder,
        APPLICATIONS,
        database=life.database,
        worker=life.worker,
        model=scripted_model(),
        policy=Policy(concurrent_runs=life.slots, per_principal=life.slots, retry_seconds=0.05, allow_unpriced=True),
        sandboxes=LocalSandboxes(folder / "boxes") if life.sandboxes else NoSandboxes(),
    )
    async with harness(setup) as gofer:
        tell(f"up {os.getpid()}")
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(stop.wait())]
        if life.answers:
            waits.append(asyncio.create_task(_answer(gofer)))
        if life.until_idle:
            waits.append(asyncio.create_task(_idle(gofer)))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
    return 0


async def _answer(gofer: Harness) -> None:
    while True:
        for run_id in await gofer.kernel.parts.database.read(_asking):
            await gofer.call("run.answer", OWNER, id=run_id, answer="yes")
        await asyncio.sleep(0.05)


def _asking(connection: sa.Connection) -> list[str]:
    still_open = sa.select(questions.c.run_id).where(questions.c.state == QuestionState.OPEN.value)
    return list(connection.execute(still_open).scalars())


async def _idle(gofer: Harness) -> None:
    while await gofer.kernel.parts.database.read(runs.counts):
        await asyncio.sleep(0.03)


def nursery() -> None:
    """Fork a worker for each order, tell of births and deaths, end with stdin."""
    children: set[int] = set()
    while True:
        ready, _, _ = select.select([sys.stdin], [], [], 0.02)
        if ready:
            line = sys.stdin.readline()
            if not line:
                break
            children.add(_fork(partial(live, Life(**json.loads(line)))))
        _bury(children)
    for child in children:
        os.kill(child, signal.SIGKILL)


def _fork(work: Callable[[], int]) -> int:
    if child := os.fork():
        tell(f"born {child}")
        return child
    code = 70
    try:
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def _bury(children: set[int]) -> None:
    for child in list(children):
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            children.discard(child)
            tell(f"dead {child} {os.waitstatus_to_exitcode(status)}")


if __name__ == "__main__":
    os.dup2(1, TOLD)
    os.dup2(2, 1)
    nursery()
