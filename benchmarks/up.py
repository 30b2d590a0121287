"""How soon `gofer up` serves, and what it weighs when idle."""

import asyncio
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import packages_distributions
from pathlib import Path
from statistics import median

import httpx
import psutil

from benchmarks.figure import Figure

STARTS, IDLE_SECONDS, PATIENCE_SECONDS = 7, 5.0, 30.0
SCRIPT = Path(sys.executable).with_name("gofer")
REQUIREMENTS = Path(__file__).parents[1] / "requirements"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pinned(name: str) -> set[str]:
    """The distributions of one of our requirements files."""
    found = re.findall(r"^([\w.-]+)(?:\[.*?\])?==", (REQUIREMENTS / f"{name}.txt").read_text(), re.M)
    return {_plain(one) for one in found}


def _plain(distribution: str) -> str:
    return distribution.lower().replace("_", "-")


def as_installed(folder: str) -> str:
    """A folder for PYTHONPATH that hides what only developers have: some of our libraries load it where it is there."""
    extra = pinned("dev") - pinned("runtime")
    modules = [name for name, of in packages_distributions().items() if {_plain(one) for one in of} <= extra]
    hidden = Path(folder) / "as-installed"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(f"import sys\nsys.modules.update(dict.fromkeys({modules!r}))\n")
    return str(hidden)


@asynccontextmanager
async def serving(data: str, path: str) -> AsyncIterator[tuple[float, int]]:
    """A `gofer up` in this data folder: seconds to its first healthy answer, and its process."""
    port, began = free_port(), time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *[str(SCRIPT), "up", "--port", str(port)],
        env={**os.environ, "GOFER_DATA": data, "PYTHONPATH": path},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await healthy(f"http://127.0.0.1:{port}/health")
        yield time.perf_counter() - began, process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def healthy(url: str) -> None:
    """Wait for the first 200."""
    async with httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.01)


async def measure() -> list[Figure]:
    """Both figures, in one data folder that the first start prepared."""
    if not SCRIPT.exists():
        return [Figure("`gofer up` to serving", "≤ 1.6 s", "not measured", "the `gofer` command is not installed here")]
    folder = tempfile.mkdtemp(prefix="gofer-bench-")
    path = as_installed(folder)
    try:
        async with serving(folder, path) as (first, _):
            pass
        times = []
        for _ in range(STARTS):
            async with serving(folder, path) as (seconds, pid):
                times.append(seconds)
                if len(times) == STARTS:
                    await asyncio.sleep(IDLE_SECONDS)
                    weight = psutil.Process(pid).memory_info().rss / 2**20
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    method = (
        f"spawn → first 200 on /health, median of {STARTS} (in an empty folder {first:.2f} s); as `make run` installs"
    )
    return [
        Figure("`gofer up` to serving", "≤ 1.6 s", f"{median(times):.2f} s", method),
        Figure(
            "idle RSS without a desktop",
            "≤ 125 MB",
            f"{weight:.0f} MB",
            f"{IDLE_SECONDS:.0f} s after serving; 1 MB is 2^20 bytes, as `ps` counts",
        ),
    ]
