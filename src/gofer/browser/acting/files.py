"""Files into a page and out of it. Their paths are those of the computer that the browser runs on."""

import posixpath
import time
from asyncio import Event, timeout
from typing import Any

from playwright.async_api import CDPSession, ElementHandle, Error, Locator

from gofer.browser.acting.pointing import click
from gofer.browser.acting.reasons import explained
from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason
from gofer.browser.words import clipped
from gofer.core.action import Click, Download, Upload

CHOOSER_SECONDS = 3.0
"""For the file chooser that a click opens."""

DOWNLOAD_SECONDS = 120.0
"""For a whole file."""

_FIELD = """e => { const field = e.control ?? e;
  return field.matches('input[type=file]') ? field : e.querySelector('input[type=file]') }"""

_UNREADABLE = """async e => {
  for (const file of e.files) {
    try { await (file.size ? file.slice(0, 1) : file).arrayBuffer() } catch { return file.name } }
  return null }"""


async def upload(hand: Hand, action: Upload) -> None:
    """Put files into a file field, or into the chooser that clicking the element opens."""
    paths = [posixpath.normpath(posixpath.join(hand.options.home, path)) for path in action.paths]
    element = await hand.one(action.target, hidden=True)
    field = (await element.evaluate_handle(_FIELD)).as_element()
    chooser = await _Chooser.listening(hand, element)
    try:
        await _open(hand, element, field)
        await chooser.give(paths)
    finally:
        await chooser.close()
    if field is not None:
        await _readable(field)


async def download(hand: Hand, action: Download) -> None:
    """Click what offers a file, and wait until it is here."""
    before = hand.downloads.begun
    await click(hand, Click(target=action.target))
    if hand.downloads.begun == before and not await hand.downloads.moved(hand.patience.action):
        raise Reason("Clicking it offered no file. Look at the page: it may have opened something", None)
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    while hand.downloads.underway:
        if time.monotonic() > deadline or not await hand.downloads.moved(hand.patience.navigation):
            await hand.downloads.stop("it takes too long")
            break


async def _open(hand: Hand, element: Locator, field: ElementHandle | None) -> None:
    if field is not None:  # shown or hidden: the chooser opens as it would for a person
        await field.evaluate("e => e.click()")
        return
    async with explained(element):
        await element.click(timeout=hand.ready_ms)


async def _readable(field: ElementHandle) -> None:
    try:
        missing = await field.evaluate(_UNREADABLE)
    except Error:
        return  # the page took the file and moved on
    if missing:
        told = f"there is no file “{clipped(missing)}” that the browser can read. List the folder to find it"
        raise Reason(told, None)


class _Chooser:
    """Catches the file chooser before it opens: over CDP, because only the browser's computer has the files."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._opened: dict[str, Any] = {}
        self._event = Event()
        session.on("Page.fileChooserOpened", self._caught)

    @classmethod
    async def listening(cls, hand: Hand, element: Locator) -> "_Chooser":
        page = await hand.page()
        handle = await element.element_handle(timeout=hand.ready_ms)
        frame = await handle.owner_frame() or page.main_frame
        try:
            session = await page.context.new_cdp_session(frame)
        except Error:  # frames of the same site share the page's process and its session
            session = await page.context.new_cdp_session(page)
        chooser = cls(session)
        await session.send("Page.enable")
        await session.send("Page.setInterceptFileChooserDialog", {"enabled": True})
        return chooser

    async def give(self, paths: list[str]) -> None:
        try:
            async with timeout(CHOOSER_SECONDS):
                await self._event.wait()
        except TimeoutError as error:
            raise Reason("It is no file field, and clicking it opened no file chooser", None) from error
        if len(paths) > 1 and self._opened["mode"] == "selectSingle":
            raise Reason("It takes only one file")
        files = {"files": paths, "backendNodeId": self._opened["backendNodeId"]}
        await self._session.send("DOM.setFileInputFiles", files)

    async def close(self) -> None:
        try:
            await self._session.send("Page.setInterceptFileChooserDialog", {"enabled": False})
            await self._session.detach()
        except Error:
            return  # the tab is gone

    def _caught(self, event: dict[str, Any]) -> None:
        self._opened = event
        self._event.set()
