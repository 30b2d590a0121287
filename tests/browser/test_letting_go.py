"""Nothing is left behind: not when a browser cannot be taken hold of, not when its end goes wrong, not for others."""

import asyncio
from typing import Any, cast

import pytest
from playwright.async_api import Error, Page
from tests.browser.chromium import driver

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.browser.view import Viewer

__all__ = ["driver"]

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def broken(*_: Any) -> Any:
    """Fails as the browser would."""
    raise Error("Target closed")


@pytest.mark.chromium
async def test_a_context_that_cannot_be_furnished_is_closed(
    driver: Driver, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = await driver.shared(chromium, Options(private=True))
    before = len(shared._chromium.contexts)
    monkeypatch.setattr(PlaywrightBrowser, "over", broken)
    with pytest.raises(Exception, match=r"closed|Could not open"):
        await shared.room("http://127.0.0.1:9")
    assert len(shared._chromium.contexts) == before
    await shared.close()


@pytest.mark.chromium
async def test_a_connection_that_leads_to_no_browser_is_ended(
    driver: Driver, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = []

    async def reach(self: Driver, *told: Any) -> Any:
        reached.append(await Driver.reach(self, *told))
        return reached[-1]

    monkeypatch.setattr(PlaywrightBrowser, "over", broken)
    monkeypatch.setattr(driver, "reach", lambda *told: reach(driver, *told))
    with pytest.raises(Exception, match=r"closed|Could not reach"):
        await driver.connect(chromium)
    assert [each.is_connected() for each in reached] == [False]


@pytest.mark.chromium
async def test_an_end_that_goes_wrong_in_one_part_still_closes_the_rest(
    driver: Driver, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = await driver.shared(chromium, Options(private=True))
    before = len(shared._chromium.contexts)
    room = await shared.room("http://127.0.0.1:9")
    monkeypatch.setattr(room._browser._hand.downloads, "stop", broken)
    await room.close()
    assert len(shared._chromium.contexts) == before
    with pytest.raises(Error):
        await room._browser._session.send("Browser.getVersion")
    await shared.close()


class Frames:
    """The only frame of a page that answers, or does not."""

    def __init__(self, answers: bool) -> None:
        self._answers = answers

    def is_detached(self) -> bool:
        """It is there."""
        return False

    async def evaluate(self, *_: object) -> dict[str, object]:
        """Its details, or nothing ever."""
        if not self._answers:
            await asyncio.Event().wait()
        return {"title": "Fine"}


class Paper:
    """A page as far as a viewer needs it."""

    url = "http://a.example/"

    def __init__(self, answers: bool) -> None:
        self.frames = [Frames(answers)]

    async def aria_snapshot(self, **_: object) -> str:
        """One button."""
        return '- button "Go" [ref=e1] [box=1,1,9,9]'


async def test_errands_whose_pages_hang_keep_no_other_one_waiting() -> None:
    hung = [asyncio.create_task(Viewer(60).look(cast(Page, Paper(False)))) for _ in range(8)]
    await asyncio.sleep(0)
    view = await asyncio.wait_for(Viewer(60).look(cast(Page, Paper(True))), 5)
    assert "Go" in view.text
    for each in hung:
        each.cancel()


async def test_the_time_for_a_page_does_not_run_while_others_are_looked_at() -> None:
    slow = Paper(True)

    async def snapshot(**_: object) -> str:
        await asyncio.sleep(0.4)
        return "- button"

    slow.aria_snapshot = snapshot  # type: ignore[method-assign]
    looks = await asyncio.gather(*(Viewer(1.0).look(cast(Page, slow)) for _ in range(10)))
    assert len(looks) == 10
