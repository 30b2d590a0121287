"""A run's time at a browser: its profile's session from the vault and back into it, its pages counted."""

from functools import partial

import sqlalchemy as sa
import structlog

from gofer.core.errors import GoferError, Refused
from gofer.core.event import EventBody, SessionFresh, SessionRestored, SessionSaved, SessionUnsaved
from gofer.core.run import Run
from gofer.core.secret import Secret
from gofer.kernel.parts import Parts
from gofer.kernel.traffic import PAGE, TrafficBook
from gofer.storage import sessions

NOTHING_YET = "Nothing is saved under this profile yet."
log = structlog.get_logger()


class RunSitting:
    """What `gofer.core.session.Sitting` asks for, for one run; without a profile it only counts."""

    def __init__(self, parts: Parts, run: Run, profile: str | None, book: TrafficBook) -> None:
        self._parts = parts
        self._run = run
        self._profile = profile
        self._book = book
        self._version = 0

    @property
    def kept(self) -> bool:
        """Whether there is a profile."""
        return self._profile is not None

    async def brought(self) -> Secret[bytes]:
        """The newest version; raises `Refused` when there is none, or when it cannot be opened."""
        find = partial(sessions.newest, principal=self._run.principal, profile=self._profile or "")
        found = await self._parts.database.read(find)
        if found is None:
            raise Refused(NOTHING_YET)
        self._version, sealed = found
        return self._parts.vault.open(sealed, self._belongs_to(self._version))

    async def began(self, why_fresh: str | None) -> None:
        """Tell how the browser began."""
        profile = self._profile or ""
        if why_fresh is None:
            await self._tell(SessionRestored(profile=profile, version=self._version))
            return
        if why_fresh != NOTHING_YET:
            log.warning("session.fresh", run=self._run.id, profile=profile, reason=why_fresh)
        await self._tell(SessionFresh(profile=profile, reason=why_fresh))

    async def keep(self, state: Secret[bytes]) -> None:
        """Seal it and store it as the newest version."""
        try:
            version = await self._parts.database.write(partial(self._put, state=state))
        except GoferError as error:
            await self.lost(error.message)
        else:
            await self._tell(SessionSaved(profile=self._profile or "", version=version))

    async def lost(self, reason: str) -> None:
        """Tell that the session stays as it was."""
        log.warning("session.unsaved", run=self._run.id, profile=self._profile, reason=reason)
        await self._tell(SessionUnsaved(profile=self._profile or "", reason=reason))

    def page_loaded(self) -> None:
        """Count a page."""
        self._book.count(self._run.id, PAGE)

    def _put(self, connection: sa.Connection, state: Secret[bytes]) -> int:
        principal, profile = self._run.principal, self._profile or ""
        version = sessions.next_version(connection, principal, profile)
        sealed = self._parts.vault.seal(state, self._belongs_to(version))
        row = {
            "principal": principal,
            "profile": profile,
            "version": version,
            "key_id": sealed.key_id,
            "sealed": sealed.data,
            "saved_at": self._parts.clock.now().timestamp(),
            "saved_by": self._run.id,
        }
        sessions.put(connection, row)
        return version

    def _belongs_to(self, version: int) -> str:
        return sessions.belongs_to(self._run.principal, self._profile or "", version)

    async def _tell(self, body: EventBody) -> None:
        await self._parts.log.append(self._run.id, body)
