"""How soon an errand has a browser context with a page that was made ahead."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.desktop import PAGE
from benchmarks.figure import Figure
from gofer.browser.driver import shared, stop
from gofer.core.application import Application
from gofer.core.run import Run
from gofer.core.sandbox import Egress
from gofer.kernel.parts import Policy
from gofer.kernel.sharing import Sharing
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.harness import Harness, Setup, harness

ROUNDS, AHEAD = 20, 3
PAUSE_SECONDS = 0.2
"""Between errands, after the rooms were refilled: what is measured is the acquiring, not the refilling."""

HOST = "shop.gofer.example"


@asynccontextmanager
async def shop(folder: Path) -> AsyncIterator[str]:
    """One page on a unix socket."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE) + PAGE)
        writer.close()

    address = str(folder / "shop.sock")
    server = await asyncio.start_unix_server(serve, address)
    yield address
    server.close()


@asynccontextmanager
async def sharing(applications: list[Application], policy: Policy) -> AsyncIterator[Harness]:
    """A kernel whose errands share browsers."""
    with tempfile.TemporaryDirectory() as folder:
        async with shop(Path(folder)) as address:
            provider = LocalSandboxes(Path(folder) / "sandboxes", {HOST: address})
            setup = Setup(Path(folder), applications, policy=policy, sandboxes=provider, share_browser=shared)
            async with harness(setup) as kernel:
                yield kernel
            for ref in await provider.living():
                await provider.destroy(ref)
        await stop()


async def refilled(rooms: Sharing) -> None:
    """Wait until as many rooms are ready as there shall be."""
    while rooms.ready < AHEAD:
        await asyncio.sleep(0.05)
    await asyncio.sleep(PAUSE_SECONDS)


async def acquire(rooms: Sharing, run: Run) -> float:
    """Milliseconds until an errand has its page."""
    began = time.perf_counter()
    async with rooms.room(run, Egress()):
        return (time.perf_counter() - began) * 1000


async def measure() -> list[Figure]:
    """The figure of the warm pool."""
    policy = replace(Policy(), warm_contexts=AHEAD)
    async with sharing([], policy) as kernel:
        rooms = kernel.kernel.lender.sharing
        run = Run.model_validate({"id": "bench", "app": "x", "status": "running", "input": {}, "created_at": 0})
        first = await acquire(rooms, run)
        times = []
        for _ in range(ROUNDS):
            await refilled(rooms)
            times.append(await acquire(rooms, run))
    times.sort()
    value = f"p50 {median(times):.0f} ms, p95 {times[int(len(times) * 0.95)]:.0f} ms"
    how = f"context, page and egress rules of one that was made ahead, {ROUNDS} times; the first, cold: {first:.0f} ms"
    return [Figure("acquire a warm context and page", "p50 <= 50 ms, p95 <= 250 ms", value, how)]


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
