"""Mouse and keys by pixels on a real desktop, and nobody's hands but the holder's."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, async_playwright
from pydantic_ai import ModelRetry
from tests.tools.conftest import caller

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Profile, SandboxSpec
from gofer.core.screen import Screen
from gofer.kernel.control import LETTERS, ControlledScreen
from gofer.sandboxes.local import LocalSandboxes
from gofer.sandboxes.local import screen as local_screen
from gofer.testing.fake_run import FakeRun
from gofer.tools.screen import screen_tools

pytestmark = pytest.mark.chromium

PAGE = """<body style="margin:0"><textarea id="t" style="position:fixed;left:0;top:0;height:100px"></textarea>
<div id="d" style="margin-top:200px;height:3000px"></div><script>
window.seen = [];
for (const kind of ['click', 'dblclick', 'contextmenu', 'mousedown', 'mouseup'])
  d['on' + kind] = event => { event.preventDefault(); seen.push(kind + event.button) };
t.onkeydown = event => { if (event.ctrlKey && event.key === 'b') seen.push('chord') };
onscroll = () => seen.push('scroll');</script>"""


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Screen]:
    """A real desktop."""
    provider = LocalSandboxes(tmp_path / "s")
    box = await provider.create(SandboxSpec(profile=Profile.DESKTOP))
    assert box.screen
    yield box.screen
    await box.close()
    assert box.ref
    await provider.destroy(box.ref)


@pytest.fixture
async def page(screen: Screen) -> AsyncIterator[Page]:
    """What its browser shows, looked at from behind."""
    async with async_playwright() as driver:
        browser = await driver.chromium.connect_over_cdp(await screen.browser_endpoint())
        page = browser.contexts[0].pages[0]
        await page.set_content(PAGE)
        yield page
        await browser.close()


class Held:
    """A person holds the desktop until they give it back."""

    def __init__(self) -> None:
        self.returned = asyncio.Event()

    async def agents_turn(self) -> None:
        """Wait for them."""
        await self.returned.wait()


async def spot(page: Page, x: int, y: int) -> dict[str, float]:
    """A spot of the page as a pixel of the desktop."""
    left, top = await page.evaluate("[screenX + (outerWidth - innerWidth) / 2, screenY + outerHeight - innerHeight]")
    return {"x": left + x, "y": top + y}


async def test_the_desktop_is_clicked_typed_on_and_scrolled_by_pixels(screen: Screen, page: Page) -> None:
    call = caller(screen_tools(FakeRun(), screen))
    await call("mouse", **await spot(page, 100, 50))
    await call("keyboard", text="Grüße, Zoë!", key="Control+b")
    await page.wait_for_function("seen.includes('chord')", timeout=5000)
    assert await page.input_value("#t") == "Grüße, Zoë!"
    await call("mouse", **await spot(page, 100, 300), how="double")
    await call("mouse", **await spot(page, 100, 300), how="right")
    await call("wheel", **await spot(page, 100, 300), notches=3)
    await page.wait_for_function("seen.includes('dblclick0') && seen.includes('contextmenu2')", timeout=5000)
    await page.wait_for_function("seen.includes('scroll')", timeout=5000)


async def test_the_desktop_is_seen_as_a_picture(screen: Screen) -> None:
    seen = await caller(screen_tools(FakeRun(), screen))("see_screen")
    assert seen.content[0].data.startswith(b"\x89PNG")
    assert "1024 × 768" in seen.return_value


async def test_what_cannot_be_is_told_to_the_model(screen: Screen) -> None:
    call = caller(screen_tools(FakeRun(), screen))
    with pytest.raises(ModelRetry, match="outside of the screen"):
        await call("mouse", x=5000, y=1)
    with pytest.raises(ModelRetry, match="There is no key"):
        await call("keyboard", key="Any")


async def test_input_waits_while_a_person_holds_control(screen: Screen, page: Page) -> None:
    held = Held()
    call = caller(screen_tools(FakeRun(), ControlledScreen(screen, held)))
    waiting = asyncio.ensure_future(call("mouse", **await spot(page, 100, 300)))
    await asyncio.sleep(0.3)
    assert await page.evaluate("seen.length") == 0
    held.returned.set()
    await waiting
    await page.wait_for_function("seen.includes('click0')", timeout=5000)


class TakenOver:
    """A person takes the desktop when the agent has asked so often, until they give it back."""

    def __init__(self, after: int) -> None:
        self._left = after
        self.taken, self.returned = asyncio.Event(), asyncio.Event()

    async def agents_turn(self) -> None:
        """It is, at first."""
        self._left -= 1
        if self._left < 0:
            self.taken.set()
            await self.returned.wait()


async def test_a_person_who_takes_control_gets_it_in_the_midst_of_a_long_text(screen: Screen, page: Page) -> None:
    turns, text = TakenOver(after=3), "long texts" * 10
    call = caller(screen_tools(FakeRun(), ControlledScreen(screen, turns)))
    await call("mouse", **await spot(page, 100, 50))
    typing = asyncio.ensure_future(call("keyboard", text=text))
    await asyncio.wait_for(turns.taken.wait(), 10)
    await page.wait_for_function("text => t.value === text", arg=text[: 2 * LETTERS], timeout=5000)
    await asyncio.sleep(0.5)
    assert await page.input_value("#t") == text[: 2 * LETTERS]
    turns.returned.set()
    await typing
    await page.wait_for_function("text => t.value === text", arg=text, timeout=5000)


async def test_a_text_may_take_longer_than_any_single_input(
    screen: Screen, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_screen, "INPUT_SECONDS", 4.0)
    text = "Zoë schläft. " * 25
    call = caller(screen_tools(FakeRun(), ControlledScreen(screen, TakenOver(after=1000))))
    await call("mouse", **await spot(page, 100, 50))
    await call("keyboard", text=text)
    await page.wait_for_function("text => t.value === text", arg=text, timeout=5000)


async def test_who_could_not_type_all_of_a_text_says_how_far_it_came() -> None:
    class Gone:
        """A desktop that goes away in the midst of it."""

        left = 2

        async def type(self, text: str) -> None:
            """Until it is gone."""
            self.left -= 1
            if self.left < 0:
                raise Unavailable("the desktop takes no input: ")

    gone: Any = Gone()
    call = caller(screen_tools(FakeRun(), ControlledScreen(gone, TakenOver(after=1000))))
    with pytest.raises(ModelRetry, match=f"takes no input; the first {2 * LETTERS} of 300 letters were typed"):
        await call("keyboard", text="x" * 300)
