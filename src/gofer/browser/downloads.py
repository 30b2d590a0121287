"""Keeps the files that a site offers: in the browser's own computer, under a safe name, and not without bound."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Error

from gofer.browser.notes import Notes
from gofer.browser.options import Options
from gofer.browser.words import clipped

MEGABYTE = 1_000_000


@dataclass
class _Offer:
    name: str
    received: int = 0
    refused: bool = False


class Downloads:
    """Listens to the browser, which writes the files itself: each into a folder of its own, so none is replaced."""

    def __init__(self, session: CDPSession, options: Options, notes: Notes, context: str | None = None) -> None:
        self._session = session
        self._where = {"browserContextId": context} if context else {}
        self._options = options
        self._notes = notes
        self._offers: dict[str, _Offer] = {}
        self._kept: list[str] = []
        self._bytes = 0
        self._number = 0
        self._mark = secrets.token_hex(3)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._moved = asyncio.Event()
        session.on("Browser.downloadWillBegin", self._begun)
        session.on("Browser.downloadProgress", self._went_on)

    async def ready(self) -> None:
        """Tell the browser where the next file goes."""
        self._number += 1
        folder = f"{self._options.downloads}/{self._mark}-{self._number}"
        where = {"behavior": "allow", "downloadPath": folder, "eventsEnabled": True} | self._where
        await self._session.send("Browser.setDownloadBehavior", where)

    @property
    def begun(self) -> int:
        """How many files were offered so far."""
        return self._number - 1

    @property
    def underway(self) -> bool:
        """Whether a file is still on its way."""
        return bool(self._offers)

    async def moved(self, seconds: float) -> bool:
        """Wait until a download begins, goes on or ends; False when none does for so long."""
        self._moved.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def stop(self, reason: str) -> None:
        """Let go of what is still on its way; the browser removes what it has of it."""
        for guid, offer in list(self._offers.items()):
            await self._refuse(guid, offer, reason)

    def take(self) -> tuple[str, ...]:
        """The paths of files that have come since this was asked."""
        kept, self._kept = tuple(self._kept), []
        return kept

    def _begun(self, event: dict[str, Any]) -> None:
        self._offers[event["guid"]] = _Offer(event["suggestedFilename"])
        self._do(self.ready())
        self._moved.set()

    def _went_on(self, event: dict[str, Any]) -> None:
        offer = self._offers.get(event["guid"])
        if offer is None:
            return
        self._bytes += max(event["receivedBytes"] - offer.received, 0)
        offer.received = max(event["receivedBytes"], offer.received)
        if event["state"] == "inProgress":
            self._weigh(event["guid"], offer, event["totalBytes"])
        else:
            self._ended(event, offer)
        self._moved.set()

    def _weigh(self, guid: str, offer: _Offer, total: float) -> None:
        limit = self._options.download_mb * MEGABYTE
        coming = max(total, offer.received)
        if not offer.refused and self._bytes - offer.received + coming > limit:
            size = f"has {coming / MEGABYTE:,.0f} MB" if total else f"has more than {offer.received / MEGABYTE:,.0f} MB"
            reason = f"it {size}, and files of an errand may have {self._options.download_mb} MB in all"
            self._do(self._refuse(guid, offer, reason))

    async def _refuse(self, guid: str, offer: _Offer, reason: str) -> None:
        offer.refused = True
        self._notes.add(f"The site's file “{clipped(offer.name)}” was not kept: {reason}")
        await self._session.send("Browser.cancelDownload", {"guid": guid} | self._where)

    def _ended(self, event: dict[str, Any], offer: _Offer) -> None:
        del self._offers[event["guid"]]
        if event["state"] == "completed" and event.get("filePath"):
            self._kept.append(event["filePath"])
            self._notes.add(f"The file “{clipped(offer.name)}” was kept as {event['filePath']}")
            return
        self._bytes -= offer.received
        if not offer.refused:
            self._notes.add(f"The file “{clipped(offer.name)}” did not come: the site broke it off")

    def _do(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def identity(context: BrowserContext) -> str:
    """What DevTools calls a context; it needs a page in it."""
    session = await context.new_cdp_session(context.pages[0])
    try:
        return str((await session.send("Target.getTargetInfo"))["targetInfo"]["browserContextId"])
    finally:
        await session.detach()


async def _quietly(work: Any) -> None:
    try:
        await work
    except Error:
        return  # the browser is gone, and its files with it
