"""The live desktops of runs on this host, and who watches and drives them."""

import asyncio
from collections import Counter
from functools import partial

from gofer.core.errors import Refused
from gofer.core.event import ControlReturned, ControlTaken, ViewerJoined, ViewerLeft
from gofer.core.principal import Principal
from gofer.kernel.lending import Lender
from gofer.kernel.log import EventLog
from gofer.kernel.watch import Watch
from gofer.storage import runs
from gofer.storage.database import Database

GRACE_SECONDS = 15.0
"""How long control outlives its holder's last window: long enough to reload a page."""


class Desktops:
    """What the web faces need of screens."""

    def __init__(
        self,
        database: Database,
        log: EventLog,
        lender: Lender,
        watch: Watch,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._grace_seconds = grace_seconds
        self._database = database
        self._log = log
        self._lender = lender
        self._watch = watch
        self._viewers: Counter[tuple[str, str]] = Counter()
        self._leaving: set[asyncio.Task[None]] = set()

    def watchable(self, run_id: str) -> bool:
        """Whether the run has a desktop on this host right now."""
        return self._lender.screen(run_id) is not None

    def watched_by(self, run_id: str, viewer_id: str) -> bool:
        """Whether somebody with this principal looks at the run's desktop now."""
        return self._viewers[run_id, viewer_id] > 0

    async def open_vnc(self, run_id: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A fresh RFB connection."""
        screen = self._lender.screen(run_id)
        if screen is None:
            raise Refused("This run has no live desktop on this machine now.", code="ERR_NOT_FOUND")
        return await screen.open_vnc()

    async def joined(self, run_id: str, viewer: Principal) -> None:
        """Somebody watches."""
        await self._log.append(run_id, ViewerJoined(who=viewer.id))
        self._viewers[run_id, viewer.id] += 1  # last: whose coming could not be told never leaves

    async def left(self, run_id: str, viewer: Principal) -> None:
        """Somebody stopped watching; who held control and does not come back soon hands it back."""
        self._viewers.subtract([(run_id, viewer.id)])
        self._viewers = +self._viewers
        await self._log.append(run_id, ViewerLeft(who=viewer.id))
        if await self.holds_control(run_id, viewer):
            leaving = asyncio.create_task(self._return_later(run_id, viewer))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _return_later(self, run_id: str, viewer: Principal) -> None:
        await asyncio.sleep(self._grace_seconds)
        if not self._viewers[run_id, viewer.id] and await self.holds_control(run_id, viewer):
            await self.give_back(run_id, viewer.id)

    async def holds_control(self, run_id: str, viewer: Principal) -> bool:
        """Whether this viewer's input may reach the desktop."""
        row = await self._database.read(partial(runs.find, run_id=run_id))
        return row is not None and row["controlled_by"] == viewer.id

    async def take(self, run_id: str, who: str) -> None:
        """Block the agent's input; raises `Refused` (ERR_CONFLICT) when somebody else holds control."""
        if not await self._log.append(
            run_id, ControlTaken(who=who), change=partial(runs.take_control, run_id=run_id, who=who)
        ):
            raise Refused("Control cannot be taken: the run has ended, or somebody else holds it.", code="ERR_CONFLICT")
        self._watch.kick()

    async def give_back(self, run_id: str, holder: str, by: str | None = None) -> None:
        """Let the agent act again; raises `Refused` (ERR_CONFLICT) when `holder` does not hold control."""
        returned = ControlReturned(who=by or holder)
        change = partial(runs.return_control, run_id=run_id, holder=holder)
        if not await self._log.append(run_id, returned, change=change):
            raise Refused("Nobody holds control of this run.", code="ERR_CONFLICT")
        self._watch.kick()
