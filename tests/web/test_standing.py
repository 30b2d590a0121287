"""What was opened with a secret ends with it, over the wire: event streams and live desktops."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from tests.web.test_auth import login
from tests.web.test_live import greet
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError

from gofer.core.run import Status
from gofer.testing.fake_gateway import FakeGofer
from gofer.web.standing import LOOK_SECONDS, Standing

SOON = 2.0
SSE = {"Accept": "text/event-stream"}
SCOPES = ("runs:read", "runs:write")


@asynccontextmanager
async def soon() -> AsyncIterator[None]:
    """What is inside takes at most two seconds."""
    began = time.monotonic()
    async with asyncio.timeout(SOON + 1):
        yield
    assert time.monotonic() - began <= SOON


def bearer(gofer: FakeGofer) -> dict[str, str]:
    """A guest's token, as a header."""
    return {"Authorization": f"Bearer {gofer.access.token('guest', *SCOPES)}"}


async def running(gofer: FakeGofer) -> str:
    """A guest's run with a desktop."""
    run = await gofer.log.add("browse", {}, status=Status.RUNNING, principal="guest")
    gofer.desktops.on.add(run.id)
    return run.id


async def watched(viewer: ClientConnection) -> None:
    """Look on until it is over."""
    while True:
        await viewer.recv()


async def drained(answer: httpx.Response) -> None:
    """Read to the end, which must come in order."""
    async for _ in answer.aiter_bytes():
        pass


@pytest.mark.parametrize("path", ["/api/v1/runs", "/api/v1/runs/run-0001/events"])
async def test_a_revoked_token_ends_its_event_streams(
    path: str, gofer: FakeGofer, client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await running(gofer)
    headers = bearer(gofer) | SSE
    async with client.stream("GET", path, headers=SSE) as other:
        async with stranger.stream("GET", path, headers=headers) as answer:
            await asyncio.sleep(0.1)
            await client.post("/api/v1/tokens/guest/revoke")
            async with soon():
                await drained(answer)
        assert (await stranger.get(path, headers=headers)).status_code == 401
        lines = other.aiter_lines()
        assert await anext(lines) == "retry: 1000"


async def test_logging_out_ends_the_pages_event_stream(
    gofer: FakeGofer, site: str, stranger: httpx.AsyncClient
) -> None:
    await login(gofer, stranger)
    async with stranger.stream("GET", "/api/v1/runs", headers=SSE) as answer, soon():
        await stranger.post("/logout", headers={"Origin": site})
        await drained(answer)


async def test_a_revoked_token_closes_its_live_desktop(gofer: FakeGofer, stranger: httpx.AsyncClient) -> None:
    run_id = await running(gofer)
    issued = (await stranger.post(f"/runs/{run_id}/vnc-ticket", headers=bearer(gofer))).json()
    async with connect(f"ws://{stranger.base_url.netloc.decode()}{issued['path']}") as viewer:
        await greet(viewer)
        async with soon():
            gofer.access.revoke("guest")
            with pytest.raises(ConnectionClosedError) as closed:
                await watched(viewer)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert [event.type for event in gofer.log.events[run_id]][-2:] == ["viewer.joined", "viewer.left"]


async def test_many_connections_of_one_secret_ask_once_a_second(gofer: FakeGofer) -> None:
    secret = gofer.access.token("guest", *SCOPES)
    standing = Standing(gofer.access)
    waiting = [asyncio.create_task(standing.lost(secret)) for _ in range(50)]
    anonymous = asyncio.create_task(standing.lost(None))
    await asyncio.sleep(0.01)
    assert len(standing.watches) == 1
    waiting.pop().cancel()
    gofer.access.revoke("guest")
    async with asyncio.timeout(LOOK_SECONDS + 1):
        await asyncio.gather(*waiting)
    assert standing.watches == {}
    assert not anonymous.done()
    anonymous.cancel()
