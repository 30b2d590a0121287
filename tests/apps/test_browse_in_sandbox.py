"""The demo errand in a real sandboxed desktop: headful Chromium, the egress proxy, the shop under its own name."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import uvicorn

from gofer.apps.browse.flow import browse, computer
from gofer.apps.browse.types import BrowseInput
from gofer.browser.driver import opened, stop
from gofer.browser.written import bundled
from gofer.core.errors import GoferError
from gofer.core.sandbox import Sandbox
from gofer.demo import HOST, demo_input
from gofer.demo.shop import shop
from gofer.sandboxes.local import LocalSandboxes
from gofer.testing.fake_run import FakeRun, Killed

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

ERRAND = BrowseInput.model_validate(demo_input(recorded=True))


@pytest.fixture(scope="module")
def shop_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo shop on a unix socket, as gofer serves it."""
    path = tmp_path_factory.mktemp("shop") / "s"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    server = uvicorn.Server(uvicorn.Config(shop(), log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield path
    server.should_exit = True
    thread.join(3)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desktop(tmp_path_factory: pytest.TempPathFactory, shop_socket: Path) -> AsyncIterator[Sandbox]:
    """The computer that the demo errand asks for."""
    sandboxes = LocalSandboxes(tmp_path_factory.mktemp("sandboxes"), names={HOST: str(shop_socket)})
    box = await sandboxes.create(computer(ERRAND, bundled("price_watch")))
    yield box
    await stop()
    await box.close()
    assert box.ref is not None
    await sandboxes.destroy(box.ref)


async def test_the_demo_errand_succeeds_and_goes_on_after_a_crash(desktop: Sandbox) -> None:
    assert desktop.screen is not None
    run = FakeRun(kill_after=9)
    async with opened(desktop.screen) as browser:
        run.browser_used = browser
        with pytest.raises(Killed):
            await browse(run, ERRAND)
    async with opened(desktop.screen) as browser:
        result = await browse(run.again(browser_used=browser), ERRAND)
    assert len({row["name"] for row in result.data}) == 18
    assert set(run.memory.files) == {"prices.csv", "results.png"}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://elsewhere.example/", "port 443 is not allowed for this errand: .* is not on this run's allow list"),
        ("http://elsewhere.example/", "port 80 is not allowed for this errand: .* is not on this run's allow list"),
        ("http://127.0.0.1:1080/", "private network"),
    ],
)
async def test_a_site_outside_the_errand_is_out_of_reach(desktop: Sandbox, address: str, told: str) -> None:
    assert desktop.screen is not None
    async with opened(desktop.screen) as browser:
        with pytest.raises(GoferError, match=told):
            await browser.navigate(address)
