"""What is known of an action that Playwright gave up: only where nothing was done is that said."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, async_playwright

from gofer.browser.acting.reasons import explained
from gofer.browser.mishaps import told_as
from gofer.core.attempt import Attempt, came_to
from gofer.core.errors import Refused

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

PAGE = """<a href="/never" onclick="veil.hidden = !this.title">Slow</a> <button disabled>Pay</button>
<input type="checkbox" onclick="return false"> <input id="bound" placeholder="Best performing click action" readonly>
<div id="veil" hidden style="position:fixed;inset:0">Wait</div>"""


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: str) -> AsyncIterator[Page]:
    """A page with a link to a site that never answers."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        page = await browser.contexts[0].new_page()
        await page.route("http://a.example/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
        await page.route("http://a.example/never", _never)
        await page.goto("http://a.example/")
        yield page
        await page.close()


async def _never(route: Route) -> None:
    """No answer."""


async def refused(page: Page, selector: str) -> Refused:
    """What a click that comes to nothing is told as."""
    element = page.locator(selector)
    with pytest.raises(Refused) as caught:
        async with told_as("Could not click"), explained(element):
            await element.click(timeout=3000)
    return caught.value


@pytest.mark.parametrize("title", ["", "and covers itself"])
async def test_a_click_that_was_made_is_not_told_as_undone_where_its_page_does_not_come(page: Page, title: str) -> None:
    await page.evaluate("title => { document.links[0].title = title }", title)
    error = await refused(page, "a")
    assert came_to(error) is None
    assert error.message == "Could not click: what it led to took too long."


async def test_a_click_that_never_reached_its_element_was_not_made(page: Page) -> None:
    assert came_to(await refused(page, "button")) is Attempt.UNDONE
    await page.evaluate("veil.hidden = false")
    error = await refused(page, "a")
    assert came_to(error) is Attempt.UNDONE
    assert "covers it" in error.message


async def test_what_followed_a_click_is_told_in_its_own_words(page: Page) -> None:
    with pytest.raises(Refused, match="did not change its state") as caught:
        async with told_as("Could not check"):
            await page.locator("[type=checkbox]").check(timeout=3000)
    assert came_to(caught.value) is None


async def test_words_of_the_page_are_not_taken_for_what_was_done(page: Page) -> None:
    with pytest.raises(Refused) as caught:
        async with told_as("Could not fill in"):
            await page.locator("#bound").fill("x", timeout=1500)
    assert "took too long" not in caught.value.message
