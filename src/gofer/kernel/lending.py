"""Sandboxes lent to runs: the same one after a crash, a new one on another machine, none left over."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import sqlalchemy as sa
import structlog
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.core.errors import GoferError, Unavailable
from gofer.core.event import SandboxClosed, SandboxOpened
from gofer.core.sandbox import Sandbox, SandboxSpec, Traffic
from gofer.core.screen import Screen
from gofer.kernel.capacity import Capacity
from gofer.kernel.checkpoints import Checkpoints, losses_told
from gofer.kernel.keeping import Keeping
from gofer.kernel.parts import Parts
from gofer.kernel.sharing import Sharing
from gofer.kernel.traffic import TrafficBook
from gofer.kernel.waits import Waits
from gofer.kernel.warm import WarmDesktops
from gofer.storage import leases

REAP_SECONDS = 30.0
"""How often sandboxes that nobody holds are looked for; one is ended when two looks in a row find it unheld."""

log = structlog.get_logger()
How = Literal["new", "reattached", "moved"]


@dataclass(frozen=True)
class Loan:
    """A sandbox in a run's hands, and how it came there."""

    box: Sandbox
    how: How
    seconds: float


class Lender:
    """Opens, finds again and ends the sandboxes of this host's runs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._screens: dict[str, Screen] = {}
        self._unheld: set[str] = set()
        self._capacity = Capacity(parts)
        self.keeping = keeping = Keeping(parts)
        self.checkpoints = Checkpoints(parts.artifacts)
        self.book = TrafficBook(parts)
        self.warm = WarmDesktops(parts, keeping)
        self.sharing = Sharing(parts, keeping, self.book)
        self._served: set[str] = set()

    def has_room(self) -> bool:
        """Whether no run waits for room for its sandbox: until then another would only wait behind it."""
        return self._capacity.waiting == 0

    def screen(self, run_id: str) -> Screen | None:
        """The live desktop of a run, if it is on this host."""
        return self._screens.get(run_id)

    def tell_traffic(self, ref: WorkspaceRef, traffic: Traffic) -> None:
        """Count it for the run that has the sandbox, and tell a refusal in its log."""
        self.book.tell(ref.id, traffic)

    @asynccontextmanager
    async def lend(self, run_id: str, spec: SandboxSpec, name: str, waits: Waits) -> AsyncIterator[Loan]:
        """A sandbox for as long as the block runs. An error keeps it for the next attempt; success ends it."""
        self._served.add(run_id)
        loan = await self._reattached(run_id, spec, name) or await self._made(run_id, spec, name, waits)
        if loan.box.screen is not None:
            self._screens[run_id] = loan.box.screen
        with self.book.holding(loan.box.ref.id if loan.box.ref else name, run_id):
            try:
                with losses_told():
                    yield loan
            finally:
                self._screens.pop(run_id, None)
                await loan.box.close()
                await self.book.flush()
        await self.end(run_id, name)

    async def close(self) -> None:
        """End what was kept for runs to come, and write down what was counted."""
        await self.sharing.close()
        await self.warm.close()
        await self.book.flush()

    def served(self, run_id: str) -> bool:
        """Whether this run asked for a sandbox since this worker began."""
        return run_id in self._served

    async def end_all(self, run_id: str) -> None:
        """End what a run that is over still holds."""
        self._served.discard(run_id)
        rows = await self._parts.database.read(partial(leases.of_run, run_id=run_id))
        for row in rows:
            await self.end(run_id, row["name"])

    async def end(self, run_id: str, name: str) -> None:
        """Destroy one sandbox and forget its lease; one on another host is left to that host's reaper."""
        row = await self._lease(run_id, name)
        if row is None:
            return
        if row["host"] == self._parts.host:
            await self._parts.sandboxes.destroy(_ref(row))
        await self.checkpoints.drop(run_id, name)
        await self._parts.log.append(run_id, SandboxClosed(name=name), change=partial(_drop, run_id=run_id, name=name))

    async def reap(self) -> list[str]:
        """End sandboxes of this host that no run holds; gives their ids."""
        held = {row["ref"]: _ref(row) for row in await self._held()}
        await self._parts.sandboxes.heartbeat(list(held.values()))
        living = {ref.id: ref for ref in await self._parts.sandboxes.living()}
        if self._capacity.opening:  # one of them is about to be written down
            self._unheld = set()
            return []
        unheld = living.keys() - held.keys()
        doomed = unheld & self._unheld
        self._unheld = unheld - doomed
        return sorted([ref_id for ref_id in doomed if await self._destroyed(living[ref_id])])

    async def _held(self) -> list[sa.RowMapping]:
        return await self._parts.database.read(partial(leases.held_on, host=self._parts.host))

    async def _destroyed(self, ref: WorkspaceRef) -> bool:
        try:
            await self._parts.sandboxes.destroy(ref)
        except (GoferError, OSError) as error:  # one that cannot be ended keeps no other alive
            log.warning("sandbox.not_ended", sandbox=ref.id, reason=str(error))
            return False
        return True

    async def serve(self) -> None:
        """Reap for ever."""
        while True:
            try:
                for ref_id in await self.reap():
                    log.info("sandbox.reaped", sandbox=ref_id)
            except (GoferError, OSError) as error:
                log.warning("sandbox.reaper_failed", reason=str(error))
            except Exception:  # without this service sandboxes that nobody holds stay
                log.exception("sandbox.reaper_failed")
            await asyncio.sleep(REAP_SECONDS)

    async def _reattached(self, run_id: str, spec: SandboxSpec, name: str) -> Loan | None:
        began = time.monotonic()
        row = await self._lease(run_id, name)
        if row is None or row["host"] != self._parts.host:
            return None
        try:
            box = await self._parts.sandboxes.attach(_ref(row), spec)
        except WorkspaceUnavailableError:
            log.info("sandbox.lost", run=run_id, sandbox=row["ref"])
            return None
        loan = Loan(box, "reattached", time.monotonic() - began)
        self._parts.log.add(run_id, self._opened(name, loan))
        return loan

    async def _made(self, run_id: str, spec: SandboxSpec, name: str, waits: Waits) -> Loan:
        async with self._capacity.place(run_id, waits):
            had_one = await self._lease(run_id, name) is not None
            return await self._make(run_id, spec, name, "moved" if had_one else "new")

    async def _lease(self, run_id: str, name: str) -> sa.RowMapping | None:
        return await self._parts.database.read(partial(leases.find, run_id=run_id, name=name))

    async def _make(self, run_id: str, spec: SandboxSpec, name: str, how: How) -> Loan:
        began = time.monotonic()
        box = await self.warm.create(spec)
        try:
            if how == "moved":
                await self.checkpoints.put_back(run_id, box, name)
            else:
                self.checkpoints.begin(run_id, name)
            loan = Loan(box, how, time.monotonic() - began)
            await self._write_down(run_id, name, loan)
        except BaseException:
            await asyncio.shield(self._discard(box))
            raise
        return loan

    async def _discard(self, box: Sandbox) -> None:
        await box.close()
        if box.ref is not None:
            await self._parts.sandboxes.destroy(box.ref)

    async def _write_down(self, run_id: str, name: str, loan: Loan) -> None:
        ref = loan.box.ref
        if ref is None:
            raise Unavailable("The sandbox has no identity.", code="ERR_SANDBOX_LOST")
        row = {
            "run_id": run_id,
            "name": name,
            "provider": ref.provider,
            "ref": ref.id,
            "host": self._parts.host,
            "spec": loan.box.spec.model_dump(mode="json"),
            "opened_at": self._parts.clock.now().timestamp(),
        }
        await self._parts.log.append(run_id, self._opened(name, loan), change=partial(_put, row=row))

    def _opened(self, name: str, loan: Loan) -> SandboxOpened:
        return SandboxOpened(
            name=name,
            profile=loan.box.spec.profile.value,
            how=loan.how,
            host=self._parts.host,
            seconds=round(loan.seconds, 3),
        )


def _put(connection: sa.Connection, row: dict[str, Any]) -> None:
    leases.put(connection, row)


def _drop(connection: sa.Connection, run_id: str, name: str) -> bool:
    return leases.drop(connection, run_id, name)


def _ref(row: sa.RowMapping) -> WorkspaceRef:
    return WorkspaceRef(provider=row["provider"], id=row["ref"])
