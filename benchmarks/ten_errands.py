"""Ten browser errands at once in one shared Chromium: failures, memory, time."""

import asyncio
import time
from contextlib import suppress
from dataclasses import replace

from pydantic import BaseModel
from pydantic_ai.workspaces import WorkspaceError

from benchmarks.desktop import processes, pss_bytes
from benchmarks.figure import Figure
from benchmarks.pool import HOST, sharing
from gofer.core.application import Application, RunContext
from gofer.core.run import Status
from gofer.core.sandbox import Egress
from gofer.kernel.parts import Policy
from gofer.sandboxes.local import LocalSandbox
from gofer.sandboxes.local.place import Place
from gofer.testing.harness import Harness

MANY, PAGES = 10, 5
SAMPLE_SECONDS = 0.5


class Nothing(BaseModel):
    """The errand needs no input."""


async def errand(run: RunContext, _asked: Nothing) -> int:
    """Open pages, read each, take a picture of the last."""
    async with run.shared_browser(Egress(), profile=f"bench-{run.id}") as browser:

        async def page(number: int) -> int:
            await browser.navigate(f"http://{HOST}/?page={number}")
            return len((await browser.observe()).text)

        for number in range(PAGES):
            await run.step(page, number)
        await run.save("page.png", await browser.take_screenshot(), "image/png")
    return PAGES


async def memory(kernel: Harness) -> int:
    """PSS of everything in the shared desktops, and of their keepers, in bytes."""
    boxes = [house.box for house in kernel.kernel.lender.sharing.houses if isinstance(house.box, LocalSandbox)]
    places: list[Place] = []
    for box in boxes:
        with suppress(WorkspaceError):  # it is just being ended
            places.append(await box.place())
    if not places:
        return 0
    found = processes({place.uid for place in places}, str(places[0].folder.parent))
    return sum(pss_bytes(entry) for entry in found)


async def most_memory(kernel: Harness, ended: asyncio.Future[object]) -> int:
    """The most that was seen until the end."""
    most = 0
    while not ended.done():
        most = max(most, await memory(kernel))
        await asyncio.sleep(SAMPLE_SECONDS)
    return most


async def measure() -> list[Figure]:
    """The figure of ten errands."""
    application = Application(name="errand", summary="Opens pages.", input=Nothing, flow=errand)
    async with sharing([application], replace(Policy(), attempts=1, warm_contexts=2)) as kernel:
        began = time.perf_counter()
        runs = [await kernel.start("errand") for _ in range(MANY)]
        ended = asyncio.ensure_future(asyncio.gather(*(kernel.ended(run.id, within=300) for run in runs)))
        most = await most_memory(kernel, ended)  # type: ignore[arg-type]
        failed = sum(run.status is not Status.SUCCEEDED for run in await ended)
        seconds = time.perf_counter() - began
    value = f"{failed} failures, {most / 1e9:.2f} GB"
    how = f"PSS of the shared desktop at its peak; {MANY} errands of {PAGES} pages, from nothing in {seconds:.1f} s"
    return [Figure("10 errands at once, shared", "0 failures, <= 1.5 GB", value, how)]


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
