"""The bridge to live desktops: tickets, origins, and input only for whoever holds control."""

import asyncio
import struct
from collections.abc import Callable

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from gofer.core.principal import OWNER
from gofer.core.run import Status
from gofer.testing.fake_gateway import FakeGofer
from gofer.web import live

KEY = struct.pack(">BBxxI", 4, 1, 0x61)
KEY_UP = struct.pack(">BBxxI", 4, 0, 0x61)
POINTER = struct.pack(">BBHH", 5, 1, 10, 20)
CUT = struct.pack(">BxxxI", 6, 2) + b"hi"
UPDATE = struct.pack(">BBHHHH", 3, 1, 0, 0, 1024, 768)


@pytest.fixture
async def run_id(gofer: FakeGofer) -> str:
    """A run with a desktop."""
    run = await gofer.log.add("browse", {}, status=Status.RUNNING)
    gofer.desktops.on.add(run.id)
    return run.id


async def address(client: httpx.AsyncClient, run_id: str) -> str:
    """A WebSocket address with a fresh ticket."""
    issued = (await client.post(f"/runs/{run_id}/vnc-ticket")).json()
    return f"ws://{client.base_url.netloc.decode()}{issued['path']}"


async def greet(viewer: ClientConnection) -> None:
    """The handshake of RFB 3.8, asking for the desktop to oneself."""
    await viewer.send(b"RFB 003.008\n")
    await viewer.send(b"\x01\x00")
    seen = b""
    while b"gofer" not in seen:
        seen += bytes(await viewer.recv(decode=False))


async def until(true: Callable[[], object]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


async def picture(gofer: FakeGofer, viewer: ClientConnection) -> None:
    """Ask for an update and wait until it is painted: everything sent before has been read."""
    painted = gofer.screen.painted
    await viewer.send(UPDATE)
    await until(lambda: gofer.screen.painted > painted)


async def test_input_reaches_the_desktop_only_with_control(
    gofer: FakeGofer, client: httpx.AsyncClient, run_id: str
) -> None:
    async with connect(await address(client, run_id)) as viewer:
        await greet(viewer)
        assert gofer.screen.greeted == [b"RFB 003.008\n", b"\x01", b"\x01"]
        await viewer.send(KEY + POINTER + CUT)
        await picture(gofer, viewer)
        assert gofer.screen.received == []
        await client.post(f"/api/v1/runs/{run_id}/control", json={"action": "take"})
        await asyncio.sleep(live.CONTROL_SECONDS + 0.05)
        await viewer.send(KEY + POINTER + CUT)
        await until(lambda: gofer.screen.received == [KEY, POINTER, CUT])
        await client.post(f"/api/v1/runs/{run_id}/control", json={"action": "return"})
        await asyncio.sleep(live.CONTROL_SECONDS + 0.05)
        await viewer.send(POINTER + CUT)
        await picture(gofer, viewer)
        released = [KEY_UP, struct.pack(">BBHH", 5, 0, 10, 20)]
        assert gofer.screen.received == [KEY, POINTER, CUT, *released]


async def test_whoever_leaves_lets_go_of_the_keys(gofer: FakeGofer, client: httpx.AsyncClient, run_id: str) -> None:
    await client.post(f"/api/v1/runs/{run_id}/control", json={"action": "take"})
    async with connect(await address(client, run_id)) as viewer:
        await greet(viewer)
        await viewer.send(KEY)
        await until(lambda: gofer.screen.received == [KEY])
    await until(lambda: gofer.screen.received == [KEY, KEY_UP])


async def test_control_is_asked_for_at_most_five_times_a_second(
    gofer: FakeGofer, client: httpx.AsyncClient, run_id: str
) -> None:
    async with connect(await address(client, run_id)) as viewer:
        await greet(viewer)
        for _ in range(20):
            await viewer.send(POINTER * 20)
        await picture(gofer, viewer)
    assert 1 <= gofer.desktops.asked <= 5


async def test_coming_and_going_are_events(gofer: FakeGofer, client: httpx.AsyncClient, run_id: str) -> None:
    async with connect(await address(client, run_id)) as viewer:
        await greet(viewer)
    await until(lambda: gofer.log.events[run_id][-1].type == "viewer.left")
    assert [event.type for event in gofer.log.events[run_id]] == ["run.queued", "viewer.joined", "viewer.left"]
    assert gofer.log.events[run_id][-1].data == {"who": OWNER.id}


async def test_a_ticket_opens_one_connection(client: httpx.AsyncClient, run_id: str) -> None:
    where = await address(client, run_id)
    async with connect(where) as viewer:
        await greet(viewer)
    with pytest.raises(InvalidStatus, match="403"):
        await connect(where)


async def test_a_ticket_opens_only_its_own_run(gofer: FakeGofer, client: httpx.AsyncClient, run_id: str) -> None:
    other = await gofer.log.add("browse", {})
    gofer.desktops.on.add(other.id)
    where = (await address(client, run_id)).replace(run_id, other.id)
    with pytest.raises(InvalidStatus, match="403"):
        await connect(where)


@pytest.mark.parametrize("query", ["", "?ticket=", "?ticket=guess", "?token=guess"])
async def test_without_a_valid_ticket_nothing_opens(query: str, client: httpx.AsyncClient, run_id: str) -> None:
    where = f"ws://{client.base_url.netloc.decode()}/runs/{run_id}/vnc{query}"
    with pytest.raises(InvalidStatus, match="403"):
        await connect(where, additional_headers={"Authorization": client.headers["Authorization"]})


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:1"])
async def test_another_sites_page_cannot_open_a_desktop(origin: str, client: httpx.AsyncClient, run_id: str) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        await connect(await address(client, run_id), additional_headers={"Origin": origin})


async def test_another_viewers_browser_cannot_use_the_ticket(
    gofer: FakeGofer, client: httpx.AsyncClient, run_id: str
) -> None:
    other = gofer.access.token("somebody", "runs:read")
    with pytest.raises(InvalidStatus, match="403"):
        await connect(await address(client, run_id), additional_headers={"Cookie": f"gofer_session={other}"})


async def test_a_foreign_host_name_opens_nothing(client: httpx.AsyncClient, run_id: str) -> None:
    where = (await address(client, run_id)).replace("127.0.0.1", "gofer.evil.example")
    port = client.base_url.port
    with pytest.raises(InvalidStatus, match="403"):
        await connect(where, host="127.0.0.1", port=port)


async def test_a_run_without_a_desktop_gives_no_ticket(gofer: FakeGofer, client: httpx.AsyncClient) -> None:
    run = await gofer.log.add("chat", {})
    answer = await client.post(f"/runs/{run.id}/vnc-ticket")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ERR_NOT_FOUND")


@pytest.mark.parametrize("sent", [b"\x07", b"\0" * (live.FRAME_BYTES + 1), "text"])
async def test_odd_or_huge_frames_end_the_connection(sent: bytes | str, client: httpx.AsyncClient, run_id: str) -> None:
    async with connect(await address(client, run_id)) as viewer:
        await greet(viewer)
        await viewer.send(sent)
        with pytest.raises(ConnectionClosed):
            await viewer.recv()


async def test_seats_are_limited(client: httpx.AsyncClient, run_id: str) -> None:
    viewers = [await connect(await address(client, run_id)) for _ in range(live.SEATS_EACH)]
    with pytest.raises(InvalidStatus, match="429"):
        await connect(await address(client, run_id))
    for viewer in viewers:
        await viewer.close()


async def test_a_viewer_that_reads_nothing_holds_back_the_desktop_not_the_memory(
    gofer: FakeGofer, client: httpx.AsyncClient, run_id: str
) -> None:
    whole = struct.pack(">BBHHHH", 3, 0, 0, 0, 1024, 768)
    async with connect(await address(client, run_id), max_queue=1, close_timeout=0.1) as viewer:
        await greet(viewer)
        for _ in range(12):
            await viewer.send(whole)
        await asyncio.sleep(0.3)
        painted = gofer.screen.painted
        await asyncio.sleep(0.3)
        assert gofer.screen.painted == painted < 12


async def test_a_viewer_whose_coming_cannot_be_written_down_sees_nothing_and_never_leaves(
    gofer: FakeGofer, client: httpx.AsyncClient, run_id: str
) -> None:
    gofer.desktops.full = True
    async with connect(await address(client, run_id)) as viewer:
        with pytest.raises(ConnectionClosed) as closed:
            await viewer.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == live.BUSY
    gofer.desktops.full = False
    async with connect(await address(client, run_id)) as viewer:
        await greet(viewer)
    await until(lambda: gofer.log.events[run_id][-1].type == "viewer.left")
    assert [event.type for event in gofer.log.events[run_id]] == ["run.queued", "viewer.joined", "viewer.left"]
