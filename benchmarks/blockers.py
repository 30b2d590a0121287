"""How good and how quick the blocker detector is, and how soon an errand notices that its way is blocked or free."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from playwright.async_api import Page, async_playwright
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from tests.browser.chromium import running_chromium, served
from tests.browser.pages import Fixture, fixtures, verdict

from benchmarks.figure import Figure
from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.blockers import Lookout
from gofer.browser.blockers.saved import alone
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.core.action import Navigate, Read, Target
from gofer.core.application import Application, RunContext
from gofer.core.blocker import Blocker
from gofer.testing.harness import Harness, Setup, harness
from gofer.tools.unblocked import UnblockedBrowser

PARTS = ("known", "heldout", "second", "third")
RUNS = 7
WALL = """<!doctype html><title>wall</title><h1>Enter the code we sent you</h1><input autocomplete="one-time-code">
<button>Next</button><p id="times"></p><script>
const times = [Date.now()];
setTimeout(() => { document.querySelector('input').remove(); document.querySelector('h1').textContent = 'Welcome';
  times.push(Date.now()) }, 1800);
document.querySelector('button').onclick = () => { times.push(Date.now());
  document.getElementById('times').textContent = times.join(' ') };
</script>"""
"""A page that wants a code for 1.8 s, and writes down when it was shown, when it was free, and when it was acted on."""


class Asked(BaseModel):
    """Where the wall is."""

    url: str


async def looked_at(page: Page, lookout: Lookout) -> list[tuple[Fixture, Blocker, float]]:
    """Every fixture with its verdict and the milliseconds it took."""
    return [(one, *await verdict(lookout, page, one)) for part in PARTS for one in fixtures(part)]


def rates(seen: list[tuple[Fixture, Blocker, float]]) -> list[Figure]:
    """Precision, recall, and how long a verdict takes."""
    hits = sum(found.found for one, found, _ in seen if one.kind != "none")
    alarms = sum(found.found for one, found, _ in seen if one.kind == "none")
    blocking = sum(one.kind != "none" for one, _, _ in seen)
    named = sum(found.kind == one.kind for one, found, _ in seen if one.kind != "none")
    times = sorted(ms for _, _, ms in seen)
    pages = f"{len(seen)} pages, {len(seen) - blocking} of them look-alikes, in Chromium"
    speed = f"p50 {median(times):.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms"
    return [
        Figure(
            "blockers: precision", ">= 0.98", f"{hits / max(1, hits + alarms):.3f}", f"{pages}; {alarms} false alarms"
        ),
        Figure(
            "blockers: recall",
            ">= 0.95",
            f"{hits / blocking:.3f}",
            f"{blocking - hits} missed, {hits - named} misnamed",
        ),
        Figure("blockers: a verdict", "p95 <= 50 ms", speed, "looking at the live page and judging it"),
    ]


async def fixtures_judged(chromium: str) -> list[Figure]:
    """The detector on its fixtures; first runs on unseen pages are in tests/browser/blockers/README.md."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await alone(context)
        figures = rates(await looked_at(await context.new_page(), Lookout(context)))
        await context.close()
        return figures


@asynccontextmanager
async def errands(chromium: str, folder: Path) -> AsyncIterator[Harness]:
    """A kernel whose one application runs into the wall and clicks on once it is free."""
    driver = Driver()
    driven = await driver.connect(chromium, Options(private=True, downloads=str(folder / "files"), home=str(folder)))

    async def errand(run: RunContext, asked: Asked) -> str:
        return await run.step(_through, run, driven, asked.url)

    try:
        async with harness(Setup(folder, [Application("errand", "Goes through a wall.", Asked, errand)])) as gofer:
            yield gofer
    finally:
        await driven.close()
        await driver.stop()


async def _through(run: RunContext, driven: PlaywrightBrowser, url: str) -> str:
    browser = UnblockedBrowser(run, driven)
    await browser.act(Navigate(url=url), tell=False)
    await browser.click_element(Target(role="button", name="Next"))
    return str(await browser.extract(Read(target=Target(css="#times"))))


async def waits(chromium: str) -> list[Figure]:
    """From a blocker on the page to the question, and from the way being free to the next action."""

    async def wall(_request: Request) -> HTMLResponse:
        return HTMLResponse(WALL)

    asked, acted = [], []
    with tempfile.TemporaryDirectory() as folder, served(Starlette(routes=[Route("/", wall)])) as site:
        async with errands(chromium, Path(folder)) as gofer:
            for _ in range(RUNS):
                run = await gofer.run("errand", url=f"{site}/")
                shown, free, clicked = (int(moment) for moment in str(run.output).split())
                question = await gofer.happens(run.id, "question.asked")
                asked.append(question.at.timestamp() - shown / 1000)
                acted.append((clicked - free) / 1000)
    how = f"a page with a code field that goes after 1.8 s; kernel, SQLite, Chromium; worst of {RUNS}"
    return [
        Figure("blockers: seen to question", "<= 2 s", f"{max(asked):.2f} s (p50 {median(asked):.2f})", how),
        Figure("blockers: free to acting again", "<= 1 s", f"{max(acted):.2f} s (p50 {median(acted):.2f})", how),
    ]


async def measure() -> list[Figure]:
    """The figures of the blockers."""
    with tempfile.TemporaryDirectory() as profile, running_chromium(Path(profile)) as chromium:
        return [*await fixtures_judged(chromium), *await waits(chromium)]


if __name__ == "__main__":
    began = time.monotonic()
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
    print(f"{time.monotonic() - began:.0f} s")
