"""How fast a desktop comes up, how live its picture is, and what ten of them cost."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from playwright.async_api import Page, Playwright, async_playwright

from benchmarks.figure import Figure
from gofer.core.sandbox import Profile, SandboxSpec
from gofer.sandboxes.local import LocalSandbox, LocalSandboxes, rfb

SPEC = SandboxSpec(profile=Profile.DESKTOP)
ADDRESS = "http://shop.gofer.example/"
COLD, CLICKS, MANY, WATCH_SECONDS = 7, 40, 10, 3.0
SETTLE_SECONDS = 0.5  # Chromium drops input until a new page was painted once
CLICK, SPOT = (512, 600), (700, 650)  # apart, because the pointer itself is painted into the picture
PAGE = b"""<!doctype html><title>bench</title><body style="margin:0;background:#fff">
<canvas id=c width=640 height=360></canvas><script>
let n = 0; const g = c.getContext('2d');
onmousedown = () => document.body.style.background = document.body.style.background == 'rgb(0, 0, 0)' ? '#fff' : '#000';
function draw() { g.fillStyle = `hsl(${n++ % 360} 90% 50%)`; g.fillRect(0, 0, 640, 360); requestAnimationFrame(draw) }
if (location.search) draw();
</script>"""


@asynccontextmanager
async def desktops() -> AsyncIterator[LocalSandboxes]:
    """A provider with one small site that its sandboxes reach."""

    async def site(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
        writer.close()

    with tempfile.TemporaryDirectory() as folder:
        address = str(Path(folder) / "site.sock")
        server = await asyncio.start_unix_server(site, address)
        provider = LocalSandboxes(Path(folder) / "sandboxes", {"shop.gofer.example": address})
        yield provider
        for ref in await provider.living():
            await provider.destroy(ref)
        server.close()


async def open_page(driver: Playwright, box: LocalSandbox, address: str) -> Page:
    """The desktop's page, loaded."""
    assert box.screen
    browser = await driver.chromium.connect_over_cdp(await box.screen.browser_endpoint())
    page = browser.contexts[0].pages[0]
    await page.goto(address)
    return page


async def end(provider: LocalSandboxes, box: LocalSandbox) -> None:
    """Close and destroy."""
    await box.close()
    assert box.ref
    await provider.destroy(box.ref)


async def cold(driver: Playwright, provider: LocalSandboxes) -> Figure:
    """From nothing to a desktop on VNC with a loaded page."""
    times = []
    for _ in range(COLD):
        started = time.perf_counter()
        box = await provider.create(SPEC)
        await open_page(driver, box, ADDRESS)
        times.append(time.perf_counter() - started)
        await end(provider, box)
    value = f"{median(times):.2f} s ({min(times):.2f}-{max(times):.2f})"
    return Figure("desktop: VNC and a loaded page", "<= 1.0 s cold", value, f"create, connect, goto; p50 of {COLD}")


async def frames_per_second(desktop: rfb.Desktop) -> float:
    """Updates a second while the page paints as fast as it can."""
    updates, started = 0, time.perf_counter()
    while time.perf_counter() - started < WATCH_SECONDS:
        await desktop.refresh(incremental=True)
        updates += 1
    return updates / (time.perf_counter() - started)


def spot(desktop: rfb.Desktop) -> bytes:
    """The pixel that a click changes."""
    at = (SPOT[1] * desktop.frame.width + SPOT[0]) * 4
    return bytes(desktop.frame.pixels[at : at + 3])


async def clicks(desktop: rfb.Desktop) -> list[float]:
    """From a click over VNC to its effect in the picture, in milliseconds."""
    times = []
    await asyncio.sleep(SETTLE_SECONDS)
    await desktop.refresh()
    for _ in range(CLICKS):
        before, started = spot(desktop), time.perf_counter()
        desktop.click(*CLICK)
        while spot(desktop) == before:
            await desktop.refresh(incremental=True)
        times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.03)
    return times


async def live(driver: Playwright, provider: LocalSandboxes) -> list[Figure]:
    """Frame rate and latency of the picture, raw, on this host."""
    box = await provider.create(SPEC)
    assert box.screen
    page = await open_page(driver, box, f"{ADDRESS}?animated")
    desktop = await rfb.shake_hands(await box.screen.open_vnc())
    rate = await frames_per_second(desktop)
    await page.goto(ADDRESS)
    async with asyncio.timeout(60):
        times = sorted(await clicks(desktop))
    desktop.close()
    await end(provider, box)
    late = f"{median(times):.0f} ms (p95 {times[int(len(times) * 0.95)]:.0f})"
    how = f"from a click over VNC to the changed pixel, p50 of {CLICKS}"
    return [
        Figure(
            "live view: frames", ">= 25 fps", f"{rate:.0f} fps", "640x360 canvas painting, raw RFB, updates a second"
        ),
        Figure("live view: latency", "p50 <= 60 ms", late, how),
    ]


def processes(users: set[int], root: str) -> Iterator[Path]:
    """Everything inside these sandboxes, and their keepers."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if entry.stat().st_uid in users or root in (entry / "cmdline").read_text(errors="replace"):
                yield entry
        except OSError:
            continue


def pss_bytes(entry: Path) -> int:
    """A process's share of memory."""
    try:
        lines = (entry / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


async def many(driver: Playwright, provider: LocalSandboxes) -> list[Figure]:
    """Ten desktops at once, each with a loaded page."""

    async def one() -> LocalSandbox:
        box = await provider.create(SPEC)
        await open_page(driver, box, ADDRESS)
        return box

    started = time.perf_counter()
    results = await asyncio.gather(*(one() for _ in range(MANY)), return_exceptions=True)
    seconds = time.perf_counter() - started
    boxes = [result for result in results if isinstance(result, LocalSandbox)]
    places = [await box.place() for box in boxes]
    users = {place.uid for place in places}
    total = sum(pss_bytes(entry) for entry in processes(users, str(places[0].folder.parent)))
    for box in boxes:
        await end(provider, box)
    value = f"{total / 1e9:.2f} GB, {MANY - len(boxes)} failures"
    how = f"PSS of all processes inside and of the keepers; all {MANY} had a page after {seconds:.1f} s"
    return [Figure("10 desktops at once", "<= 5 GB, 0 failures", value, how)]


async def measure() -> list[Figure]:
    """The figures of the desktop."""
    async with desktops() as provider, async_playwright() as driver:
        return [await cold(driver, provider), *await live(driver, provider), *await many(driver, provider)]


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
