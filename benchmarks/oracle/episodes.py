"""Episodes of MiniWoB++: played by the oracle, told in a line each."""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from benchmarks.oracle.player import Player
from benchmarks.oracle.solvers import SOLVERS, SOMETIMES, UNREACHABLE
from benchmarks.oracle.stage import Stage, staged, tasks

REACHED = 0.5
"""From this raw reward on a task counts as reached: some give parts of 1 for how exact an answer is."""

LONGEST = 60.0


@dataclass(frozen=True)
class Outcome:
    """How one episode went."""

    task: str
    reward: float
    seconds: float
    trouble: str = ""

    @property
    def reached(self) -> bool:
        """Whether the task was done."""
        return self.reward >= REACHED

    def __str__(self) -> str:
        """A line for people."""
        word = "reached" if self.reached else "MISSED"
        return f"{self.task:32} {word:8} {self.reward:5.2f} {self.seconds:6.1f} s  {self.trouble}".rstrip()


async def play(stage: Stage, task: str, seed: int) -> Outcome:
    """One episode."""
    began, trouble = time.monotonic(), UNREACHABLE.get(task, SOMETIMES.get(task, ""))
    try:
        asked = await stage.begin(task, seed)
        async with asyncio.timeout(LONGEST):
            await SOLVERS[task](Player(stage.browser, asked))
    except Exception as error:  # whatever goes wrong is this task's outcome, and the next one is played
        trouble = trouble or f"{type(error).__name__}: {error}".splitlines()[0][:150]
    reward = await stage.reward()
    return Outcome(task, reward, time.monotonic() - began, "" if reward >= REACHED else trouble or "wrong answer")


async def played(names: Sequence[str], seed: int) -> AsyncIterator[Outcome]:
    """An episode of each task."""
    async with staged() as stage:
        for name in names:
            yield await play(stage, name, seed)


async def main(names: Sequence[str], seed: int) -> int:
    """Print a line a task and the share; 1 where a task was missed."""
    missed = []
    async for outcome in played(names, seed):
        print(outcome, flush=True)
        missed += [] if outcome.reached else [outcome.task]
    share = 1 - len(missed) / len(names)
    print(f"{len(names) - len(missed)} of {len(names)} reached ({share:.1%}); missed: {', '.join(missed) or 'none'}")
    return bool(missed)


def asked() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description="Play MiniWoB++ with gofer's view and actions.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tasks", default="", help="names with commas between them; all without")
    return parser.parse_args()


def run() -> int:
    """Play what the command line says."""
    told = asked()
    chosen = [name.strip() for name in told.tasks.split(",") if name.strip()] or tasks()
    return asyncio.run(main(chosen, told.seed))
