"""A seeded sample of MiniWoB++: what an agent needs to do these is in the view and the actions."""

import pytest
from benchmarks.oracle.episodes import play
from benchmarks.oracle.solvers import SOLVERS, SOMETIMES, UNREACHABLE
from benchmarks.oracle.stage import staged, tasks

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

SAMPLE = (
    "book-flight-nodelay", "click-checkboxes-soft", "click-menu", "count-sides", "drag-items-grid", "draw-circle",
    "email-inbox-nl-turk", "form-sequence", "highlight-text-2", "multi-layouts", "search-engine", "text-editor",
    "simon-says", "use-slider-2",
)  # fmt: skip

SEED = 1


async def test_a_sample_of_the_tasks_is_done_with_gofers_view_and_actions_alone() -> None:
    async with staged() as stage:
        missed = [str(outcome) for task in SAMPLE if not (outcome := await play(stage, task, SEED)).reached]
    assert missed == []


async def test_every_task_has_a_solver_or_a_reason() -> None:
    assert set(tasks()) == set(SOLVERS)
    assert set(UNREACHABLE) | set(SOMETIMES) <= set(SOLVERS)
