"""Control of a desktop that its holder forgot to hand back."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from gofer.core.errors import GoferError, Refused
from gofer.kernel.desktops import Desktops
from gofer.kernel.waits import NOBODY
from gofer.kernel.watch import Watch

FORGOTTEN_SECONDS = 60.0
"""How long somebody may hold control without watching: long enough to open the page after taking it elsewhere."""

log = structlog.get_logger()


@dataclass
class Forgotten:
    """Hands control back for holders whom nobody has seen before the desktop for a while, also after a restart."""

    desktops: Desktops
    watch: Watch
    seconds: float = FORGOTTEN_SECONDS
    unseen: dict[tuple[str, str], float] = field(default_factory=dict)

    async def serve(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(min(1.0, self.seconds))
            try:
                await self.look(time.monotonic())
            except GoferError as error:
                log.warning("control.unavailable", reason=error.message)
            except Exception:  # without this service a run waits for ever for somebody who has gone
                log.exception("control.failed")

    async def look(self, now: float) -> None:
        """Hand back what was held unseen for too long."""
        held = [hold for hold in self.watch.controlled().items() if not self.desktops.watched_by(*hold)]
        self.unseen = {hold: self.unseen.get(hold, now) for hold in held}
        for (run_id, holder), since in self.unseen.items():
            if now - since >= self.seconds:
                await self._give_back(run_id, holder)

    async def _give_back(self, run_id: str, holder: str) -> None:
        try:
            await self.desktops.give_back(run_id, holder, by=NOBODY)
        except Refused:  # returned in the same moment
            log.debug("control.returned_already", run=run_id)
