"""A browser's state as one document: cookies, local storage, IndexedDB, and the session storage of its tabs."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from playwright.async_api import BrowserContext, Error, Page, Route

from gofer.core.errors import Refused, Unavailable

FORMAT = 1
"""Of the document; a newer one is not understood and means a fresh start."""

MOST_BYTES = 16_000_000
"""Of one document: what a site leaves behind must not fill the disk."""

SECONDS = 8.0
"""For a page that answers; after that only the cookies are kept, which need no page."""

_READ_TAB = "() => Object.entries(sessionStorage)"
_FILL_TAB = "items => items.forEach(([name, value]) => sessionStorage.setItem(name, value))"


async def capture(context: BrowserContext, before: bytes | None = None) -> bytes:
    """Everything the context knows; `before` gives the storage of sites that this connection has not seen.

    Raises `Refused` when it is too much to keep, `Unavailable` when the browser is gone.
    """
    try:
        document = await _whole(context, before) or await _cookies_only(context, before)
    except (Error, TimeoutError) as error:
        raise Unavailable("The browser did not tell its state.") from error
    data = _encoded(document)
    if len(data) > MOST_BYTES:
        raise Refused(f"The browser's state has {len(data) / 1e6:.0f} MB; at most {MOST_BYTES // 1_000_000} are kept.")
    return data


async def restore(context: BrowserContext, state: bytes) -> None:
    """Make a fresh context know what another one knew.

    The cookies come last: a context that has some was restored, also if gofer was killed meanwhile. Raises `Refused`
    for a document that is not understood, `Unavailable` when the browser does not take it.
    """
    document = understood(state)
    try:
        if document["origins"]:
            origins = {"cookies": [], "origins": document["origins"]}
            await context.set_storage_state(origins)  # type: ignore[arg-type]  # its type leaves out the databases
        if document["tabs"]:
            await _fill_tab(context, document["tabs"])
        if document["cookies"]:
            await context.add_cookies(document["cookies"])
    except Error as error:
        raise Unavailable(f"The browser did not take the state: {error.message.splitlines()[0][:100]}") from error


async def is_fresh(context: BrowserContext) -> bool:
    """Whether nobody went anywhere with this context yet."""
    return not await context.cookies() and all(page.url == "about:blank" for page in context.pages)


def understood(state: bytes) -> dict[str, Any]:
    """The document; raises `Refused` when it is damaged or from a newer gofer."""
    try:
        document = json.loads(state)
        if document["format"] != FORMAT:
            raise Refused(f"The state has format {document['format']}; this gofer knows {FORMAT}.")
        return {name: list(document[name]) for name in ("cookies", "origins", "tabs")}
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("The state is damaged.") from error


async def _whole(context: BrowserContext, before: bytes | None) -> dict[str, Any] | None:
    """None when a page does not answer in time."""
    try:
        async with asyncio.timeout(SECONDS):
            state = await context.storage_state(indexed_db=True)
            tabs = await _tabs(context.pages)
    except TimeoutError:
        return None
    return _merged(dict(state) | {"tabs": tabs}, before)


async def _cookies_only(context: BrowserContext, before: bytes | None) -> dict[str, Any]:
    async with asyncio.timeout(SECONDS):
        return _merged({"cookies": await context.cookies(), "origins": [], "tabs": []}, before)


def _merged(document: dict[str, Any], before: bytes | None) -> dict[str, Any]:
    """Playwright tells of origins that it saw itself; before a crash of gofer it was another one that saw them."""
    if before is not None:
        earlier = understood(before)
        for kind in ("origins", "tabs"):
            seen = {entry["origin"] for entry in document[kind]}
            document[kind] += [entry for entry in earlier[kind] if entry["origin"] not in seen]
    return document


def _encoded(document: dict[str, Any]) -> bytes:
    """The same state gives the same bytes."""
    cookies = sorted(document["cookies"], key=lambda cookie: (cookie["domain"], cookie["path"], cookie["name"]))
    origins, tabs = (sorted(document[kind], key=lambda entry: str(entry["origin"])) for kind in ("origins", "tabs"))
    plain = {"format": FORMAT, "cookies": cookies, "origins": origins, "tabs": tabs}
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


async def _tabs(pages: Sequence[Page]) -> list[dict[str, Any]]:
    """The session storage of every site that is open; of several tabs on one site, the newest's."""
    found: dict[str, list[list[str]]] = {}
    for page in pages:
        for frame in page.frames:
            if frame.url.startswith("http"):
                origin = str(await frame.evaluate("origin"))
                found[origin] = sorted(await frame.evaluate(_READ_TAB))
    return [{"origin": origin, "items": items} for origin, items in found.items() if items and origin != "null"]


async def _fill_tab(context: BrowserContext, tabs: Sequence[dict[str, Any]]) -> None:
    """Session storage belongs to a tab: the first one visits each site without asking it for anything."""
    page = context.pages[0] if context.pages else await context.new_page()
    await page.route("**/*", _blank)
    try:
        for tab in tabs:
            await page.goto(tab["origin"])
            await page.evaluate(_FILL_TAB, tab["items"])
        await page.goto("about:blank")
    finally:
        await page.unroute("**/*", _blank)


async def _blank(route: Route) -> None:
    await route.fulfill(body="", content_type="text/html")
