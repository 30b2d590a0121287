"""Sandboxes that a worker keeps for runs to come: under a lease of its own, so that nobody reaps them meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from pydantic_ai.messages import WorkspaceRef

from gofer.core.errors import Unavailable
from gofer.core.sandbox import Sandbox
from gofer.kernel.parts import Parts
from gofer.storage import leases


class Keeping:
    """The worker's leases. With the worker they end: the reaper finds what is left then."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._holder = leases.KEEPER + parts.worker

    async def begin(self) -> None:
        """A worker that begins keeps nothing: what another one of its name kept is the reaper's."""
        drop = partial(leases.drop_kept, host=self._parts.host, worker=self._parts.worker)
        await self._parts.database.write(drop)

    async def create(self, make: Callable[[], Awaitable[Sandbox]]) -> Sandbox:
        """A new sandbox, kept; one that cannot be kept is ended."""
        box = await make()
        try:
            await self._keep(box)
        except BaseException:
            await asyncio.shield(self.abandon(box))
            raise
        return box

    async def let_go(self, ref: WorkspaceRef) -> None:
        """It is a run's now, or gone."""
        await self._parts.database.write(partial(leases.drop, run_id=self._holder, name=ref.id))

    async def end(self, ref: WorkspaceRef) -> None:
        """End it; one that does not end is kept no more, so that the reaper ends it."""
        try:
            await self._parts.sandboxes.destroy(ref)
        finally:
            await asyncio.shield(self.let_go(ref))

    async def abandon(self, box: Sandbox) -> None:
        """Let go of a kept sandbox that came to nothing, and end it."""
        try:
            await box.close()
        finally:
            if box.ref is not None:
                await self.end(box.ref)

    async def _keep(self, box: Sandbox) -> None:
        if box.ref is None:
            raise Unavailable("The sandbox has no identity.", code="ERR_SANDBOX_LOST")
        row = {
            "run_id": self._holder,
            "name": box.ref.id,
            "provider": box.ref.provider,
            "ref": box.ref.id,
            "host": self._parts.host,
            "spec": box.spec.model_dump(mode="json"),
            "opened_at": self._parts.clock.now().timestamp(),
        }
        await self._parts.database.write(partial(leases.put, row=row))
