"""Shared desktops end with everything in them, and one that is in trouble is no trouble to the others."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from tests.kernel.letting import World, letting, run_of

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Egress
from gofer.kernel import houses
from gofer.kernel.parts import Policy
from gofer.kernel.sharing import Sharing
from gofer.kernel.warm import SPEC
from gofer.storage import leases
from gofer.testing.harness import Harness

ANN = run_of("ann")


async def until(true: Callable[[], object], seconds: float = 10) -> None:
    """Wait for it."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


def sharing(kernel: Harness) -> Sharing:
    """The part under test."""
    return kernel.kernel.lender.sharing


async def visit(kernel: Harness, principal: str = "ann") -> None:
    """An errand that has a room for an instant."""
    async with sharing(kernel).room(run_of(principal), Egress()):
        await asyncio.sleep(0)


async def living(kernel: Harness) -> list[str]:
    """Desktops that were not destroyed."""
    return [ref.id for ref in await kernel.kernel.parts.sandboxes.living()]


async def held(kernel: Harness) -> list[str]:
    """Desktops that the reaper must leave alone."""
    parts = kernel.kernel.parts
    return [row["ref"] for row in await parts.database.read(partial(leases.held_on, host=parts.host))]


async def test_an_errand_that_is_cancelled_while_its_room_is_looked_at_leaves_nothing_open(folder: Path) -> None:
    world = World()
    async with letting(folder, world, Policy(warm_contexts=1)) as kernel:
        await visit(kernel)
        (house,) = sharing(kernel).houses
        await until(lambda: house.ready)
        (waiting,) = {name for name in world.open if name.startswith("room")}
        world.hanging.add(f"look at {waiting}")
        coming = asyncio.create_task(visit(kernel))
        await asyncio.sleep(0.05)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        assert house.taken == 0
        await until(lambda: house.ready)
        assert waiting not in world.open
        assert sorted(name.split()[0] for name in world.open) == ["box", "browser", "lane", "room"]


@pytest.mark.parametrize("trouble", ["broken", "hanging"])
async def test_a_room_that_does_not_close_still_loses_its_way_out(
    folder: Path, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "CLOSE_SECONDS", 0.1)
    world = World()
    getattr(world, trouble).add("close room 1")
    async with letting(folder, world) as kernel:
        await visit(kernel)
        assert world.open == {"box 1", "browser 1", "room 1"}
        assert sharing(kernel).houses[0].taken == 0


@pytest.mark.parametrize("part", ["room 2", "lane 2", "browser 1", "box 1"])
@pytest.mark.parametrize("trouble", ["broken", "hanging"])
async def test_a_desktop_ends_though_something_in_it_does_not(
    folder: Path, part: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "CLOSE_SECONDS", 0.1)
    world = World()
    getattr(world, trouble).add(f"close {part}")
    async with letting(folder, world, Policy(warm_contexts=1, shared_idle_seconds=0.5)) as kernel:
        await visit(kernel)
        await until(lambda: not sharing(kernel).houses)
        assert world.open == {part}
        assert await living(kernel) == []
        assert await held(kernel) == []


async def test_a_desktop_that_cannot_be_destroyed_is_the_reapers_and_tried_again(folder: Path) -> None:
    world = World()
    world.broken.add("destroy box 1")
    async with letting(folder, world, Policy(warm_contexts=0, shared_idle_seconds=0.1)) as kernel:
        await visit(kernel)
        await until(lambda: "box 1" not in world.open)
        await asyncio.sleep(0.05)
        assert await living(kernel) == ["box 1"]
        assert await held(kernel) == []
        assert len(sharing(kernel).houses) == 1
        assert not sharing(kernel).houses[0].has_place
        world.broken.clear()
        await until(lambda: not sharing(kernel).houses)
        assert await living(kernel) == []


async def test_closing_gofer_ends_every_desktop_though_one_does_not_end(folder: Path) -> None:
    world = World()
    world.broken.add("destroy box 1")
    async with letting(folder, world) as kernel:
        await visit(kernel, "ann")
        await visit(kernel, "bob")
        await kernel.kernel.lender.close()
        assert await living(kernel) == ["box 1"]
        assert await held(kernel) == []


async def test_a_browser_that_hangs_keeps_no_other_from_being_looked_after(folder: Path) -> None:
    world = World()
    policy = Policy(warm_contexts=1, shared_idle_seconds=1.0)
    async with letting(folder, world, policy) as kernel, sharing(kernel).room(ANN, Egress()):
        (first,) = sharing(kernel).houses
        await until(lambda: first.ready)
        world.hanging.add("rooms of browser 1")
        async with sharing(kernel).room(ANN, Egress()):  # takes the room that waited
            await visit(kernel, "bob")
            (second,) = set(sharing(kernel).houses) - {first}
            await until(lambda: second.ready, seconds=5)
            await until(lambda: second not in sharing(kernel).houses, seconds=5)


async def test_a_browser_that_opens_no_context_for_long_takes_nobody_in_any_more(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(houses, "MAKE_SECONDS", 0.2)
    monkeypatch.setattr(houses, "STUCK_SECONDS", 0.5)
    world = World()
    async with letting(folder, world) as kernel:
        await visit(kernel)
        world.hanging.add("rooms of browser 1")
        with pytest.raises(Unavailable, match="does not open a context"):
            await visit(kernel)
        assert sharing(kernel).houses[0].has_place, "it may only be slow"
        await visit(kernel)
        assert world.made["browser"] == 2, "the second try was in a new one"
        await until(lambda: len(sharing(kernel).houses) == 1)
        assert await living(kernel) == ["box 2"]


async def test_a_desktop_whose_browser_cannot_be_shared_ends(folder: Path) -> None:
    world = World()
    world.broken |= {"share", "close box 1"}
    async with letting(folder, world) as kernel:
        with pytest.raises(ConnectionError):
            await visit(kernel)
        assert await living(kernel) == []
        assert await held(kernel) == []
        assert sharing(kernel).houses == []


async def test_closing_gofer_ends_every_warm_desktop_though_one_does_not_end(folder: Path) -> None:
    world = World()
    async with letting(folder, world, Policy(warm_desktops=3)) as kernel:
        warm = kernel.kernel.lender.warm
        await until(lambda: warm.ready == 3)
        world.broken.add("destroy box 1")
        await kernel.kernel.lender.close()
        assert await living(kernel) == ["box 1"]
        assert await held(kernel) == []


async def test_a_warm_desktop_whose_taker_goes_away_is_not_lost(folder: Path) -> None:
    world = World()
    async with letting(folder, world, Policy(warm_desktops=1)) as kernel:
        warm = kernel.kernel.lender.warm
        await until(lambda: warm.ready == 1)
        world.hanging.add("attach box 1")
        coming = asyncio.create_task(warm.create(SPEC))
        await asyncio.sleep(0.05)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await until(lambda: warm.ready == 1)
        assert await living(kernel) == await held(kernel) == ["box 2"]
