"""Who comes too often without a valid secret has to wait; whoever has one does not."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import HTTPConnection
from tests.web.test_auth import login
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from gofer.core.errors import Refused
from gofer.testing.fake_gateway import FakeGofer
from gofer.web.server import create_app
from gofer.web.strangers import ADDRESSES, SECONDS_EACH, TRIES, Strangers, address

AWAY = "203.0.113.7"


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def from_(host: str) -> HTTPConnection:
    """A connection from this address."""
    return HTTPConnection({"type": "http", "headers": [], "client": (host, 5000)})


@pytest.fixture
async def abroad(gofer: FakeGofer) -> AsyncIterator[httpx.AsyncClient]:
    """A program at an address that is not loopback."""
    transport = httpx.ASGITransport(create_app(gofer.gateway), client=(AWAY, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://gofer.example") as program:
        yield program


async def guess(program: httpx.AsyncClient, many: int) -> httpx.Response:
    """Try wrong tokens; gives the last answer."""
    for number in range(many):
        answer = await program.get("/api/v1/runs", headers={"Authorization": f"Bearer {number}"})
    return answer


async def test_guessing_is_met_with_429_and_when_to_come_again(abroad: httpx.AsyncClient) -> None:
    assert (await guess(abroad, TRIES)).status_code == 401
    answer = await guess(abroad, 1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "ERR_BUSY")
    assert 1 <= int(answer.headers["retry-after"]) <= SECONDS_EACH
    assert answer.json()["error"].keys() == {"code", "message", "next_step"}


async def test_a_spent_address_is_not_even_looked_up(gofer: FakeGofer, abroad: httpx.AsyncClient) -> None:
    await guess(abroad, TRIES)
    fresh = gofer.access.token("guest", "*")
    headers = {"Authorization": f"Bearer {fresh}"}
    assert (await abroad.get("/api/v1/runs", headers=headers)).status_code == 429


async def test_a_secret_that_was_good_before_does_not_wait_for_its_neighbours(
    gofer: FakeGofer, abroad: httpx.AsyncClient
) -> None:
    headers = {"Authorization": f"Bearer {gofer.access.token('guest', '*')}"}
    assert (await abroad.get("/api/v1/runs", headers=headers)).status_code == 200
    await guess(abroad, TRIES + 1)
    assert (await abroad.get("/api/v1/runs", headers=headers)).status_code == 200
    gofer.access.revoke("guest")
    assert (await abroad.get("/api/v1/runs", headers=headers)).status_code == 429


async def test_on_loopback_a_good_token_is_never_made_to_wait(
    gofer: FakeGofer, client: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    assert (await guess(stranger, TRIES + 1)).status_code == 429
    fresh = gofer.access.token("guest", "*")
    assert (await stranger.get("/api/v1/runs", headers={"Authorization": f"Bearer {fresh}"})).status_code == 200
    assert (await client.get("/api/v1/runs")).status_code == 200
    await login(gofer, stranger)
    assert (await stranger.get("/api/v1/runs")).status_code == 200


async def test_failed_logins_count(site: str, stranger: httpx.AsyncClient) -> None:
    for _ in range(TRIES // 2):
        await stranger.get("/login", params={"ticket": "guess"})
        await stranger.post("/login", data={"secret": "guess"}, headers={"Origin": site})
    by_ticket = await stranger.get("/login", params={"ticket": "guess"}, headers={"Accept": "text/html"})
    by_form = await stranger.post("/login", data={"secret": "guess"}, headers={"Origin": site})
    assert [by_ticket.status_code, by_form.status_code] == [429, 429]
    assert "retry-after" in by_ticket.headers
    assert "Too many" in by_ticket.text
    assert (await stranger.get("/login")).status_code == 200


async def test_websockets_without_a_ticket_count(gofer: FakeGofer, site: str, stranger: httpx.AsyncClient) -> None:
    where = site.replace("http", "ws") + "/runs/run-0001/vnc?ticket=guess"
    await guess(stranger, TRIES - 1)
    statuses = []
    for _ in range(2):
        with pytest.raises(InvalidStatus) as refused:
            await connect(where)
        statuses.append(refused.value.response.status_code)
    assert statuses == [403, 429]
    assert "retry-after" in refused.value.response.headers
    assert b"ERR_BUSY" in (refused.value.response.body or b"")


def test_tries_come_back_one_by_one() -> None:
    clock = Clock()
    strangers = Strangers(clock)
    for _ in range(TRIES):
        strangers.failed(from_(AWAY))
    with pytest.raises(Refused):
        strangers.failed(from_(AWAY))
    clock.now += SECONDS_EACH
    strangers.failed(from_(AWAY))
    with pytest.raises(Refused) as refused:
        strangers.failed(from_(AWAY))
    assert refused.value.retry_after == SECONDS_EACH


def test_the_memory_of_addresses_is_bounded() -> None:
    strangers = Strangers()
    for number in range(ADDRESSES + 100):
        strangers.failed(from_(f"10.0.{number // 256}.{number % 256}"))
    assert len(strangers.left) == ADDRESSES


def test_one_ipv6_customer_is_one_address() -> None:
    assert address(from_("2001:db8::1")) == address(from_("2001:db8::ffff")) != address(from_("2001:db8:0:1::1"))
