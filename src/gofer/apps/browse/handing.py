"""Hands over the files that an errand downloads, as soon as they are there: the computer ends with the errand."""

import mimetypes
import posixpath
import re
from hashlib import sha256

from pydantic import BaseModel
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.apps.browse.types import HandedOver
from gofer.core.action import Action
from gofer.core.application import RunContext
from gofer.core.browser import Browser, Change
from gofer.core.errors import Unavailable
from gofer.core.forwarding import ForwardingBrowser
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


class HandingBrowser(ForwardingBrowser):
    """What an action downloads becomes a file of the run, in the same step."""

    def __init__(self, run: RunContext, wrapped: Browser, box: Sandbox | None) -> None:
        super().__init__(wrapped)
        self._run = run
        self._box = box

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Do any one action, and hand over what came of it."""
        change = await self._wrapped.act(action, tell=tell)
        for path in change.files:
            await self._hand_over(path)
        return change

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
