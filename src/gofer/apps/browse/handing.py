"""Hands over the files that an errand downloads, as soon as they are there: the computer ends with the errand."""

import mimetypes
import posixpath
import re
from collections.abc import Sequence
from hashlib import sha256

from pydantic import BaseModel
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.apps.browse.types import HandedOver
from gofer.core.action import Action, Click, Fill, Navigate, Read, Upload
from gofer.core.application import RunContext
from gofer.core.blocker import Blocker
from gofer.core.browser import Browser, Change, Look, PageView, Rows, Target
from gofer.core.errors import Unavailable
from gofer.core.fingerprint import Fingerprint, Match
from gofer.core.playbook import own_key
from gofer.core.sandbox import Sandbox

MOST_BYTES = 200_000_000
"""Of all files of one errand, as `browser.download_mb` has it; on its computer they cannot be trusted to stay small."""

MOST_FILES = 100

OURS = re.compile(r"(step-\d+|page|blocker)\.(png|jpg)|rows\.csv")
"""Names of what the errand itself hands over."""


class Kept(BaseModel):
    """A file that was handed over."""

    offered: str
    """What the site calls it."""
    sha256: str
    as_: HandedOver


class HandOver(BaseModel):
    """What was handed over so far, and in sentences what was not."""

    kept: list[Kept] = []
    notes: list[str] = []

    @property
    def files(self) -> list[HandedOver]:
        """The files as the result lists them."""
        return [one.as_ for one in self.kept]

    def free_name(self, offered: str) -> str:
        """The name, with a number where another file of the errand has it, or may get it."""
        taken = {one.as_.name for one in self.kept}
        stem, ending = posixpath.splitext(offered)
        names = [f"{stem}-{number}{ending}" for number in range(2, MOST_FILES + 3)]
        return next(name for name in [offered, *names] if name not in taken and not OURS.fullmatch(name))


class HandingBrowser:
    """Implements `gofer.core.browser.Browser`: what an action downloads becomes a file of the run, in the same step."""

    def __init__(self, run: RunContext, wrapped: Browser, box: Sandbox | None) -> None:
        self._run = run
        self._wrapped = wrapped
        self._box = box

    async def navigate(self, url: str) -> Change:
        """Go to an address."""
        return await self.act(Navigate(url=url))

    async def fill_field(self, target: Target, value: str) -> Change:
        """Put text into exactly one field."""
        return await self.act(Fill(target=target, value=value))

    async def click_element(self, target: Target) -> Change:
        """Click exactly one element."""
        return await self.act(Click(target=target))

    async def upload_file(self, target: Target, paths: Sequence[str]) -> Change:
        """Put files into a file field."""
        return await self.act(Upload(target=target, paths=tuple(paths)))

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action, and hand over what came of it."""
        change = await self._wrapped.act(action, tell=tell)
        for path in change.files:
            await self._hand_over(path)
        return change

    async def extract_data(self, each: str, fields: dict[str, str]) -> Rows:
        """One row per matching element."""
        return await self._wrapped.extract_data(each, fields)

    async def take_screenshot(self, mark: Target | None = None) -> bytes:
        """The visible part of the page."""
        return await self._wrapped.take_screenshot(mark)

    async def get_current_url(self) -> str:
        """Where the browser is."""
        return await self._wrapped.get_current_url()

    async def extract(self, read: Read) -> str | list[list[str]]:
        """What one element holds."""
        return await self._wrapped.extract(read)

    async def observe(self, look: Look | None = None) -> PageView:
        """The page as a model should see it."""
        return await self._wrapped.observe(look)

    async def present(self, target: Target) -> bool:
        """Whether exactly one such element is usable."""
        return await self._wrapped.present(target)

    async def fingerprint(self, target: Target) -> Fingerprint:
        """What tells this element again."""
        return await self._wrapped.fingerprint(target)

    async def find(self, fingerprint: Fingerprint) -> Match:
        """The one element that it still fits."""
        return await self._wrapped.find(fingerprint)

    async def blocker(self) -> Blocker:
        """What stands in the way now."""
        return await self._wrapped.blocker()

    async def _hand_over(self, path: str) -> None:
        handed = await handed_over(self._run)
        offered = "".join(letter for letter in posixpath.basename(path) if letter.isprintable())[-150:] or "file"
        if self._box is None:
            note = "was not handed over: the errand shares its computer. Ask for a computer of its own"
        else:
            note = await self._kept(self._box, path, offered, handed)
        handed.notes += [f"The file “{offered[:60]}” {note}."] if note else []
        await self._run.remember(_key(self._run), handed)

    async def _kept(self, box: Sandbox, path: str, offered: str, handed: HandOver) -> str:
        """Keep it; or why not. A step that a crash made twice hands the same file over once."""
        data = await _read(box, path, MOST_BYTES - sum(file.size for file in handed.files))
        if data is None or len(handed.kept) >= MOST_FILES:
            return f"was not handed over: files of an errand may have {MOST_BYTES // 1_000_000} MB in all"
        digest = sha256(data).hexdigest()
        if (offered, digest) in {(one.offered, one.sha256) for one in handed.kept}:
            return ""
        kind = mimetypes.guess_type(offered)[0] or "application/octet-stream"
        saved = await self._run.save(handed.free_name(offered), data, kind)
        told = HandedOver(name=saved.name, media_type=saved.media_type, size=saved.size)
        handed.kept.append(Kept(offered=offered, sha256=digest, as_=told))
        return ""


async def handed_over(run: RunContext) -> HandOver:
    """What the run handed over so far."""
    return await run.recall(_key(run), HandOver) or HandOver()


async def _read(box: Sandbox, path: str, most: int) -> bytes | None:
    """The file, unless it is too large."""
    try:
        size = (await box.stat(path)).size
        data = None if size is None or size > most else await box.read_bytes(path)
    except OSError as error:
        raise Unavailable("A file that was downloaded cannot be read.") from error
    except WorkspaceUnavailableError as error:
        raise Unavailable("The sandbox is gone.", code="ERR_SANDBOX_LOST") from error
    return None if data is None or len(data) > most else data


def _key(run: RunContext) -> str:
    return own_key(run.id, "files")
