"""Replays of recorded errands: what a step takes, and how often it still hits the right element on a changed page."""

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import uvicorn

from benchmarks.errands import ERRANDS, World
from benchmarks.figure import Figure
from benchmarks.mutations import CHANGES, FLIPS
from benchmarks.workload import Nothing, kernel
from gofer.browser import replay
from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.drafting import Errand, Unfit, draft
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.browser.playbook import Playbook
from gofer.browser.recording import Notebook, Recorder, Recording
from gofer.browser.replay import Manner
from gofer.core.action import Action, Navigate
from gofer.core.application import Application, RunContext
from gofer.core.errors import GoferError
from gofer.core.event import BrowserActed
from gofer.core.page import Change
from gofer.testing.fake_run import FakeRun

SEEDS = range(1, 6)
ROUNDS = 5
THINKS = 1.5
"""Seconds a model takes for one reply of a tool call; a mid-size model's usual time, and the least it ever is."""

PATIENCE = 0.4
"""Seconds that a step on a changed page waits for its element; nothing on these pages comes late."""


@contextmanager
def served(world: World) -> Iterator[str]:
    """The site on loopback."""
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(world.site(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(3)


@contextmanager
def chromium() -> Iterator[str]:
    """A headless Chromium's DevTools address."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        flags = ["--headless=new", "--remote-debugging-port=0", "--no-first-run", f"--user-data-dir={profile}"]
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [shutil.which("chromium") or "chromium", *flags, *root, "about:blank"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            yield _address(Path(profile) / "DevToolsActivePort")
        finally:
            process.kill()
            process.wait()


def _address(file: Path) -> str:
    for _ in range(400):
        lines = file.read_text().split() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise RuntimeError("Chromium did not start")


@dataclass
class Stopwatch:
    """A browser that adds up how long its actions take; all else that a replay does is overhead."""

    wrapped: PlaywrightBrowser
    acted: list[float] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.wrapped, name)

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """The action, timed."""
        started = time.perf_counter()
        try:
            return await self.wrapped.act(action, tell=tell)
        finally:
            self.acted.append(time.perf_counter() - started)


async def recorded(
    browser: PlaywrightBrowser, world: World, address: str, name: str
) -> tuple[Playbook, tuple[str, ...]]:
    """An errand as a playbook, and the truth of what it touches."""
    world.begin()
    recording = Recording()

    async def nothing(_: Recording) -> None:
        return None

    async def load() -> Recording:
        return recording

    recorder = Recorder(browser, Notebook(load, nothing))
    await recorder.act(Navigate(url=f"{address}/{name}"))
    for action in ERRANDS[name]:
        await recorder.act(action)
    values = {f"v{n}": value for n, one in enumerate(ERRANDS[name]) if (value := getattr(one, "value", ""))}
    made = draft(recording, Errand("an errand", f"{address}/{name}", values), [])
    assert not isinstance(made, Unfit), made
    return made.model_copy(update={"steps": made.steps[:-1]}), world.truths


def values(name: str, address: str) -> dict[str, str]:
    """What the errand is given."""
    given = {f"v{n}": value for n, one in enumerate(ERRANDS[name]) if (value := getattr(one, "value", ""))}
    return {**given, "start_url": f"{address}/{name}"}


@dataclass
class Tally:
    """Over many replays on changed pages."""

    steps: int = 0
    right: int = 0
    wrong: int = 0
    false_successes: int = 0
    runs: int = 0
    whole: int = 0
    flipped: int = 0
    followed: int = 0
    """How often a step was done though its element meant something else."""
    ends: Counter[str] = field(default_factory=Counter)


async def changed(browser: PlaywrightBrowser, world: World, address: str) -> Tally:
    """Every errand, on every kind of change, with every seed. What comes after a step that stopped counts as missed."""
    tally = Tally()
    for name in ERRANDS:
        playbook, truths = await recorded(browser, world, address, name)
        known = playbook, truths, values(name, address)
        for change in CHANGES:
            for seed in SEEDS:
                await _one(browser, world, (name, change, seed), known, tally)
        for place, step in enumerate(touched(name)):
            await _flipped(browser, world, (name, FLIPS[place % len(FLIPS)], step), known, tally)
    return tally


def touched(name: str) -> list[str]:
    """The truth of each action's element, in their order."""
    return [action.target.css.split('"')[1] for action in ERRANDS[name]]  # type: ignore[union-attr]


async def _one(browser: PlaywrightBrowser, world: World, what: Any, known: Any, tally: Tally) -> None:
    (name, change, seed), (playbook, truths, given) = what, known
    world.begin(change, seed)
    run = FakeRun()
    ended = await _ended(browser, world, playbook, given, run)
    strangers = [truth for truth in world.truths if truth not in truths]
    tally.runs += 1
    tally.steps += len(playbook.steps)
    tally.right += _right(run, world, name)
    tally.wrong += len(strangers)
    tally.whole += ended == "ok"
    tally.false_successes += ended == "ok" and world.truths != truths
    if ended != "ok" or strangers:
        tally.ends[f"{name} {change} {seed}: {ended[:140]} {strangers}"] += 1


async def _ended(
    browser: PlaywrightBrowser, world: World, playbook: Playbook, given: dict[str, str], run: FakeRun
) -> str:
    try:
        await replay.replay(run, browser, playbook, given, Manner(appears=PATIENCE))
    except GoferError as error:
        return error.message
    finally:
        await asyncio.sleep(0.1)
    return "ok"


def _right(run: FakeRun, world: World, name: str) -> int:
    """Steps that say they were done and whose very own element was touched; the first opens the page."""
    told = {event.step for event in run.memory.events if isinstance(event, BrowserActed)}
    there = {truth[1:] for truth in world.truths}
    return (1 in told) + sum(number in told and one in there for number, one in enumerate(touched(name), 2))


async def _flipped(browser: PlaywrightBrowser, world: World, what: Any, known: Any, tally: Tally) -> None:
    """An element that means something else now: the only right end is to stop before it."""
    (name, how, truth), (playbook, _, given) = what, known
    world.begin(flip=(truth, how))
    ended = await _ended(browser, world, playbook, given, FakeRun())
    tally.flipped += 1
    tally.followed += truth in {one[1:] for one in world.truths}
    tally.false_successes += ended == "ok"
    if ended == "ok":
        tally.ends[f"{name} {how} {truth}: followed"] += 1


async def overhead(address: str, endpoint: str, name: str) -> tuple[list[float], float, float]:
    """Milliseconds a step beyond its action, in a real kernel; seconds of a whole replay; of a step's picture."""
    times: list[float] = []
    whole: list[float] = []
    pictured: list[float] = []
    async with browsing(endpoint) as browser:
        playbook, _ = await recorded(browser, World(), address, name)
        watch = Stopwatch(browser)

        async def flow(run: RunContext, _asked: Any) -> None:
            for manner in (Manner(), Manner(pictures=True)):
                watch.acted.clear()
                started = time.perf_counter()
                await replay.replay(run, watch, playbook, values(name, address), manner)
                took = time.perf_counter() - started
                (pictured if manner.pictures else whole).append(took)
                if not manner.pictures:
                    times.append(1000 * (took - sum(watch.acted)) / len(watch.acted))

        async with kernel("SQLite", Application("again", "A replay.", Nothing, flow)) as gofer:
            for _ in range(ROUNDS):
                run = await gofer.run("again")
                assert run.status == "succeeded", run.error
    steps = len(playbook.steps)
    return times, median(whole), 1000 * (median(pictured) - median(whole)) / steps


@asynccontextmanager
async def browsing(endpoint: str) -> AsyncIterator[PlaywrightBrowser]:
    """A browser on this Chromium."""
    driver = Driver()
    browser = await driver.connect(endpoint, Options(private=True))
    try:
        yield browser
    finally:
        await browser.close()
        await driver.stop()


async def measure() -> list[Figure]:
    """The figures of replay."""
    world = World()
    with served(world) as address, chromium() as endpoint:
        async with browsing(endpoint) as browser:
            tally = await changed(browser, world, address)
        world.begin()
        found = {name: await overhead(address, endpoint, name) for name in ERRANDS}
    return [_survival(tally), *_speed(found)]


def _survival(tally: Tally) -> Figure:
    share = 100 * tally.right / tally.steps
    value = f"{share:.1f} % of steps, {tally.false_successes} false successes"
    how = (
        f"{len(ERRANDS)} recorded errands x {len(CHANGES)} kinds of change x {len(SEEDS)} seeds, {tally.steps} steps, "
        f"{tally.wrong} wrong elements touched, {tally.whole} of {tally.runs} replays went through; "
        f"{tally.followed} of {tally.flipped} elements followed that were given another meaning"
    )
    return Figure("replay survives changed pages", ">= 95 % of steps, 0 false successes", value, how)


def _speed(found: dict[str, tuple[list[float], float, float]]) -> list[Figure]:
    times = [one for each, _, _ in found.values() for one in each]
    picture = median(each for _, _, each in found.values())
    value = f"{median(times):.0f} ms (worst errand {max(median(each) for each, _, _ in found.values()):.0f} ms)"
    how = f"all but the action itself: finding, checking, remembering, telling; p50 of {ROUNDS} replays of each errand"
    agents = sum((len(ERRANDS[name]) + 2) * THINKS + whole for name, (_, whole, _) in found.items())
    factor = agents / sum(whole for _, whole, _ in found.values())
    told = f"{factor:.0f} x, 0 model calls"
    against = f"the same actions by a model that takes {THINKS} s for each of its replies (assumed)"
    return [
        Figure("replay: overhead per step", "<= 25 ms", value, how),
        Figure("replay against the agent's own run", ">= 10 x faster, 0 model calls", told, against),
        Figure("replay: a picture of each step", "", f"{picture:.0f} ms a step", "marked, kept as an artifact"),
    ]


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
