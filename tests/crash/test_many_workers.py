"""Three workers on one PostgreSQL: one is killed, frozen, closed or told from elsewhere; the runs do not suffer."""

import asyncio
import os
import signal
import time
from collections import Counter

from tests.crash.world import World, check_events, check_tellings

from gofer.core.run import Status

THREE = ("one", "two", "three")


def three(world: World, **life: object) -> list[int]:
    """Three workers that serve."""
    workers = [world.bear(worker=name, **life) for name in THREE]
    for worker in workers:
        world.nursery.up(worker)
    return workers


async def begun(world: World, count: int) -> None:
    """Wait until so many runs did something outside."""
    async with asyncio.timeout(20):
        while len({line["run"] for line in world.ledger()}) < count:
            await asyncio.sleep(0.02)


def busiest(world: World) -> int:
    """The worker that carries the most runs, by its last line for each."""
    last: dict[str, int] = {line["run"]: line["pid"] for line in world.ledger()}
    return Counter(last.values()).most_common(1)[0][0]


def most_at_once(world: World, runs: list[str]) -> int:
    """How many of these runs worked at the same time at most."""
    working = most = 0
    for line in world.ledger():
        if line["run"] in runs:
            working += 1 if line["what"] == "enter" else -1
            most = max(most, working)
    return most


async def test_the_runs_of_a_killed_worker_go_on_elsewhere_within_ten_seconds(shared: World) -> None:
    three(shared)
    started = await shared.start(*["march"] * 9, seconds=0.4)
    await begun(shared, 9)
    victim = busiest(shared)
    orphans = {line["run"] for line in shared.ledger() if line["pid"] == victim}
    shared.kill(victim)
    killed = time.time()
    await shared.ended(started)
    await shared.audit()
    later = [line for line in shared.ledger() if line["run"] in orphans and line["pid"] != victim]
    gaps = [min(line["at"] for line in later if line["run"] == run) - killed for run in orphans]
    assert max(gaps) < 10, gaps


async def test_a_frozen_worker_fences_itself_and_its_runs_end_elsewhere_once(shared: World) -> None:
    three(shared)
    started = await shared.start(*["march", "think"] * 4, seconds=0.4)
    await begun(shared, 8)
    frozen = busiest(shared)
    os.kill(frozen, signal.SIGSTOP)
    await shared.ended(started)
    settled = await shared.books()
    os.kill(frozen, signal.SIGCONT)
    assert shared.nursery.dead(frozen, 15) == 75
    shared.kills += 1
    late = {line["run"] for line in shared.ledger()[-8:] if line["pid"] == frozen}
    await shared.audit(late=frozen)
    assert await shared.books() == settled, f"a frozen worker wrote into {late}"


async def taken_over(world: World, frozen: int, runs: list[str]) -> None:
    """Wait until another worker has done something for one of these runs."""
    async with asyncio.timeout(60):
        while not any(line["run"] in runs and line["pid"] != frozen for line in world.ledger()):
            await asyncio.sleep(0.02)


async def test_a_worker_that_wakes_while_another_carries_its_runs_writes_nothing_into_them(shared: World) -> None:
    three(shared)
    started = await shared.start(*["march"] * 6, seconds=2.0)
    await begun(shared, 6)
    frozen = busiest(shared)
    orphans = sorted({line["run"] for line in shared.ledger() if line["pid"] == frozen})
    os.kill(frozen, signal.SIGSTOP)
    await taken_over(shared, frozen, orphans)
    books = await shared.books()
    assert not any(books[run_id][0].status.ended for run_id in orphans)
    os.kill(frozen, signal.SIGCONT)
    assert shared.nursery.dead(frozen, 15) == 75
    await shared.ended(started)
    for run_id in orphans:
        run, events = (await shared.books())[run_id]
        check_events(events)
        check_tellings(run.app, events)
        kinds = Counter(event.type for event in events)
        assert (run.output, kinds["step.finished"], kinds["run.recovered"]) == (6, 4, 1)
        after = [e.type for e in events if e.seq > next(e.seq for e in events if e.type == "run.recovered")]
        assert after == sorted(after, key=lambda kind: kind == "run.succeeded")


async def test_a_worker_that_is_closed_hands_its_runs_over_and_cancels_none(shared: World) -> None:
    three(shared)
    started = await shared.start(*["march"] * 6, seconds=0.3)
    await begun(shared, 6)
    closed = busiest(shared)
    os.kill(closed, signal.SIGTERM)
    assert shared.nursery.dead(closed, 15) == 0
    shared.kills += 1  # the step in flight is cut off, as by a kill
    await shared.ended(started, within=15)
    await shared.audit()


async def test_slots_keys_and_priority_hold_over_three_workers(shared: World) -> None:
    started = await shared.start(*["work"] * 12, seconds=0.15)
    same_profile = await shared.start(*["work"] * 4, seconds=0.1, profile="shopping")
    async with shared.client() as client:
        urgent = await client.start("work", priority=1)
    shared.started[urgent.id] = "work"
    three(shared, slots=3)
    await shared.ended([*started, *same_profile, urgent.id])
    assert most_at_once(shared, [*started, *same_profile, urgent.id]) == 3
    assert most_at_once(shared, same_profile) == 1
    assert urgent.id in [line["run"] for line in shared.ledger()[:3]]
    await shared.audit()


async def test_cancel_through_another_process_reaches_a_running_step_within_two_seconds(shared: World) -> None:
    three(shared)
    (run_id,) = await shared.start("hang")
    await begun(shared, 1)
    async with shared.client() as client:
        asked = time.time()
        await client.call("run.cancel", id=run_id)
        run = await client.ended(run_id, within=5)
    cleaned = next(line["at"] for line in shared.ledger() if line["what"] == "cleaned up")
    assert run.status is Status.CANCELLED
    assert cleaned - asked < 2
    await shared.nothing_is_held()


async def test_two_processes_that_start_one_key_start_one_run(shared: World) -> None:
    async with shared.client() as one, shared.client() as two:
        runs = await asyncio.gather(*[client.start("march", key="same") for client in (one, two) * 5])
    assert len({run.id for run in runs}) == 1
    shared.started[runs[0].id] = "march"
    shared.finish()
    await shared.audit()
