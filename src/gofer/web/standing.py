"""Whether the secrets behind open connections are still good: what was opened with a secret ends with it."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gofer.core.errors import GoferError
from gofer.web.gateway import Access
from gofer.web.stream import ended

LOOK_SECONDS = 1.0
"""How often each secret with open connections is looked up, however many connections it has."""
FAREWELL_SECONDS = 1.0
"""How long a cut stream may take to be told so."""


@dataclass
class Watch:
    """One secret's watch, shared by its connections."""

    task: asyncio.Task[None]
    shared_by: int = 0


@dataclass
class Standing:
    """Tells open connections when their secret is revoked or past its time."""

    access: Access
    watches: dict[str, Watch] = field(default_factory=dict)

    async def lost(self, secret: str | None) -> None:
        """Return once the secret opens nothing any more; who came without one has nothing to lose."""
        if secret is None:
            await asyncio.Event().wait()
            return
        watch = self.watches.get(secret) or self._begin(secret)
        watch.shared_by += 1
        try:
            await asyncio.shield(watch.task)
        finally:
            watch.shared_by -= 1
            if not watch.shared_by:
                watch.task.cancel()
                self.watches.pop(secret, None)

    def _begin(self, secret: str) -> Watch:
        self.watches[secret] = Watch(asyncio.create_task(self._look(secret)))
        return self.watches[secret]

    async def _look(self, secret: str) -> None:
        known = True
        while known:
            await asyncio.sleep(LOOK_SECONDS)
            with suppress(GoferError):  # a store that does not answer says nothing about the secret
                known = await self.access.authenticate(secret) is not None

    def bound(self, answer: Response, secret: str | None) -> Response:
        """The same answer, which ends when the secret is lost."""
        return Bound(answer, self, secret)


class Bound(Response):
    """An answer that is cut when its secret is lost."""

    def __init__(self, answer: Response, standing: Standing, secret: str | None) -> None:
        self.answer = answer
        self.standing = standing
        self.secret = secret
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve until either comes to an end."""
        serving = asyncio.create_task(self.answer(scope, receive, send))
        lost = asyncio.create_task(self.standing.lost(self.secret))
        try:
            await asyncio.wait({serving, lost}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            else:
                await ended(serving)
                await farewell(send)
        finally:
            await ended(serving)
            await ended(lost)


async def farewell(send: Send) -> None:
    """End an answer in order; a reader that takes nothing is dropped by the server."""
    with suppress(TimeoutError):
        await asyncio.wait_for(send({"type": "http.response.body", "body": b""}), FAREWELL_SECONDS)
