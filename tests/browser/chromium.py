"""A real Chromium and local sites for tests; its own sandbox is off only where the tests run as root."""

import asyncio
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.types import ASGIApp
from websockets.asyncio.client import connect

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.browser.patience import Patience

FLAGS = ["--headless=new", "--remote-debugging-port=0", "--no-first-run", "--disable-gpu", "--window-size=1024,768"]


@contextmanager
def running_chromium(profile: Path, *more: str) -> Iterator[str]:
    """A Chromium's DevTools address."""
    program = shutil.which("chromium") or "/usr/bin/chromium"
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [program, *FLAGS, *as_root, *more, f"--user-data-dir={profile}", "about:blank"], stderr=subprocess.DEVNULL
    )
    try:
        yield _address(profile / "DevToolsActivePort")
    finally:
        process.kill()
        process.wait()


def _address(file: Path) -> str:
    for _ in range(400):
        lines = file.read_text().split() if file.exists() else []
        if len(lines) == 2:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.05)
    raise AssertionError("Chromium did not start")


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """A site on loopback: its address without a slash."""
    sock = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(3)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One Chromium for all tests of a folder."""
    with running_chromium(tmp_path_factory.mktemp("chromium")) as address:
        yield address


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def driver() -> AsyncIterator[Driver]:
    """One Playwright for all tests of a folder."""
    driver = Driver(Patience(action=0.9, loads=0.9, stirs=0.05))
    yield driver
    await driver.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(driver: Driver, chromium: str, tmp_path: Path) -> AsyncIterator[PlaywrightBrowser]:
    """A browser with one blank tab."""
    _one_blank_tab(chromium)
    browser = await driver.connect(
        chromium, Options(private=True, downloads=str(tmp_path / "downloads"), home=str(tmp_path))
    )
    yield browser
    await browser.close()


def reference(view: str, element: str) -> str:
    """The reference of an element in a view."""
    return view.split(f"] {element}")[0].rsplit("[", 1)[1]


async def crash_the_tab(chromium: str) -> None:
    """Kill the process of the only tab, as a lack of memory would."""
    async with httpx.AsyncClient(base_url=f"http://{chromium.split('/')[2]}") as http:
        tabs = (await http.get("/json/list")).json()
    address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
    async with connect(address) as socket:
        await socket.send('{"id": 1, "method": "Page.crash"}')
        await asyncio.sleep(0.3)


def _one_blank_tab(chromium: str) -> None:
    http = httpx.Client(base_url=f"http://{chromium.split('/')[2]}", timeout=5)
    old = [target["id"] for target in http.get("/json/list").json() if target["type"] == "page"]
    http.put("/json/new?about:blank")
    for target in old:
        http.get(f"/json/close/{target}")
