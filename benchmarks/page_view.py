"""What a page costs a model: tokens, what is kept of it, what one action adds, and how long a look takes."""

import asyncio
import os
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from statistics import median

import uvicorn
from playwright.async_api import Page, async_playwright

from benchmarks import pages
from benchmarks.figure import Figure
from gofer.browser.view import Viewer
from gofer.core.page import Look
from gofer.demo.shop import shop

LOOKS = 20
SLOW = 10
KEPT = (
    "link|button|textbox|searchbox|checkbox|radio|combobox|listbox|option|slider|spinbutton|switch|tab"
    "|menuitem|menuitemcheckbox|menuitemradio|treeitem"
)
ELEMENT = re.compile(rf"^ *- '?(?:(?:{KEPT})\b.*|.*\[cursor=pointer\].*)", re.M)
REF = re.compile(r"\[ref=([\w]+)\]")
SHOWN = re.compile(r"\[((?:f\d+)?e\d+)\]")


@asynccontextmanager
async def window() -> AsyncIterator[Page]:
    """A headless Chromium's page."""
    program = shutil.which("chromium") or "/usr/bin/chromium"
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=program, args=flags)
        yield await chromium.new_page(viewport={"width": 1024, "height": 768})
        await chromium.close()


@asynccontextmanager
async def demo_shop() -> AsyncIterator[str]:
    """The demo shop on a free port."""
    server = uvicorn.Server(uvicorn.Config(shop(), port=0, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


async def tokens(page: Page) -> list[Figure]:
    """The three pages that the field is compared on."""
    kinds = (
        ("job form, 24 controls", pages.job_form(), 900),
        ("shop list, 60 cards", pages.shop_list(), 4000),
        ("100 kB of docs", pages.manual(100), 4000),
    )
    found = []
    for name, content, target in kinds:
        await page.set_content(content)
        view = await Viewer().look(page)
        how = f"whole page, o200k; {view.interactive} elements shown"
        found.append(Figure(f"view: {name}", f"≤ {target:,} tokens", f"{view.tokens:,}", how))
    return found


async def kept(page: Page) -> tuple[int, int]:
    """How many of the elements in Playwright's AI snapshot the view shows, and how many there are."""
    view = await Viewer().look(page)
    snapshot = await page.aria_snapshot(mode="ai")
    there = {ref[1] for line in ELEMENT.findall(snapshot) if (ref := REF.search(line))}
    return len(there & set(SHOWN.findall(view.text))), len(there)


async def recall(page: Page) -> Figure:
    """Over all pages and the demo shop."""
    counts = []
    for content in (pages.job_form(), pages.shop_list(), pages.manual(30), pages.manual(100), pages.busy()):
        await page.set_content(content)
        counts.append(await kept(page))
    async with demo_shop() as address:
        for path in ("/", "/search?q=mug", "/search?q=e"):
            await page.goto(address + path)
            counts.append(await kept(page))
    shown, there = (sum(numbers) for numbers in zip(*counts, strict=True))
    how = f"{shown} of {there} on {len(counts)} pages, whole view of 4,000 tokens"
    return Figure("view: interactive elements kept", "≥ 99 %", f"{100 * shown / there:.1f} %", how)


def actions(page: Page) -> list[Callable[[], Awaitable[object]]]:
    """A set of actions of every common kind."""
    return [
        lambda: page.fill("#voucher", "SPRING"),
        lambda: page.click("#apply"),
        lambda: page.select_option("#country", "Italy"),
        lambda: page.fill("#day", "2026-12-31"),
        lambda: page.check("#gift"),
        lambda: page.fill("#card", "Happy birthday"),
        lambda: page.check("#bycard"),
        lambda: page.click("#more"),
        lambda: page.click("#menu"),
        lambda: page.click("#terms"),
        lambda: page.hover("h1"),
        lambda: page.click("#ask"),
        lambda: page.click("#yes"),
    ]


async def difference(page: Page) -> Figure:
    """What one action adds to what a model has read."""
    await page.set_content(pages.busy())
    viewer = Viewer()
    await viewer.look(page)
    sizes = []
    for act in actions(page):
        await act()
        sizes.append((await viewer.change(page)).tokens)
    how = f"{len(sizes)} actions: fill, check, select, open, close; largest {max(sizes)}"
    return Figure("view: difference after an action", "median ≤ 150 tokens", f"{median(sizes):.0f} tokens", how)


async def seconds(page: Page, content: str, looks: int) -> list[float]:
    """How long looks at one page take."""
    await page.set_content(content)
    viewer, times = Viewer(), []
    await viewer.look(page)
    for _ in range(looks):
        began = time.perf_counter()
        await viewer.look(page, Look())
        times.append(time.perf_counter() - began)
    return times


async def latency(page: Page) -> list[Figure]:
    """Small pages, one that is as large as they may be, and a large one."""
    small = (pages.job_form(), pages.shop_list(), pages.manual(50))
    kinds = (("≤ 100 kB", 150, small, LOOKS), ("100 kB", 150, (pages.manual(95),), LOOKS))
    found = []
    for name, target, contents, looks in (*kinds, ("400 kB", 600, (pages.manual(400),), SLOW)):
        times = [each for content in contents for each in await seconds(page, content, looks)]
        p95 = sorted(times)[int(len(times) * 0.95)]
        value = f"{p95 * 1000:.0f} ms (p50 {median(times) * 1000:.0f})"
        sizes = ", ".join(f"{len(content.encode()) / 1000:.0f}" for content in contents)
        how = f"{len(times)} looks at {sizes} kB of HTML, headless"
        found.append(Figure(f"view: latency p95, page {name}", f"≤ {target} ms", value, how))
    return found


async def measure() -> list[Figure]:
    """The figures of the page view."""
    async with window() as page:
        return [*await tokens(page), await recall(page), await difference(page), *await latency(page)]


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
