"""Server-sent events: a run's log as it grows, and the list of runs as it changes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import TypeVar

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from gofer.core.errors import GoferError, Refused
from gofer.core.event import Event
from gofer.core.principal import Principal
from gofer.core.run import Run
from gofer.web.calling import call
from gofer.web.gateway import Gateway

T = TypeVar("T")

HEARTBEAT_SECONDS = 15.0
"""Below the 30 s after which common proxies close a silent connection."""

GATHER_SECONDS = 0.2
"""How long changes of runs are gathered, so that a busy run is sent at most five times a second."""

HEADERS = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}


async def run_events(gateway: Gateway, principal: Principal, request: Request) -> Response:
    """The run's events after `Last-Event-ID` (or `after`), without gap or repeat; ends with the run's last one."""
    run_id = str(request.path_params["id"])
    run: Run = await call(gateway, principal, "run.show", {"id": run_id})
    after = resume_point(request)
    if run.status.ended and after and not await more(gateway, principal, run_id, after):
        return Response(status_code=204)  # tells an EventSource to stop reconnecting
    return as_stream(event_lines(gateway.feed.follow(run_id, after)))


async def run_changes(gateway: Gateway, principal: Principal, request: Request) -> Response:
    """Each run that changes, as it is now, if this principal may see it; never ends."""
    return as_stream(change_lines(gateway, principal))


def resume_point(request: Request) -> int:
    """The number of the last event that the caller has; 0 for none."""
    given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    if not (given.isascii() and given.isdigit() and len(given) <= 15):
        raise Refused("`Last-Event-ID` must be the number of an event.", code="ERR_INVALID_INPUT")
    return int(given)


async def more(gateway: Gateway, principal: Principal, run_id: str, after: int) -> bool:
    """Whether an ended run's log goes on after this event."""
    return bool(await call(gateway, principal, "run.events", {"id": run_id, "after": after, "limit": 1}))


async def event_lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    """Events as lines of the protocol, with comments in the silences."""
    yield "retry: 1000\n\n"
    async for event in with_heartbeats(events):
        yield ": still here\n\n" if event is None else f"id: {event.seq}\ndata: {event.model_dump_json()}\n\n"


async def change_lines(gateway: Gateway, principal: Principal) -> AsyncIterator[str]:
    """Changed runs as lines of the protocol."""
    yield "retry: 1000\n\n"
    async for ids in with_heartbeats(gathered(gateway.feed.changes())):
        if ids is None:
            yield ": still here\n\n"
        for run_id in ids or ():
            with suppress(GoferError):  # somebody else's run
                run: Run = await call(gateway, principal, "run.show", {"id": run_id})
                yield f"data: {run.model_dump_json()}\n\n"


async def gathered(ids: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    """The distinct ids of each GATHER_SECONDS in which there were any."""
    waiting: dict[str, None] = {}
    woken = asyncio.Event()

    async def listen() -> None:
        async for run_id in ids:
            waiting[run_id] = None
            woken.set()

    listener = asyncio.create_task(listen())
    try:
        while waiting or not listener.done():
            await first(woken.wait(), listener)
            await asyncio.sleep(GATHER_SECONDS)
            woken.clear()
            changed = list(waiting)
            waiting.clear()  # before they are handed over: what comes meanwhile is the next batch
            yield changed
    finally:
        await ended(listener)


async def first(waiter: Awaitable[object], other: asyncio.Task[None]) -> None:
    """Wait for either; the one waited for does not outlive the wait."""
    task = asyncio.ensure_future(waiter)
    try:
        await asyncio.wait({task, other}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()


async def with_heartbeats(items: AsyncIterator[T]) -> AsyncIterator[T | None]:
    """The items, and None whenever HEARTBEAT_SECONDS pass without one."""
    upcoming: asyncio.Task[T] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.create_task(following(items))
            done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT_SECONDS)
            if not done:
                yield None
                continue
            try:
                item = upcoming.result()
            except StopAsyncIteration:
                return
            upcoming = None
            yield item
    finally:
        if upcoming is not None:
            await ended(upcoming)
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()


async def following(items: AsyncIterator[T]) -> T:
    """The next item, as a coroutine that a task can hold."""
    return await anext(items)


async def ended(task: asyncio.Task[T]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    await asyncio.wait({task})


def as_stream(lines: AsyncIterator[str]) -> StreamingResponse:
    """A response that no proxy holds back."""
    return StreamingResponse(lines, media_type="text/event-stream", headers=HEADERS)
