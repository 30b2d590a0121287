"""What a crash test sees: workers that it kills, runs that it starts, and the books that must be right at the end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import psutil
from tests.crash.applications import APPLICATIONS, TURNS
from tests.crash.worker import Life

from gofer.core.event import Event
from gofer.core.run import Run, Status
from gofer.kernel.kernel import Kernel
from gofer.sandboxes.local import LocalSandboxes
from gofer.storage import runs
from gofer.storage.database import Database
from gofer.storage.schema import prepare
from gofer.testing.harness import Harness, Setup, _parts

REPOSITORY = Path(__file__).parents[2]

EXPECTED: dict[str, list[str]] = {
    "march": ["step 0", "step 1", "step 2", "step 3"],
    "think": [line for n in range(TURNS) for line in (f"reply {n}", f"tool {n}")] + [f"reply {TURNS}"],
    "consult": [line for n in range(TURNS) for line in (f"reply {n}", f"tool {n}")] + [f"reply {TURNS}"],
    "ask": ["step 0", "step 1"],
    "stumble": ["reply 0", "step 0", "step 1"],
    "box": ["step 0", "step 1", "step 2"],
}
"""What each application does outside, in order."""

REPLIES = {"think": TURNS + 1, "consult": TURNS + 1, "stumble": 1}
TOOLS = {"think": TURNS, "consult": TURNS}
QUESTIONS = {"consult": TURNS, "ask": 1}


class Nursery:
    """A process that has everything imported and forks workers from itself."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.worker"],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": f"{REPOSITORY / 'src'}:{REPOSITORY}", "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        self._changed = threading.Condition()
        self._births: list[int] = []
        self.deaths: dict[int, int] = {}
        self._up: set[int] = set()
        threading.Thread(target=self._hear, daemon=True).start()

    def bear(self, life: Life) -> int:
        """A new worker; gives its process id."""
        with self._changed:
            count = len(self._births)
            assert self._process.stdin
            self._process.stdin.write(json.dumps(asdict(life)) + "\n")
            self._process.stdin.flush()
            assert self._changed.wait_for(lambda: len(self._births) > count, 30), "no worker was born"
            return self._births[-1]

    def up(self, worker: int) -> None:
        """Wait until it serves."""
        with self._changed:
            self._changed.wait_for(lambda: worker in self._up or worker in self.deaths, 30)
            assert worker in self._up, f"worker {worker} never served"

    def dead(self, worker: int, within: float = 60.0) -> int:
        """Wait for its end; gives its exit code, negative for a signal."""
        with self._changed:
            assert self._changed.wait_for(lambda: worker in self.deaths, within), f"worker {worker} still lives"
            return self.deaths[worker]

    def close(self) -> None:
        """End the nursery and whoever is left in it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)
        self._log.close()

    def _hear(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            word, *numbers = line.split()
            with self._changed:
                if word == "born":
                    self._births.append(int(numbers[0]))
                elif word == "up":
                    self._up.add(int(numbers[0]))
                elif word == "dead":
                    self.deaths[int(numbers[0])] = int(numbers[1])
                self._changed.notify_all()


@dataclass
class World:
    """One database and folder, the workers on it, and what they were asked to do."""

    folder: Path
    database: str | None
    nursery: Nursery
    kills: int = 0
    started: dict[str, str] = field(default_factory=dict)
    """Id of each run that was accepted, and its application."""
    workers: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Harness]:
        """A kernel that carries nothing: it starts runs, answers, cancels and looks."""
        database = Database(self.database or f"sqlite:///{self.folder / 'gofer.db'}")
        try:
            prepare(database)
            parts = _parts(Setup(self.folder, APPLICATIONS, database=self.database), database)
            yield Harness(Kernel(parts, ""))
        finally:
            database.close()

    async def start(self, *apps: str, **values: Any) -> list[str]:
        """Accept a run of each application."""
        async with self.client() as client:
            accepted = [await client.start(app, **values) for app in apps]
        self.started |= {run.id: run.app for run in accepted}
        return [run.id for run in accepted]

    def bear(self, **life: Any) -> int:
        """A worker on this database."""
        worker = self.nursery.bear(Life(str(self.folder), self.database, **life))
        self.workers.append(worker)
        return worker

    def kill(self, worker: int) -> None:
        """SIGKILL."""
        os.kill(worker, signal.SIGKILL)
        self.kills += 1

    def live(self, **life: Any) -> bool:
        """One life until its kill point, or until nothing is left to do; tells whether it was killed."""
        code = self.nursery.dead(self.bear(until_idle=True, **life))
        assert code in (0, -signal.SIGKILL), f"a worker ended with {code}"
        self.kills += code != 0
        return code != 0

    def finish(self, **life: Any) -> None:
        """Lives without a kill, until every run is over."""
        assert not self.live(**life)

    def clear(self) -> None:
        """Kill every worker that is left."""
        for worker in self.workers:
            if self.nursery.deaths.get(worker) is None:
                os.kill(worker, signal.SIGKILL)
                self.nursery.dead(worker)

    async def ended(self, run_ids: list[str], within: float = 30.0) -> None:
        """Wait until these runs are over."""
        async with self.client() as client, asyncio.timeout(within):
            for run_id in run_ids:
                while not (await client.show(run_id)).status.ended:
                    await asyncio.sleep(0.05)

    async def books(self) -> dict[str, tuple[Run, list[Event]]]:
        """Each run as it stands, with its events."""
        async with self.client() as client:
            return {run_id: (await client.show(run_id), await client.events(run_id)) for run_id in self.started}

    def ledger(self) -> list[dict[str, Any]]:
        """Everything that was done outside, oldest first."""
        path = self.folder / "ledger"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    async def audit(self, late: int | None = None) -> None:
        """Everything that must hold, however often workers were killed.

        The `late` worker was frozen: the step that it was in may end when it wakes, but nobody takes its result.
        """
        await self.nothing_is_held()
        books = await self.books()
        for run_id, (run, events) in books.items():
            assert run.status is Status.SUCCEEDED, (run_id, run.app, run.status, run.error, [e.type for e in events])
            check_events(events)
            check_tellings(run.app, events)
            check_costs(run, events)
            lines = on_time([line for line in self.ledger() if line["run"] == run_id], late)
            if run.app in EXPECTED:
                lives = 1 + sum(event.type == "run.recovered" for event in events)
                check_ledger(lines, EXPECTED[run.app], lives)

    async def nothing_is_held(self) -> None:
        """No slot, no sandbox, no process is left."""
        async with self.client() as client:
            assert await client.kernel.parts.database.read(runs.counts) == {}
        boxes = self.folder / "boxes"
        if boxes.exists():
            await reap(boxes)
            assert [path.name for path in boxes.iterdir() if path.is_dir()] == []
            assert processes_of(boxes) == []


async def reap(boxes: Path) -> None:
    """What the reaper does half a minute later: a kill between making a sandbox and writing its lease leaves one."""
    provider = LocalSandboxes(boxes)
    for ref in await provider.living():
        await provider.destroy(ref)


def on_time(lines: list[dict[str, Any]], late: int | None) -> list[str]:
    """What was done, without the one thing that a frozen worker may have done after the run had ended."""
    if lines and lines[-1]["pid"] == late and any(line["pid"] != late for line in lines):
        lines = lines[:-1]
    return [line["what"] for line in lines]


def check_events(events: list[Event]) -> None:
    """Gapless from 1, one start for each attempt, one ending, which is the last."""
    kinds = Counter(event.type for event in events)
    attempts = [event.data["attempt"] for event in events if event.type == "run.started"]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert attempts == list(range(1, kinds["run.retrying"] + 2)), attempts
    assert sum(kinds[kind] for kind in ("run.succeeded", "run.failed", "run.cancelled")) == 1, kinds
    assert events[-1].type in ("run.succeeded", "run.failed", "run.cancelled")


def check_tellings(app: str, events: list[Event]) -> None:
    """Whatever began ended, and each was told once: a kill neither loses nor repeats an event."""
    kinds = Counter(event.type for event in events)
    for one, other in (
        ("step.started", "step.finished"),
        ("tool.started", "tool.finished"),
        ("run.waiting", "run.resumed"),
    ):
        assert kinds[one] == kinds[other], (one, kinds)
    assert kinds["question.asked"] == kinds["question.answered"] + kinds["question.withdrawn"], kinds
    assert kinds["tool.started"] == TOOLS.get(app, 0), kinds
    assert kinds["question.answered"] == QUESTIONS.get(app, 0), kinds
    assert kinds["run.waiting"] <= kinds["question.asked"] + kinds["run.retrying"], kinds
    assert kinds["model.started"] >= kinds["model.finished"], kinds


def check_costs(run: Run, events: list[Event]) -> None:
    """What the run paid is what its recorded replies cost, each once."""
    replies = [event.data for event in events if event.type == "model.finished"]
    assert len(replies) == REPLIES.get(run.app, 0), (run.app, len(replies))
    for column in ("input_tokens", "output_tokens"):
        assert getattr(run.cost, column) == sum(int(str(reply[column])) for reply in replies), (run.app, column)


def check_ledger(lines: list[str], expected: list[str], lives: int) -> None:
    """Nothing was done again once something later was done, and each life repeats at most the step it began in."""
    assert [what for what, _ in groupby(lines)] == expected, lines
    assert len(lines) - len(expected) < lives, lines


def processes_of(folder: Path) -> list[str]:
    """Command lines that name this folder."""
    lines = []
    for process in psutil.process_iter():
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


@contextmanager
def nursery_of(folder: Path) -> Iterator[Nursery]:
    """A nursery for as long as the block runs; what its workers say on stderr is in `workers.log`."""
    nursery = Nursery(folder / "workers.log")
    try:
        yield nursery
    finally:
        nursery.close()
