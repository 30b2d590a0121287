"""A browser's state comes back as it was: cookies, local storage, session storage, IndexedDB."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from statistics import median

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from tests.browser.chromium import running_chromium, served

from gofer.browser import state
from gofer.browser.sittings import seated
from gofer.core.errors import Refused
from gofer.core.secret import Secret

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

KEEPS = """<script>
document.cookie = "who=ann; path=/; max-age=100000; samesite=lax";
localStorage.theme = "dark"; sessionStorage.cart = "3 lamps";
const opening = indexedDB.open("orders", 3);
opening.onupgradeneeded = () => {
  opening.result.createObjectStore("lines", {keyPath: "id"}).createIndex("name", "name", {unique: true});
  opening.result.createObjectStore("blobs");
};
opening.onsuccess = () => {
  const work = opening.result.transaction(["lines", "blobs"], "readwrite");
  work.objectStore("lines").put({id: 1, name: "lamp", at: new Date(5)});
  work.objectStore("blobs").put(new Uint8Array([1, 2, 3]).buffer, "raw");
  work.oncomplete = () => document.title = "done";
};
</script>"""
TELLS = """async () => {
  const db = await new Promise(done => { const o = indexedDB.open("orders"); o.onsuccess = () => done(o.result) });
  const get = (store, key) => new Promise(done => {
    const r = db.transaction(store).objectStore(store).get(key); r.onsuccess = () => done(r.result) });
  const line = await get("lines", 1);
  return [document.cookie, localStorage.theme, sessionStorage.cart, line.name, line.at.getTime(),
          new Uint8Array(await get("blobs", "raw")).join(), db.version];
}"""
KNOWN = ["who=ann", "dark", "3 lamps", "lamp", 5, "1,2,3", 3]


async def _page(request: Request) -> HTMLResponse:
    return HTMLResponse(KEEPS if request.url.path == "/keep" else "<p>hello")


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with served(Starlette(routes=[Route("/{path:path}", _page)])) as address:
        yield address


class Kept:
    """A sitting in memory."""

    kept = True

    def __init__(self, state: bytes | None = None) -> None:
        self.state = state
        self.told: list[str | None] = []
        self.pages = 0

    async def brought(self) -> Secret[bytes]:
        if self.state is None:
            raise Refused("Nothing yet.")
        return Secret(self.state)

    async def began(self, why_fresh: str | None) -> None:
        self.told.append(why_fresh)

    async def keep(self, state: Secret[bytes]) -> None:
        self.state = state.reveal()

    async def lost(self, reason: str) -> None:
        self.told.append(f"lost: {reason}")

    def page_loaded(self) -> None:
        self.pages += 1


async def visit(profile: Path, sitting: Kept, address: str) -> object:
    """One errand in a browser of its own; what the site finds there."""
    with running_chromium(profile) as endpoint:
        async with async_playwright() as playwright:
            context = (await playwright.chromium.connect_over_cdp(endpoint)).contexts[0]
            async with seated(context, sitting):
                page = context.pages[0]
                await page.goto(address)
                if address.endswith("/keep"):
                    await page.wait_for_function("document.title == 'done'")
                    return None
                return await page.evaluate(TELLS) if sitting.told == [None] else await page.evaluate("document.cookie")


async def test_a_browser_begins_with_what_the_one_before_knew(tmp_path: Path, shop: str) -> None:
    first = Kept()
    await visit(tmp_path / "1", first, f"{shop}/keep")
    assert first.told == ["Nothing yet."]
    assert first.state is not None
    second = Kept(first.state)
    assert await visit(tmp_path / "2", second, f"{shop}/look") == KNOWN
    assert second.pages == 1


async def test_a_round_trip_gives_the_same_bytes(tmp_path: Path, shop: str) -> None:
    first = Kept()
    await visit(tmp_path / "1", first, f"{shop}/keep")
    assert first.state is not None
    with running_chromium(tmp_path / "2") as endpoint:
        async with async_playwright() as playwright:
            context = (await playwright.chromium.connect_over_cdp(endpoint)).contexts[0]
            await state.restore(context, first.state)
            await context.pages[0].goto(f"{shop}/look")
            assert await state.capture(context) == first.state


@pytest.mark.parametrize("damaged", [b"", b"{}", b"\xff\xfe", b'{"format": 99}', b'{"format": 1, "cookies": 3}'])
async def test_a_damaged_state_is_a_fresh_start_that_is_told(page: Page, damaged: bytes) -> None:
    sitting = Kept(damaged)
    async with seated(page.context, sitting):
        assert sitting.told != [None]
        assert await page.context.cookies() == []
    assert json.loads(sitting.state or b"")["format"] == state.FORMAT


async def test_a_browser_that_has_been_somewhere_keeps_what_it_has(page: Page, shop: str) -> None:
    await page.goto(f"{shop}/look")
    await page.context.add_cookies([{"name": "now", "value": "1", "url": shop}])
    old = {"format": 1, "cookies": [{"name": "old", "value": "1", "url": shop}], "origins": [], "tabs": []}
    elsewhere = [{"origin": "https://other.example", "localStorage": [{"name": "a", "value": "b"}]}]
    sitting = Kept(json.dumps(old | {"origins": elsewhere}).encode())
    async with seated(page.context, sitting):
        assert [cookie["name"] for cookie in await page.context.cookies()] == ["now"]
    document = json.loads(sitting.state or b"")
    assert [cookie["name"] for cookie in document["cookies"]] == ["now"]
    assert document["origins"] == elsewhere


async def test_a_page_that_hangs_still_leaves_its_cookies(
    page: Page, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "SECONDS", 1.0)
    await page.goto(f"{shop}/look")
    await page.context.add_cookies([{"name": "now", "value": "1", "url": shop}])
    await page.evaluate("() => { setTimeout(() => { for (;;); }, 50) }")
    await page.wait_for_timeout(100)
    document = json.loads(await state.capture(page.context))
    assert [cookie["name"] for cookie in document["cookies"]] == ["now"]


async def test_a_hundred_cookies_come_and_go_in_an_instant(context: BrowserContext) -> None:
    cookies = [{"name": f"n{i}", "value": "v" * 30, "domain": "shop.example", "path": "/"} for i in range(100)]
    await context.add_cookies(cookies)  # type: ignore[arg-type]
    times = []
    for _ in range(5):
        began = time.perf_counter()
        known = await state.capture(context)
        await context.clear_cookies()
        await state.restore(context, known)
        times.append(time.perf_counter() - began)
    assert len(await context.cookies()) == 100
    assert median(times) < 0.6, "0.15 s on a quiet machine"


@pytest_asyncio.fixture(loop_scope="session")
async def context(chromium: str) -> AsyncIterator[BrowserContext]:
    """A context of its own in the tests' Chromium."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        context = await browser.new_context()
        yield context
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    """A blank page in it."""
    return await context.new_page()
