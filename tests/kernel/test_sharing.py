"""Errands that share a Chromium: apart in cookies and rules, and one's trouble is not the others'."""

import asyncio
from pathlib import Path

import pytest
from tests.kernel.browsing import browsing

from gofer.core.request import Request
from gofer.core.run import Run, Status
from gofer.kernel.houses import House
from gofer.kernel.parts import Policy
from gofer.testing.harness import Harness

pytestmark = pytest.mark.chromium

OUTSIDE = "http://outside.example/"


def houses(kernel: Harness) -> list[House]:
    """The shared desktops that run now."""
    return kernel.kernel.lender.sharing.houses


async def kill_the_browser(house: House) -> None:
    """As a lack of memory would."""
    await house.box.run(["pkill", "-9", "-f", "remote-debugging-port"])


async def test_errands_share_a_browser_and_no_cookies(folder: Path) -> None:
    async with browsing(folder) as kernel:
        runs = [await kernel.start("errand", paths=["/enter", "/"], shared=True) for _ in range(3)]
        ended = [await kernel.ended(run.id) for run in runs]
        assert [run.output for run in ended] == ["known"] * 3
        assert (await kernel.run("errand", shared=True)).output == "stranger"
        assert len(houses(kernel)) == 1


async def test_each_errand_has_egress_rules_of_its_own(folder: Path) -> None:
    async with browsing(folder) as kernel:
        free = await kernel.run("errand", paths=["/", OUTSIDE], shared=True, allow=("outside.example",))
        bound = await kernel.run("errand", paths=["/", OUTSIDE], shared=True, allow=("other.example",))
        assert len(houses(kernel)) == 1
        for run in (free, bound):
            assert run.status is Status.FAILED
        assert free.error is not None
        assert bound.error is not None
        assert "not allowed for this errand" not in free.error.message
        assert "not allowed for this errand" in bound.error.message
        refused = [event.data["host"] for event in await kernel.events(bound.id) if event.type == "egress.refused"]
        assert refused == ["outside.example"]
        assert not [event for event in await kernel.events(free.id) if event.type == "egress.refused"]


async def test_the_browsers_own_machine_is_out_of_reach(folder: Path) -> None:
    async with browsing(folder) as kernel:
        for port in (9222, 3128, 3200, 3201):
            address = f"http://127.0.0.1:{port}/json/list"
            run = await kernel.run("errand", paths=[address], shared=True, allow=("*", f"127.0.0.1:{port}"))
            assert run.status is Status.FAILED
            assert run.error is not None
            assert "webSocketDebuggerUrl" not in run.error.message


async def test_principals_do_not_meet_in_one_browser(folder: Path) -> None:
    async def both(kernel: Harness) -> list[Run]:
        wanted = {"shared": True, "paths": ["/enter"]}
        asked = [Request(app="errand", input=wanted, principal=name) for name in ("ann", "bob")]
        runs = [await kernel.kernel.intake.accept(request) for request in asked]
        return [await kernel.ended(run.id) for run in runs]

    async with browsing(folder / "apart") as kernel:
        assert {run.status for run in await both(kernel)} == {Status.SUCCEEDED}
        assert len(houses(kernel)) == 2
    async with browsing(folder / "together", Policy(share_across_principals=True)) as kernel:
        assert {run.output for run in await both(kernel)} == {"stranger"}
        assert len(houses(kernel)) == 1


async def test_a_browser_that_dies_costs_its_errands_one_attempt(folder: Path) -> None:
    async with browsing(folder) as kernel:
        await kernel.run("errand", shared=True)
        (before,) = houses(kernel)
        run = await kernel.start("errand", shared=True, paths=["/", "/?hold"])
        await kernel.happens(run.id, "step.started")
        await kill_the_browser(before)
        ended = await kernel.ended(run.id)
        assert ended.status is Status.SUCCEEDED, ended.error
        assert before not in houses(kernel) or not before.has_place


async def test_a_shared_desktop_that_nobody_uses_ends_and_leaves_nothing(folder: Path) -> None:
    async with browsing(folder, Policy(shared_idle_seconds=0.5)) as kernel:
        await kernel.run("errand", shared=True)
        async with asyncio.timeout(30):
            while houses(kernel) or await kernel.kernel.parts.sandboxes.living():
                await asyncio.sleep(0.1)


async def test_an_errand_costs_one_renderer(folder: Path) -> None:
    async with browsing(folder, Policy(warm_contexts=0)) as kernel:
        runs = [await kernel.start("errand", shared=True, ask=True) for _ in range(3)]
        for run in runs:
            await kernel.reaches(run.id, Status.WAITING)
        (house,) = houses(kernel)
        counted = await house.box.run(["pgrep", "-c", "-f", "type=renderer"])
        assert int(counted.stdout) <= len(runs) + 2, "the first window and the spare one besides"


async def test_rooms_are_made_ahead_and_a_dead_one_is_thrown_away(folder: Path) -> None:
    async with browsing(folder, Policy(warm_contexts=2)) as kernel:
        await kernel.run("errand", shared=True)
        (house,) = houses(kernel)
        async with asyncio.timeout(30):
            while house.ready < 2:
                await asyncio.sleep(0.05)
        first = house._ready[0]
        assert first.room is not None
        await first.room.close()
        assert (await kernel.run("errand", shared=True, paths=["/enter", "/"])).output == "known"


async def test_closing_gofer_ends_what_was_kept(folder: Path) -> None:
    async with browsing(folder, Policy(warm_desktops=1)) as kernel:
        await kernel.run("errand", shared=True)
        async with asyncio.timeout(60):
            while not kernel.kernel.lender.warm.ready:
                await asyncio.sleep(0.1)
        provider = kernel.kernel.parts.sandboxes
        for _ in range(3):
            assert await kernel.kernel.lender.reap() == [], "what a worker keeps is not reaped"
        assert len(await provider.living()) == 2
        await kernel.kernel.lender.close()
        assert await provider.living() == []


async def test_what_a_worker_kept_before_it_was_killed_is_reaped(folder: Path) -> None:
    async with browsing(folder, Policy(warm_desktops=1)) as kernel:
        await kernel.run("errand", shared=True)
        lender, provider = kernel.kernel.lender, kernel.kernel.parts.sandboxes
        async with asyncio.timeout(60):
            while not lender.warm.ready:
                await asyncio.sleep(0.1)
        assert len(await provider.living()) == 2
        await lender.keeping.begin()  # as the next worker of this name does
        ended = [ref for _ in range(2) for ref in await lender.reap()]
        assert len(ended) == 2
        assert await provider.living() == []


async def test_a_warm_desktop_gets_the_runs_rules_and_is_used_once(folder: Path) -> None:
    async with browsing(folder, Policy(warm_desktops=1)) as kernel:
        warm = kernel.kernel.lender.warm
        refs = []
        for _ in range(2):
            async with asyncio.timeout(60):
                while not warm.ready:
                    await asyncio.sleep(0.1)
            refs.append(warm._waiting[0].ref.id)
            run = await kernel.run("errand", paths=["/enter", OUTSIDE], allow=("other.example",), profile=None)
            assert run.error is not None
            assert "not allowed for this errand" in run.error.message
            assert [e.data["host"] for e in await kernel.events(run.id) if e.type == "egress.refused"][:1] == [
                "outside.example"
            ]
        assert refs[0] != refs[1]


async def test_a_warm_desktop_that_died_is_thrown_away(folder: Path) -> None:
    async with browsing(folder, Policy(warm_desktops=1)) as kernel:
        async with asyncio.timeout(60):
            while not kernel.kernel.lender.warm.ready:
                await asyncio.sleep(0.1)
        ref = kernel.kernel.lender.warm._waiting[0].ref
        await kernel.kernel.parts.sandboxes.destroy(ref)
        assert (await kernel.run("errand")).output == "stranger"
