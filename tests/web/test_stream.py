"""Server-sent events: without gap or repeat, with heartbeats, to their end."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from gofer.core.event import RunStarted, RunSucceeded, Said
from gofer.core.run import Status
from gofer.testing.fake_gateway import FakeGofer
from gofer.web import stream

SSE = {"Accept": "text/event-stream"}


async def lines(answer: httpx.Response, many: int) -> list[int]:
    """The numbers of the next events."""
    seen: list[int] = []
    async for line in answer.aiter_lines():
        if line.startswith("id: "):
            seen.append(int(line[4:]))
        if len(seen) == many:
            break
    return seen


async def talk(gofer: FakeGofer, run_id: str, many: int) -> None:
    """Say things, quickly."""
    for number in range(many):
        await gofer.log.tell(run_id, Said(text=f"{number}"))
        await asyncio.sleep(0.001)


async def test_a_stream_resumes_without_gap_or_repeat(gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    run = await gofer.log.add("chat", {})
    path = f"/api/v1/runs/{run.id}/events"
    talking = asyncio.create_task(talk(gofer, run.id, 60))
    seen: list[int] = []
    for _ in range(6):
        last = {"Last-Event-ID": str(seen[-1])} if seen else {}
        async with client.stream("GET", path, headers=SSE | last) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            seen += await lines(answer, 10)
    await talking
    assert seen == list(range(1, 61))


async def test_a_stream_ends_with_the_run_and_tells_browsers_to_stop(
    gofer: FakeGofer, client: httpx.AsyncClient
) -> None:
    run = await gofer.log.add("chat", {})
    await gofer.log.tell(run.id, RunStarted(attempt=1, worker="local"), status=Status.RUNNING)
    await gofer.log.tell(run.id, RunSucceeded(output="done"), status=Status.SUCCEEDED)
    path = f"/api/v1/runs/{run.id}/events"
    whole = (await client.get(path, headers=SSE)).text
    events = [json.loads(line[6:]) for line in whole.splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == ["run.queued", "run.started", "run.succeeded"]
    assert (await client.get(path, headers=SSE | {"Last-Event-ID": "3"})).status_code == 204
    assert "id: 3" in (await client.get(f"{path}?after=2", headers=SSE)).text


@pytest.mark.parametrize("number", ["-1", "x", "²", "9" * 40])
async def test_an_odd_event_number_is_refused(number: str, gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    run = await gofer.log.add("chat", {})
    answer = await client.get(f"/api/v1/runs/{run.id}/events", params={"after": number}, headers=SSE)
    assert answer.status_code == 422


async def test_the_list_streams_runs_as_they_are(gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    async with client.stream("GET", "/api/v1/runs", headers=SSE) as answer:
        read = answer.aiter_lines()
        assert await anext(read) == "retry: 1000"
        await asyncio.sleep(0.05)
        run = await gofer.log.add("chat", {})
        await talk(gofer, run.id, 20)
        told = await anext(line async for line in read if line.startswith("data: "))
    assert json.loads(told[6:])["id"] == run.id


async def test_what_changes_while_the_changes_before_are_sent_is_sent_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "GATHER_SECONDS", 0.01)
    sending = asyncio.Event()

    async def changes() -> AsyncIterator[str]:
        yield "first"
        await sending.wait()
        yield "last"

    told: list[list[str]] = []
    async for ids in stream.gathered(changes()):
        told.append(ids)
        sending.set()
        await asyncio.sleep(0.05)
    assert told == [["first"], ["last"]]


async def test_silence_is_filled_with_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)
    closed = asyncio.Event()

    async def slow() -> AsyncIterator[int]:
        try:
            await asyncio.sleep(0.05)
            yield 1
        finally:
            closed.set()

    heard = [item async for item in stream.with_heartbeats(slow())]
    assert heard[0] is None
    assert heard[-1] == 1
    assert closed.is_set()
