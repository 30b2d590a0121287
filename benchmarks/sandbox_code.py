"""How fast a code sandbox is ready, and what a command in it costs over a bare one."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from gofer.core.sandbox import SandboxSpec
from gofer.sandboxes.local import LocalSandbox, LocalSandboxes

CREATIONS, COMMANDS = 20, 100


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """How long this takes."""
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def creations(provider: LocalSandboxes) -> list[float]:
    """Create, run nothing, destroy; the first one warms up and does not count."""
    times = []
    for _ in range(CREATIONS + 1):
        started = time.perf_counter()
        box = await provider.create(SandboxSpec())
        times.append((time.perf_counter() - started) * 1000)
        assert box.ref
        await provider.destroy(box.ref)
    return times[1:]


async def bare() -> None:
    """The same command without a sandbox, its output collected too."""
    process = await asyncio.create_subprocess_exec("true", stdout=asyncio.subprocess.PIPE)
    await process.communicate()


async def commands(box: LocalSandbox) -> tuple[float, float]:
    """Median of `true` inside, and of `true` bare, taken in turns."""
    inside, outside = [], []
    for _ in range(COMMANDS):
        inside.append(await milliseconds(lambda: box.run(["true"])))
        outside.append(await milliseconds(bare))
    return median(inside), median(outside)


async def measure() -> list[Figure]:
    """The two figures of the code sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        provider = LocalSandboxes(Path(folder) / "sandboxes")
        times = sorted(await creations(provider))
        box = await provider.create(SandboxSpec())
        inside, outside = await commands(box)
        assert box.ref
        await provider.destroy(box.ref)
    ready = f"{median(times):.0f} ms (p90 {times[int(len(times) * 0.9)]:.0f})"
    over = f"{inside - outside:+.1f} ms ({inside:.1f} inside, {outside:.1f} bare)"
    return [
        Figure(
            "code sandbox: ready",
            "<= 50 ms",
            ready,
            f"create() to return, p50 of {CREATIONS} after the first, one at a time",
        ),
        Figure("code sandbox: one command", "<= 10 ms over bare", over, f"`true`, p50 of {COMMANDS}, in turns"),
    ]


if __name__ == "__main__":
    for figure in asyncio.run(measure()):
        print(f"{figure.name}: {figure.value} (target {figure.target}; {figure.method})")
