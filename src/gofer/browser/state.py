"""A browser's state as one document: cookies, local storage, IndexedDB, and the session storage of its tabs."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from playwright.async_api import BrowserContext, Error, Page, Route

from gofer.core.errors import Refused, Unavailable

Document = dict[str, Any]
Told = Callable[[str], None]
log = structlog.get_logger()

FORMAT = 1
"""Of the document; a newer one is not understood and means a fresh start."""

MOST_BYTES = 16_000_000
"""Of one document: what a site leaves behind must not fill the disk."""

SECONDS = 8.0
"""For pages that answer; what does not is kept as it was before."""

TAB_SECONDS = 2.0
"""For the session storage of one page."""

MOST_TABS = 50
"""Sites whose session storage is kept, those that are open first: restoring visits each."""

PARTLY = "A page did not answer: what sites store is kept as it was before, as far as it could not be read."

_READ_TAB = "() => { try { return [origin, Object.entries(sessionStorage)] } catch { return ['null', []] } }"
"""A frame that is sandboxed has no storage, and says so with an error."""
_FILL_TAB = "items => items.forEach(([name, value]) => sessionStorage.setItem(name, value))"


def _warn(reason: str) -> None:
    log.warning("session.partly_read", reason=reason)


async def capture(context: BrowserContext, before: bytes | None = None, told: Told | None = None) -> bytes:
    """Everything the context knows, also of what was put in and not looked at since.

    `before` gives the storage of sites that this connection has not seen; `told` hears what could not be read, so
    that it is kept as it was. Raises `Refused` when it is too much to keep, `Unavailable` when the browser is gone.
    """
    try:
        seen = await _seen(context)
    except (Error, TimeoutError) as error:
        raise Unavailable("The browser did not tell its state.") from error
    if not (seen.has_origins and seen.has_tabs):
        (told or _warn)(PARTLY)
    data = _encoded(_merged(seen, _brought.get(context) or _Brought.before(before)))
    if len(data) > MOST_BYTES:
        raise Refused(f"The browser's state has {len(data) / 1e6:.0f} MB; at most {MOST_BYTES // 1_000_000} are kept.")
    return data


async def restore(context: BrowserContext, state: bytes) -> None:
    """Make a fresh context know what another one knew.

    The cookies come last: a context that has some was restored, also if gofer was killed meanwhile. Raises `Refused`
    for a document that is not understood, `Unavailable` when the browser does not take it.
    """
    document = understood(state)
    _brought[context] = _Brought(document, ("cookies", "origins", "tabs"))
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
    _brought[context] = _Brought(document, ("tabs",))


async def is_fresh(context: BrowserContext) -> bool:
    """Whether nobody went anywhere with this context yet."""
    return not await context.cookies() and all(page.url == "about:blank" for page in context.pages)


def understood(state: bytes) -> Document:
    """The document; raises `Refused` when it is damaged or from a newer gofer."""
    try:
        document = json.loads(state)
        if document["format"] != FORMAT:
            raise Refused(f"The state has format {document['format']}; this gofer knows {FORMAT}.")
        return {name: list(document[name]) for name in ("cookies", "origins", "tabs")}
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("The state is damaged.") from error


@dataclass(frozen=True)
class _Brought:
    """What an earlier errand left, and which kinds of it only this document knows.

    Playwright tells of every origin that was put in or that it saw. It knows nothing of session storage, which only a
    tab that is open can tell, of what saw another connection before a crash of gofer, or of what could not be put in.
    """

    document: Document
    missing: tuple[str, ...]

    @classmethod
    def before(cls, state: bytes | None) -> "_Brought":
        """Of a browser that goes on where gofer left it: its cookies are all there."""
        nothing: Document = {"cookies": [], "origins": [], "tabs": []}
        return cls(understood(state) if state is not None else nothing, ("origins", "tabs"))


@dataclass(frozen=True)
class _Seen:
    """What could be read, with the tabs that hold nothing: they may have held something before."""

    document: Document
    has_origins: bool
    has_tabs: bool


_brought: WeakKeyDictionary[BrowserContext, _Brought] = WeakKeyDictionary()


async def _seen(context: BrowserContext) -> _Seen:
    whole = await _whole(context)
    state = whole or await _cookies_only(context)
    tabs = await asyncio.gather(*map(_tab, context.pages))
    found = {origin: items for tab in tabs if tab is not None for origin, items in tab.items()}
    state["tabs"] = [{"origin": origin, "items": items} for origin, items in found.items()]
    return _Seen(state, whole is not None, None not in tabs)


async def _whole(context: BrowserContext) -> Document | None:
    """None when a page does not answer in time."""
    try:
        async with asyncio.timeout(SECONDS):
            return dict(await context.storage_state(indexed_db=True))
    except (Error, TimeoutError):
        return None


async def _cookies_only(context: BrowserContext) -> Document:
    async with asyncio.timeout(SECONDS):
        return {"cookies": list(await context.cookies()), "origins": []}


def _merged(seen: _Seen, brought: _Brought) -> Document:
    """What was there before stands for what nobody could see now."""
    document = seen.document
    for kind in {*brought.missing, *(() if seen.has_origins else ("origins",))}:
        known = {_identity(entry) for entry in document[kind]}
        document[kind] += [entry for entry in brought.document[kind] if _identity(entry) not in known]
    document["tabs"] = [tab for tab in document["tabs"] if tab["items"]][:MOST_TABS]
    return document


def _identity(entry: dict[str, Any]) -> tuple[object, ...]:
    """Of a cookie, or of what a site stores."""
    return tuple(entry.get(name) for name in ("origin", "domain", "path", "name"))


def _encoded(document: Document) -> bytes:
    """The same state gives the same bytes."""
    cookies = sorted(document["cookies"], key=lambda cookie: (cookie["domain"], cookie["path"], cookie["name"]))
    origins, tabs = (sorted(document[kind], key=lambda entry: str(entry["origin"])) for kind in ("origins", "tabs"))
    plain = {"format": FORMAT, "cookies": cookies, "origins": origins, "tabs": tabs}
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


async def _tab(page: Page) -> dict[str, list[list[str]]] | None:
    """The session storage of every site that is open in it; None when it does not answer in time."""
    found: dict[str, list[list[str]]] = {}
    try:
        async with asyncio.timeout(TAB_SECONDS):
            for frame in page.frames:
                if frame.url.startswith("http") and not frame.is_detached():
                    origin, items = await frame.evaluate(_READ_TAB)
                    found[origin] = sorted(items)
    except (Error, TimeoutError):
        return None
    found.pop("null", None)
    return found


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
