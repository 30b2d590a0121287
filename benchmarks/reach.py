"""How many of MiniWoB++'s tasks our view and actions reach; `benchmarks/miniwob.py` tells each of them."""

from benchmarks.figure import Figure
from benchmarks.oracle.episodes import Outcome, played
from benchmarks.oracle.stage import tasks

SEED = 1


async def measure() -> list[Figure]:
    """One episode of every task."""
    outcomes = [outcome async for outcome in played(tasks(), SEED)]
    return [as_figure(outcomes)]


def as_figure(outcomes: list[Outcome]) -> Figure:
    """The share, and the names of what was missed."""
    missed = [outcome.task for outcome in outcomes if not outcome.reached]
    reached = len(outcomes) - len(missed)
    value = f"{reached} of {len(outcomes)} ({reached / len(outcomes):.1%}); missed: {', '.join(missed) or 'none'}"
    method = f"one episode a task, seed {SEED}, 60 s each; no script of the oracle's runs in a page"
    return Figure("MiniWoB++ tasks an oracle reaches", "≥ 95 %", value, method)
