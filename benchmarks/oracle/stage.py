"""The stage: MiniWoB++'s pages, a Chromium, and the referee who starts an episode and reads its reward."""

import asyncio
import contextlib
import http.server
import importlib.util
import os
import shutil
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.browser.patience import Patience

EPISODE_MS = 60_000
"""Six times the tasks' own limit, which is made for bare clicks on a quiet machine; the raw reward knows no time."""

FLAGS = ("--headless=new", "--remote-debugging-port=0", "--no-first-run", "--disable-gpu", "--window-size=1024,768")

PATIENCE = Patience(navigation=8.0, loads=2.0, action=1.5, stirs=0.02)


@dataclass
class Stage:
    """Where episodes are played."""

    browser: PlaywrightBrowser
    page: Page
    address: str

    async def begin(self, task: str, seed: int) -> str:
        """Start an episode; its utterance."""
        await self.browser.navigate(f"{self.address}/miniwob/{task}.html")
        await self.page.wait_for_function("typeof core !== 'undefined' && WOB_TASK_READY", timeout=8000)
        start = f"Math.seedrandom('{seed}'); core.EPISODE_MAX_TIME = {EPISODE_MS}; core.startEpisodeReal()"
        await self.page.evaluate(start)
        asked: Any = await self.page.evaluate("core.getUtterance()")
        return str(asked["utterance"] if isinstance(asked, dict) else asked).strip()

    async def reward(self) -> float:
        """What the task says of it, once it is done; 0 when it is not."""
        for _ in range(20):
            if await self.page.evaluate("WOB_DONE_GLOBAL"):
                return float(await self.page.evaluate("WOB_RAW_REWARD_GLOBAL"))
            await asyncio.sleep(0.05)
        return 0.0


def tasks() -> list[str]:
    """The names of all tasks."""
    return sorted(path.stem for path in (_pages() / "miniwob").glob("*.html"))


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """A stage for as long as the block lasts."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        _served() as address,
        _chromium(Path(folder)) as endpoint,
    ):
        driver = Driver(PATIENCE)
        browser = await driver.connect(endpoint, Options(private=True, downloads=f"{folder}/downloads"))
        async with async_playwright() as referee:
            behind = await referee.chromium.connect_over_cdp(endpoint)
            yield Stage(browser, behind.contexts[0].pages[0], address)
            await browser.close()
            await driver.stop()


def _pages() -> Path:
    found = importlib.util.find_spec("miniwob")
    if found is None or found.origin is None:
        raise SystemExit("MiniWoB++ is missing: pip install --no-deps -r requirements/pages.txt")
    return Path(found.origin).parent / "html"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _served() -> Iterator[str]:
    handler = partial(_Quiet, directory=str(_pages()))
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextmanager
def _chromium(folder: Path) -> Iterator[str]:
    program = shutil.which("chromium") or "chromium"
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    command = [program, *FLAGS, *as_root, f"--user-data-dir={folder}/profile", "about:blank"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield _endpoint(folder / "profile/DevToolsActivePort")
    finally:
        process.kill()
        process.wait()


def _endpoint(file: Path) -> str:
    for _ in range(400):
        with contextlib.suppress(OSError, ValueError):
            port, path = file.read_text().split()
            return f"ws://127.0.0.1:{port}{path}"
        time.sleep(0.05)
    raise SystemExit("Chromium did not start.")
