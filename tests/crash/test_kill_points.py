"""A worker is killed with SIGKILL, again and again, at points that a seed chooses; nothing is lost or done twice."""

import random

import pytest
from tests.crash.applications import TURNS
from tests.crash.world import World

POINTS = {"step": 12, "tool": 6, "reply": 8, "recorded": 24, "stored": 40, "commit": 120}
"""Named points, and up to which occurrence of it a seed may choose: step made, result recorded, transaction …"""

KILLS = 5
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 7))]
MIXED = ("march", "think", "consult", "ask", "stumble")


def deadly(rng: random.Random) -> dict[str, float | int | str]:
    """Where the next life ends."""
    if rng.random() < 0.3:
        return {"seconds": rng.uniform(0.1, 1.0)}
    point = rng.choice(sorted(POINTS))
    return {"point": point, "nth": rng.randint(1, POINTS[point])}


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_killed_goes_on_and_nothing_is_done_or_paid_twice(world: World, seed: int) -> None:
    rng = random.Random(seed)
    while world.kills < KILLS:
        await world.start(*MIXED, *rng.choices(MIXED, k=3))
        world.live(**deadly(rng))
    world.finish()
    await world.audit()


@pytest.mark.parametrize("point", ["step", "tool", "reply", "recorded", "stored"])
async def test_a_run_killed_at_every_second_occurrence_of_a_point_ends_right(world: World, point: str) -> None:
    for nth in (1, 2, 3):
        await world.start("march", "think")
        assert world.live(point=point, nth=nth)
    world.finish()
    await world.audit()


async def test_what_was_recorded_before_the_kill_is_not_done_again_at_all(world: World) -> None:
    (run_id,) = await world.start("think")
    while world.live(point="recorded", nth=2):
        pass
    lines = [line["what"] for line in world.ledger() if line["run"] == run_id]
    assert len(lines) == len(set(lines)), lines
    assert world.kills >= 3
    await world.audit()


@pytest.mark.parametrize("point", ["tool", "stored", "recorded"])
async def test_a_question_inside_a_tool_outlives_the_worker_and_is_asked_once(world: World, point: str) -> None:
    (run_id,) = await world.start("consult")
    assert world.live(seconds=1.0, answers=False)
    for nth in (2, 4):
        world.live(point=point, nth=nth)
    world.finish()
    await world.audit()
    _, events = (await world.books())[run_id]
    questions = [e.data["question"]["question"]["text"] for e in events if e.type == "question.asked"]  # type: ignore[index,call-overload]
    assert questions == [f"What is {number}?" for number in range(TURNS)]


async def test_a_sandbox_outlives_its_worker_and_nothing_of_it_stays(world: World) -> None:
    for nth in (1, 2):
        await world.start("box", "box")
        assert world.live(point="step", nth=nth, sandboxes=True)
    world.finish(sandboxes=True)
    await world.audit()
    for run, events in (await world.books()).values():
        assert str(run.output).split()[-1] == "2"
        assert next(e.data["how"] for e in events if e.type == "sandbox.opened") == "new"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 130))
async def test_many_more_kills_change_nothing(world: World, seed: int) -> None:
    rng = random.Random(seed)
    while world.kills < 2 * KILLS:
        await world.start(*rng.choices(MIXED, k=8))
        world.live(**deadly(rng))
    world.finish()
    await world.audit()
