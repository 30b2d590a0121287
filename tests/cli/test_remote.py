"""The door over HTTP: how a follower ends, and which names never become an address."""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.browser.chromium import served

from gofer.cli import notice, remote
from gofer.cli.addresses import address
from gofer.core.errors import Refused
from gofer.settings import Settings

ENDED = ("run.queued", "run.succeeded", "viewer.left")


class Log:
    """A server whose run has ended, with an event after the ending."""

    def __init__(self) -> None:
        self.stored = list(ENDED)
        self.asked: list[int] = []
        self.broken = 0
        """How many streams end after their first event."""

    def events(self, request: Request) -> Response:
        """Those after the last one that the follower has."""
        after = int(request.headers["last-event-id"])
        self.asked.append(after)
        until = after + 1 if len(self.asked) <= self.broken else len(self.stored)
        lines = [self._line(number) for number in range(after + 1, until + 1)]
        if not lines:
            return Response(status_code=204)
        return Response("".join(lines), media_type="text/event-stream")

    def _line(self, number: int) -> str:
        at = "2026-01-01T00:00:00Z"
        event = {"seq": number, "type": self.stored[number - 1], "at": at, "run_id": "r-1", "data": {}}
        return f"data: {json.dumps(event)}\n\n"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """It serves from the test's folder."""
    log = Log()
    with served(Starlette(routes=[Route("/api/v1/runs/r-1/events", log.events)])) as url:
        notice.post(tmp_path, notice.Notice(url=url, pid=os.getpid(), token="t"))
        yield log


async def heard(folder: Path) -> list[str]:
    """What a follower hears until it ends."""
    async with asyncio.timeout(20), remote.opened(Settings(data=folder)) as door:
        return [event.type async for event in door.follow("r-1")]


async def test_an_event_after_the_ending_does_not_keep_a_follower(log: Log, tmp_path: Path) -> None:
    assert await heard(tmp_path) == log.stored
    assert log.asked == [0]


async def test_a_follower_that_has_everything_ends_when_the_server_says_so(log: Log, tmp_path: Path) -> None:
    log.stored = ["run.queued", "said"]
    assert await heard(tmp_path) == log.stored
    assert log.asked == [0, 2]


async def test_a_follower_pauses_before_it_asks_again(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "PAUSE_SECONDS", 0.5)
    log.broken = 1
    begun = asyncio.get_running_loop().time()
    assert await heard(tmp_path) == log.stored
    assert asyncio.get_running_loop().time() - begun >= 0.5
    assert log.asked == [0, 1]


@pytest.mark.parametrize("name", ["", ".", "..", "../sessions", "../../x", "a b/../c"])
def test_a_name_never_leads_to_another_address(name: str) -> None:
    for operation, field in (("run.show", "id"), ("playbook.show", "name"), ("token.revoke", "name")):
        with pytest.raises(Refused, match="There is no"):
            address(operation, {field: name})


def test_any_other_name_is_quoted_whole() -> None:
    fields = {"name": "ä b?c#d", "to": "x"}
    assert address("playbook.rename", fields) == ("POST", "/playbooks/%C3%A4%20b%3Fc%23d/rename")
    assert fields == {"to": "x"}
