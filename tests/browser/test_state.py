"""A browser's state comes back as it was: cookies, local storage, session storage, IndexedDB."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from statistics import median
from typing import Any

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


def knows(**kinds: list[dict[str, Any]]) -> bytes:
    """What an errand before left behind."""
    return json.dumps({"format": 1, "cookies": [], "origins": [], "tabs": []} | kinds).encode()


def theme(origin: str) -> dict[str, Any]:
    """What a site stores."""
    return {"origin": origin, "localStorage": [{"name": "theme", "value": "dark"}]}


def cart(origin: str) -> dict[str, Any]:
    """What a site stores in a tab."""
    return {"origin": origin, "items": [["cart", "3 lamps"]]}


def origins(document: dict[str, Any], kind: str) -> list[str]:
    """Whose they are."""
    return [entry["origin"] for entry in document[kind]]


async def test_a_page_that_hangs_leaves_its_cookies_and_what_sites_stored_before(
    page: Page, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "SECONDS", 1.0)
    monkeypatch.setattr(state, "TAB_SECONDS", 0.5)
    elsewhere = "https://other.example"
    await state.restore(page.context, knows(origins=[theme(elsewhere), theme(shop)], tabs=[cart(elsewhere)]))
    await page.goto(f"{shop}/look")
    await page.context.add_cookies([{"name": "now", "value": "1", "url": shop}])
    await page.evaluate("() => { setTimeout(() => { for (;;); }, 50) }")
    await page.wait_for_timeout(100)
    told: list[str] = []
    document = json.loads(await state.capture(page.context, told=told.append))
    assert [cookie["name"] for cookie in document["cookies"]] == ["now"]
    assert sorted(origins(document, "origins")) == sorted([elsewhere, shop])
    assert origins(document, "tabs") == [elsewhere]
    assert told == [state.PARTLY]


async def test_a_tabs_storage_outlives_errands_that_go_elsewhere(context: BrowserContext, shop: str) -> None:
    known = knows(tabs=[cart("https://other.example"), cart(shop)])
    for _ in range(3):
        assert context.browser is not None
        errand = await context.browser.new_context()
        await errand.new_page()
        await state.restore(errand, known)
        await errand.pages[0].goto(f"{shop}/look")
        known = await state.capture(errand)
        await errand.close()
    assert sorted(origins(json.loads(known), "tabs")) == sorted(["https://other.example", shop])


async def test_what_a_site_forgot_does_not_come_back(page: Page, shop: str) -> None:
    await state.restore(page.context, knows(origins=[theme(shop)], tabs=[cart(shop)]))
    await page.goto(f"{shop}/look")
    assert await page.evaluate("localStorage.theme + sessionStorage.cart") == "dark3 lamps"
    await page.evaluate("localStorage.clear(); sessionStorage.clear()")
    document = json.loads(await state.capture(page.context))
    assert document["origins"] == document["tabs"] == []


async def test_a_state_that_was_not_taken_is_not_forgotten(page: Page, shop: str) -> None:
    login = {"name": "login", "value": "1", "domain": "other.example", "path": "/", "expires": -1}
    sitting = Kept(knows(cookies=[login], origins=[theme("no address")]))
    async with seated(page.context, sitting):
        await page.context.add_cookies([{"name": "now", "value": "1", "url": shop}])
    assert "did not take" in str(sitting.told[0])
    document = json.loads(sitting.state or b"")
    assert sorted(cookie["name"] for cookie in document["cookies"]) == ["login", "now"]
    assert document["origins"] == [theme("no address")]


async def test_a_frame_without_storage_loses_nobody_elses(page: Page, shop: str) -> None:
    await page.goto(f"{shop}/look")
    await page.evaluate("sessionStorage.cart = '1 lamp'")
    await page.set_content(f"<iframe sandbox='allow-scripts' src='{shop}/look'></iframe>")
    told: list[str] = []
    document = json.loads(await state.capture(page.context, told=told.append))
    assert document["tabs"] == [{"origin": shop, "items": [["cart", "1 lamp"]]}]
    assert told == []


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
