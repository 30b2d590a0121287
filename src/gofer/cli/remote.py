"""The door over HTTP, to the gofer that serves from the data folder."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2

from gofer.cli.addresses import address
from gofer.cli.door import Door, given
from gofer.cli.notice import Notice, serving
from gofer.core.errors import CODES, Broken, GoferError, Refused, Unavailable
from gofer.core.event import Event
from gofer.settings import Settings

API = "/api/v1"
PATIENCE_SECONDS = 20.0
"""How long a follower waits for a gofer that was restarted."""

PAUSE_SECONDS = 0.3

NOTHING_MORE = 204
"""How the server says that an ended run has no more events."""

UNAUTHENTICATED = 401
"""The notice's session was renewed since it was read: it is read again, once."""

LAST = frozenset({"run.succeeded", "run.failed", "run.cancelled"})


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Door]:
    """The door, for as long as the block runs."""
    door = Remote(settings)
    try:
        yield door
    finally:
        await door.close()


class Remote:
    """Calls the serving gofer; finds it again after a restart."""

    local = False
    idle = False

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.data
        self._client: httpx2.AsyncClient | None = None

    async def call(self, operation: str, **arguments: Any) -> Any:
        """The result of an operation."""
        fields = given(arguments)
        method, path = address(operation, fields)
        sent: dict[str, Any] = {"params": fields} if method == "GET" else {"json": fields}
        return (await self._send(method, API + path, **sent)).json()

    async def follow(self, run_id: str) -> AsyncIterator[Event]:
        """Every event, across restarts of the server."""
        heard = _Heard()
        while not heard.all:
            with suppress(httpx2.TransportError):
                async for event in self._events(run_id, heard):
                    yield event
            if not heard.all:
                await self._find_again()

    async def file(self, artifact_id: str) -> AsyncIterator[bytes]:
        """An artifact's bytes."""
        async with self._here().stream("GET", f"/artifacts/{quote(artifact_id, safe='')}") as answer:
            await _checked(answer)
            async for chunk in answer.aiter_bytes():
                yield chunk

    async def ticket(self) -> str:
        """The dashboard's address with a login ticket."""
        return str(self._here().base_url.join((await self.call("ticket.create"))["path"]))

    def page(self, run_id: str) -> str | None:
        """The run's page."""
        return str(self._here().base_url.join(f"/runs/{run_id}"))

    async def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _here(self) -> httpx2.AsyncClient:
        if self._client is None:
            notice = serving(self._folder)
            if notice is None:
                raise Unavailable("gofer stopped serving.", next_step="Start it again with `gofer up`.")
            self._client = _client(notice)
        return self._client

    async def _send(self, method: str, path: str, **sent: Any) -> httpx2.Response:
        try:
            answer = await self._here().request(method, path, **sent)
            if answer.status_code == UNAUTHENTICATED:
                await self.close()
                answer = await self._here().request(method, path, **sent)
            return await _checked(answer)
        except httpx2.TransportError as error:
            raise Unavailable(f"gofer does not answer: {error or type(error).__name__}.") from error

    async def _events(self, run_id: str, heard: "_Heard") -> AsyncIterator[Event]:
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(heard.last)}
        path = f"{API}/runs/{quote(run_id, safe='')}/events"
        async with self._here().stream("GET", path, headers=headers, timeout=None) as answer:
            await _checked(answer)
            heard.all = heard.all or answer.status_code == NOTHING_MORE
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    yield heard.hear(Event.model_validate_json(line.removeprefix("data:")))

    async def _find_again(self) -> None:
        await self.close()
        deadline = time.monotonic() + PATIENCE_SECONDS
        await asyncio.sleep(PAUSE_SECONDS)
        while serving(self._folder) is None and time.monotonic() < deadline:
            await asyncio.sleep(PAUSE_SECONDS)


@dataclass
class _Heard:
    """How far a follower is. What comes after the ending is heard too, as long as that stream goes on."""

    last: int = 0
    all: bool = False

    def hear(self, event: Event) -> Event:
        """The event, counted."""
        self.last, self.all = event.seq, self.all or event.type in LAST
        return event


def _client(notice: Notice) -> httpx2.AsyncClient:
    headers = {"Authorization": f"Bearer {notice.token}"}
    return httpx2.AsyncClient(base_url=notice.url, headers=headers, timeout=30.0, trust_env=False)


async def _checked(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code < 400:
        return answer
    await answer.aread()
    raise _error(answer)


def _error(answer: httpx2.Response) -> GoferError:
    """The error as the server meant it."""
    try:
        told = answer.json()["error"]
        kind = Refused if answer.status_code < 500 else Unavailable
        code = told["code"] if told["code"] in CODES else None
        return kind(told["message"], code=code, next_step=told["next_step"])
    except (ValueError, KeyError, TypeError):
        return Broken(f"gofer answered with HTTP {answer.status_code}.")
