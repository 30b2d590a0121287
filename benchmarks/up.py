"""How long `gofer up` takes until it serves, and how much memory it holds while nothing happens."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure

STARTS, IDLE_SECONDS = 7, 5.0
GOFER = Path(sys.executable).with_name("gofer")


async def measure() -> list[Figure]:
    """Start it several times; the first start makes the data folder and does not count."""
    with tempfile.TemporaryDirectory() as folder:
        starts = [await asyncio.to_thread(_start, folder) for _ in range(STARTS + 1)][1:]
    seconds, memory = median(s for s, _ in starts), median(m for _, m in starts)
    method = f"spawn → first answer of /health, median of {STARTS}; RSS {IDLE_SECONDS:.0f} s later, no desktop"
    return [
        Figure("`gofer up` to serving", "≤ 1.6 s", f"{seconds:.2f} s", method),
        Figure("idle RSS", "≤ 125 MB", f"{memory:.0f} MB", method),
    ]


def _start(folder: str) -> tuple[float, float]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ANTHROPIC", "OPENAI", "GOFER"))}
    started = time.perf_counter()
    process = subprocess.Popen(
        [GOFER, "up", "--port", str(port)],
        env={**environment, "GOFER_DATA": folder},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/health")
        seconds = time.perf_counter() - started
        time.sleep(IDLE_SECONDS)
        return seconds, _resident(process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(address: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=1).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise AssertionError("gofer up did not serve within a minute")


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
