"""Desktops started ahead, so that an errand does not wait for one. Each is used once."""

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import structlog
from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import WorkspaceUnavailableError

from gofer.core.errors import GoferError, Unavailable
from gofer.core.sandbox import Profile, Sandbox, SandboxSpec
from gofer.kernel.keeping import Keeping
from gofer.kernel.parts import Parts

SPEC = SandboxSpec(profile=Profile.DESKTOP)
"""What waits: it may go nowhere. The run's own rules hold from when it is lent."""

LOOK_SECONDS = 5.0
AGAIN_SECONDS = 30.0
"""After a desktop could not be made."""

MOST_SECONDS = 1800.0
"""A desktop that waited so long is replaced: its age counts against the time that its run may have it."""

log = structlog.get_logger()


@dataclass(frozen=True)
class _Waiting:
    ref: WorkspaceRef
    since: float = field(default_factory=time.monotonic)


class WarmDesktops:
    """Keeps so many desktops ready as the policy says, and makes whatever else is asked for."""

    def __init__(self, parts: Parts, keeping: Keeping) -> None:
        self._parts = parts
        self._keeping = keeping
        self._waiting: deque[_Waiting] = deque()
        self._due = asyncio.Event()

    @property
    def ready(self) -> int:
        """How many wait."""
        return len(self._waiting)

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """A sandbox for a run: one that waited if it fits, else a new one."""
        if spec.model_copy(update={"egress": SPEC.egress}) == SPEC:
            while self._waiting:
                if (box := await self._taken(self._waiting.popleft(), spec)) is not None:
                    return box
        return await self._parts.sandboxes.create(spec)

    async def _taken(self, waiting: _Waiting, spec: SandboxSpec) -> Sandbox | None:
        """Attached to with the run's own rules, which also shows whether it is well; None when it is not."""
        self._due.set()
        try:
            box = await self._parts.sandboxes.attach(waiting.ref, spec)
            await self._keeping.let_go(waiting.ref)
        except BaseException as error:  # nobody else knows of it any more
            await asyncio.shield(self._keeping.end(waiting.ref))
            if not isinstance(error, WorkspaceUnavailableError | Unavailable):
                raise
            log.info("warm.dead", sandbox=waiting.ref.id)
            return None
        return box

    async def serve(self) -> None:
        """Keep the number for ever."""
        while self._parts.policy.warm_desktops:
            pause = LOOK_SECONDS
            try:
                await self.fill()
            except (GoferError, OSError) as error:
                log.warning("warm.failed", reason=str(error))
                pause = AGAIN_SECONDS
            except Exception:  # without this service every errand waits for its desktop
                log.exception("warm.failed")
                pause = AGAIN_SECONDS
            self._due.clear()
            await _either(self._due, pause)

    async def fill(self) -> None:
        """Replace those that waited too long, and start what is missing, one after another."""
        while self._waiting and time.monotonic() - self._waiting[0].since > MOST_SECONDS:
            await self._keeping.end(self._waiting.popleft().ref)
        while len(self._waiting) < self._parts.policy.warm_desktops:
            self._waiting.append(_Waiting(await self._made()))

    async def _made(self) -> WorkspaceRef:
        box = await self._keeping.create(partial(self._parts.sandboxes.create, SPEC))
        assert box.ref is not None
        try:
            await box.close()
        except BaseException:
            await asyncio.shield(self._keeping.end(box.ref))
            raise
        return box.ref

    async def close(self) -> None:
        """End those that wait, each whatever became of the others."""
        ends = [self._keeping.end(waiting.ref) for waiting in self._waiting]
        self._waiting.clear()
        for failure in await asyncio.gather(*ends, return_exceptions=True):
            if isinstance(failure, BaseException):
                log.warning("warm.not_ended", reason=repr(failure))


async def _either(due: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # `wait_for` loses a cancellation that comes with the event
            await due.wait()
