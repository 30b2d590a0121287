"""Where to be: another address, the page before, further down, another tab; and waiting until something is so."""

import asyncio
import builtins
import time

from playwright.async_api import Error, Page, Response, TimeoutError

from gofer.browser.acting.arriving import NO_PAGE, Arriving, cut_short
from gofer.browser.acting.reasons import explained
from gofer.browser.addresses import allowed
from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason, answers
from gofer.browser.targets import locate
from gofer.browser.words import clipped
from gofer.core import egress
from gofer.core.action import Back, Navigate, Scroll, SwitchTab, Target, WaitFor
from gofer.core.errors import GoferError, Refused, Unavailable

POLL_SECONDS = 0.1

GROWS_SECONDS = 0.5
"""For a list that loads more when its end shows."""

SCREENS = 40
"""How far a list is scrolled for an element that does not come."""

_SCROLL = """(e, screens) => {
  const scrolls = x => x && x.scrollHeight > x.clientHeight + 1
    && (x === document.scrollingElement || /auto|scroll|overlay/.test(getComputedStyle(x).overflowY));
  let area = e && e !== document.body && e !== document.documentElement ? e : null;
  if (!area && !scrolls(document.scrollingElement)) area = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  while (area && !scrolls(area)) area = area.parentElement;
  area = area ?? document.scrollingElement;
  const before = area.scrollTop, page = area === document.scrollingElement;
  area.scrollBy({top: screens * (page ? innerHeight : area.clientHeight) * 0.9, behavior: 'instant'});
  return area.scrollTop !== before; }"""


async def navigate(hand: Hand, action: Navigate) -> None:
    """Go to an http(s) address; a 4xx is Refused and a dead site Unavailable."""
    address = allowed(action.url, private=hand.options.private)
    response = await _went(hand, address)
    if response is not None and response.status >= 400:
        await hand.tabs.settled()
        raise _no(address, response.status, "Its page is open, read it if that helps.")


async def back(hand: Hand, action: Back) -> None:
    """Go to the page before; raises Refused where there is none, and where that leads back here."""
    page = await hand.page()
    before = page.url
    response = await page.go_back(wait_until="commit", timeout=hand.leads_ms)
    await hand.tabs.settled()
    if response is None and page.url == before:
        raise Reason("There is no page before this one in this tab. Navigate to an address instead")
    if page.url == before:
        raise Reason("The page before leads straight back here. Navigate to an address instead")


async def scroll(hand: Hand, action: Scroll) -> None:
    """Scroll the page or a scroll area by screens; or until the element shows, however long the list loads."""
    if action.target and not action.screens:
        await _until_shown(hand, action.target)
        return
    page = await hand.page()
    area = await hand.one(action.target) if action.target else page.locator(":root")
    if not await area.evaluate(_SCROLL, action.screens or 1):
        hand.tabs.notes.add("Nothing scrolled: the end is reached, or there is nothing to scroll")


async def wait(hand: Hand, action: WaitFor) -> None:
    """Wait until a text or an element shows or goes, or the address holds these letters; else just so long."""
    if not (action.text or action.target or action.url):
        await asyncio.sleep(action.seconds)
        return
    deadline = time.monotonic() + action.seconds
    while not await _is_so(await hand.page(), action):
        if time.monotonic() > deadline:
            raise Reason(f"after {action.seconds:g} seconds it {'is still there' if action.gone else 'is not so'}")
        await asyncio.sleep(POLL_SECONDS)


async def switch(hand: Hand, action: SwitchTab) -> None:
    """Go on in another tab, or close one."""
    await hand.tabs.choose(action.number, close=action.close)


def _no(address: str, status: int, more: str) -> GoferError:
    """The site itself answered with an error."""
    answer = f"{clipped(address, 100)} answered {status}."
    return Unavailable(answer) if status >= 500 else Refused(f"{answer} {more}")


async def _went(hand: Hand, address: str) -> Response | None:
    """Go there; raises what gofer's own way out has to say, where that answered instead of a site."""
    page = await hand.page()
    with Arriving(page, address) as arriving:
        try:
            response = await _go(hand, page, address)
        except Error as error:
            if answer := await arriving.why(error, hand.leads_ms):
                raise answer.error() from error
            if NO_PAGE in error.message and arriving.status:
                raise _no(address, arriving.status, "It sent no page with that.") from error
            raise
    answer = egress.found(response.url, await response.all_headers()) if response and response.status >= 400 else None
    if answer:
        raise answer.error()
    return response


async def _go(hand: Hand, page: Page, address: str) -> Response | None:
    try:
        return await page.goto(address, wait_until="domcontentloaded", timeout=hand.leads_ms)
    except TimeoutError as error:
        if hand.tabs.pestered(page):  # one dialog after another lets nobody go, but from another tab
            hand.tabs.give_up(page)
            return await _go(hand, await hand.page(), address)
        if await hand.tabs.navigations.stop() and await answers(page):
            raise Unavailable("The site does not answer. The page before is still open.") from error
        if await cut_short(page):
            hand.tabs.notes.add("The page did not come to its end, so loading was stopped: this is what had come")
            return None
        raise builtins.TimeoutError from error  # nothing of it can be read
    except Error as error:
        if "interrupted by another navigation" not in error.message:
            raise
    # The page before was on its way somewhere, perhaps to the browser's own error page: now it is there.
    await hand.tabs.settled()
    return await page.goto(address, wait_until="domcontentloaded", timeout=hand.leads_ms)


async def _until_shown(hand: Hand, target: Target) -> None:
    page = await hand.page()
    found = locate(page, target)
    deadline = time.monotonic() + hand.patience.navigation
    for _ in range(SCREENS):
        if target.ref or await found.count() or time.monotonic() > deadline:
            break
        if not await page.locator(":root").evaluate(_SCROLL, 1):
            await asyncio.sleep(GROWS_SECONDS)
            if not await page.locator(":root").evaluate(_SCROLL, 1):
                break
        await asyncio.sleep(POLL_SECONDS)
    element = await hand.one(target)
    async with explained(element):
        await element.scroll_into_view_if_needed(timeout=hand.ready_ms)


async def _is_so(page: Page, action: WaitFor) -> bool:
    shown = [action.url in page.url] if action.url else []
    try:
        if action.text:
            shown.append(await _says(page, action.text))
        if action.target:
            shown.append(await locate(page, action.target).count() > 0)
    except Error:
        return False  # the page is on its way somewhere
    return not any(shown) if action.gone else all(shown)


async def _says(page: Page, text: str) -> bool:
    for frame in page.frames:
        if await frame.get_by_text(text).filter(visible=True).count():
            return True
    return False
