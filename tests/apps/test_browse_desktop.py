"""What a page gives no handle to is done by pixels, on a real desktop; and files come off its real disk."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from tests.apps.shop_errands import Typist
from tests.browser.site import site

from gofer.apps.browse.desktop import BLIND, Seat
from gofer.apps.browse.flow import browse, computer, hands
from gofer.apps.browse.known import notebook
from gofer.apps.browse.types import BrowseInput, BrowseResult, HandedOver
from gofer.browser.driver import opened, stop
from gofer.core.event import BrowserActed
from gofer.core.sandbox import Sandbox
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

Call = tuple[str, dict[str, Any]]
HOST = "canvas.example"
CANVAS = """<body style="margin:0"><canvas width="2000" height="2000"></canvas><script>
    addEventListener('click', event => { if (event.isTrusted) document.title = 'hit:' });
    addEventListener('keydown', event => { if (event.isTrusted) document.title += event.key });</script>"""
PAGES = {"canvas": CANVAS, "download": '<a href="/file">Get it</a>'}
ERRAND = BrowseInput(goal="Play the game", start_url=f"http://{HOST}/canvas")


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A site of which nothing but pixels is to be seen."""
    path = tmp_path_factory.mktemp("game") / "s"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    server = uvicorn.Server(uvicorn.Config(site(PAGES), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield path
    server.should_exit = True
    thread.join(3)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desktop(tmp_path_factory: pytest.TempPathFactory, game: Path) -> AsyncIterator[Sandbox]:
    """The computer that such an errand asks for."""
    sandboxes = LocalSandboxes(tmp_path_factory.mktemp("sandboxes"), names={HOST: str(game)})
    box = await sandboxes.create(computer(ERRAND, None))
    yield box
    await stop()
    await box.close()
    assert box.ref is not None
    await sandboxes.destroy(box.ref)


async def done(desktop: Sandbox, asked: BrowseInput, *calls: Call) -> tuple[FakeRun, BrowseResult, str]:
    """The errand, by a model that makes these calls; and the title of the page in the end."""
    assert desktop.screen is not None
    model = Typist(*calls, ("final_result", {"text": "Done."})).model
    async with opened(desktop.screen) as browser:
        run = FakeRun(browser, box=desktop, model=model)
        result = await browse(run, asked)
        return run, result, (await browser.observe()).title


async def test_a_model_plays_by_pixels_what_has_no_handle_and_that_is_no_playbook(desktop: Sandbox) -> None:
    calls: list[Call] = [
        ("open_page", {"url": ERRAND.start_url}),
        ("see_screen", {}),
        ("mouse", {"x": 500, "y": 450}),
        ("keyboard", {"text": "a"}),
    ]
    run, result, title = await done(desktop, ERRAND, *calls)
    assert title == "hit:a"
    assert f"It cannot be replayed: {BLIND}." in result.text
    assert run.memory.playbooks == {}
    told = [event.sentence for event in run.memory.events if isinstance(event, BrowserActed)]
    assert "Click at (500, 450) of the desktop" in told


async def test_a_file_comes_off_the_desktop_s_own_disk(desktop: Sandbox) -> None:
    asked = BrowseInput(goal="Download the data", start_url=f"http://{HOST}/download")
    calls = (("open_page", {"url": asked.start_url}), ("download", {"element": 'link "Get it"'}))
    run, result, _ = await done(desktop, asked, *calls)
    assert result.files == [HandedOver(name="data.csv", media_type="text/csv", size=3)]
    assert run.memory.files["data.csv"] == b"a,b"


async def test_in_a_shared_browser_there_are_no_tools_for_the_screen(desktop: Sandbox) -> None:
    run = FakeRun(box=desktop)
    browser = object()
    shared = hands(run, Seat(browser), notebook(run, ERRAND))  # type: ignore[arg-type]
    own = hands(run, Seat(browser, desktop.screen), notebook(run, ERRAND))  # type: ignore[arg-type]
    assert (len(shared), len(own)) == (1, 2)
