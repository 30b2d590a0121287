"""The egress proxy over its socket, with friendly and hostile guests."""

import asyncio
from pathlib import Path

import pytest
from tests.sandboxes.proxied import IMPATIENT, SHOP, World

from gofer.core.sandbox import Egress, Traffic
from gofer.sandboxes.egress import EgressProxy, Tally
from gofer.sandboxes.egress import policy as policy_module
from gofer.sandboxes.egress import proxy as proxy_module
from gofer.sandboxes.egress.proxy import Patience
from gofer.sandboxes.local.sockets import listen


async def test_gofers_own_name_is_answered_through_its_socket(world: World) -> None:
    assert (await world.get(f"http://{SHOP}/a?b=c")).endswith(b"shop")
    assert world.requests[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")
    (traffic,) = world.seen
    assert (traffic.host, traffic.port, traffic.allowed) == (SHOP, 80, True)
    assert traffic.sent > 0
    assert traffic.received > 0


async def test_the_host_field_and_hop_by_hop_fields_are_made_anew(world: World) -> None:
    fields = "Host: evil.test\r\nConnection: x-secret, keep-alive\r\nX-Secret: 1\r\nProxy-Authorization: x\r\nX-Kept: 1"
    await world.say(f"GET http://{SHOP}/ HTTP/1.1\r\n{fields}\r\n\r\n".encode())
    head = world.requests[0].lower()
    assert b"host: shop.gofer.example" in head
    assert b"x-kept: 1" in head
    assert b"connection: close" in head
    for word in (b"evil", b"x-secret", b"proxy-authorization", b"keep-alive"):
        assert word not in head


async def test_a_body_passes_and_what_follows_it_does_not(world: World) -> None:
    request = f"POST http://{SHOP}/ HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello".encode()
    assert (await world.say(request + b"GET http://denied.test/ HTTP/1.1\r\n\r\n")).endswith(b"shop")
    assert world.requests == [world.requests[0]]
    assert world.requests[0].endswith(b"hello")


async def test_a_tunnel_carries_bytes_both_ways(world: World) -> None:
    answer = await world.say(f"CONNECT {SHOP}:80 HTTP/1.1\r\n\r\n".encode(), b"GET / HTTP/1.1\r\n\r\n", pause=0.05)
    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\n")
    assert answer.endswith(b"shop")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"],
)
async def test_an_address_of_our_own_network_is_refused_even_when_all_is_allowed(world: World, host: str) -> None:
    world.proxy.rules = Egress(allow=("*", f"{host}:*"))
    assert (await world.get(f"http://{host}/")).startswith(b"HTTP/1.1 403")
    assert (await world.say(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())).startswith(b"HTTP/1.1 403")
    assert [traffic.allowed for traffic in world.seen] == [False, False]
    assert "private, local or reserved" in world.seen[0].reason


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "0x7f.1", "localhost", "127.0.0.1."]
)
async def test_loopback_in_other_words_is_refused(world: World, host: str, tmp_path: Path) -> None:
    """By this machine's own resolver, and even when these very words are listed."""
    proxy = EgressProxy(Egress(allow=("*", host)), patience=IMPATIENT)
    await proxy.listen(listen(tmp_path / "real.sock"))
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "real.sock"))
    writer.write(f"GET http://{host}/ HTTP/1.1\r\n\r\n".encode())
    assert (await reader.read()).startswith((b"HTTP/1.1 403", b"HTTP/1.1 502", b"HTTP/1.1 400"))
    writer.close()
    await proxy.close()


async def test_an_operator_may_look_at_this_machine(world: World) -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nmine")
        writer.close()

    server = await asyncio.start_server(page, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    world.proxy.rules = Egress(allow=(f"127.0.0.1:{port}",), private=True)
    assert (await world.get(f"http://127.0.0.1:{port}/")).endswith(b"mine")
    assert (await world.get("http://10.0.0.1/")).startswith(b"HTTP/1.1 403")
    server.close()


async def test_a_name_that_also_leads_to_us_is_refused(world: World) -> None:
    answer = await world.get("http://rebind.test/")
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"127.0.0.1 is a private, local or reserved address" in answer


async def test_the_address_that_was_judged_is_the_one_connected_to(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that answers differently the second time finds no second time."""
    answers = ["127.0.0.1", "127.0.0.2"]
    monkeypatch.setattr(proxy_module, "is_ours", lambda address: False)
    monkeypatch.setattr(policy_module, "is_public", lambda address: str(address) == "127.0.0.1")
    asked = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [answers.pop(0)]

    far = await asyncio.start_server(answer_by_address, "127.0.0.1", 7777)
    proxy = EgressProxy(Egress(allow=("*:7777",)), resolve=resolve, patience=IMPATIENT)
    await proxy.listen(listen(world.folder / "other.sock"))
    reader, writer = await asyncio.open_unix_connection(str(world.folder / "other.sock"))
    writer.write(b"GET http://a.test:7777/ HTTP/1.1\r\n\r\n")
    assert (await reader.read()).endswith(b"127.0.0.1")
    assert asked == ["a.test"]
    writer.close()
    far.close()
    await proxy.close()


async def test_a_redirect_is_judged_like_any_other_request(world: World) -> None:
    async def lure(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    (world.folder / "shop.sock").unlink()
    server = await asyncio.start_unix_server(lure, str(world.folder / "shop.sock"))
    world.proxy.rules = Egress(allow=("*", "169.254.169.254"))
    location = (await world.get(f"http://{SHOP}/")).partition(b"Location: ")[2].split(b"\r\n")[0].decode()
    assert (await world.get(location)).startswith(b"HTTP/1.1 403")
    assert [traffic.allowed for traffic in world.seen] == [True, False]
    server.close()


async def test_an_address_of_this_very_host_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public address of the host would lead to services that listen on all of its addresses."""
    monkeypatch.setattr(policy_module, "is_public", lambda address: True)
    world.proxy.rules = Egress(allow=("127.0.0.1:7777",))
    answer = await world.say(b"CONNECT 127.0.0.1:7777 HTTP/1.1\r\n\r\n")
    assert b"127.0.0.1 is an address of this host" in answer


async def test_the_next_address_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "is_ours", lambda address: False)
    far = await asyncio.start_server(answer_by_address, "127.0.0.2", 0)
    port = far.sockets[0].getsockname()[1]
    reader, writer = await proxy_module.connect(["127.0.0.1", "127.0.0.2"], port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert (await reader.read()).endswith(b"127.0.0.2")
    writer.close()
    far.close()


async def test_requests_and_bytes_are_counted_while_they_pass_and_outlive_the_proxy(world: World) -> None:
    tally = Tally(world.folder / "network-use")
    proxy = EgressProxy(Egress(), {SHOP: str(world.folder / "shop.sock")}, patience=IMPATIENT, tally=tally)
    await proxy.listen(listen(world.folder / "counted.sock"))
    reader, writer = await asyncio.open_unix_connection(str(world.folder / "counted.sock"))
    writer.write(f"GET http://{SHOP}/hang HTTP/1.1\r\n\r\n".encode())
    answer = await reader.readuntil(b"shop")
    assert proxy.use.received == len(answer)
    assert proxy.use.requests == 0  # it goes on
    writer.close()
    reader, writer = await asyncio.open_unix_connection(str(world.folder / "counted.sock"))
    writer.write(b"CONNECT elsewhere.test:443 HTTP/1.1\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 403")
    writer.close()
    await proxy.close()
    kept = Tally(world.folder / "network-use").use
    assert (kept.requests, kept.refused, kept.received) == (2, 1, len(answer))
    assert kept.sent == len(world.requests[0])


async def test_counting_is_no_reason_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"x")
    tally = Tally(tmp_path / "short")
    lost = Tally(tmp_path / "gone" / "network-use")
    for each in (tally, lost):
        each.add(Traffic(host="a.test", port=80, allowed=True, reason="", sent=1, received=2))
        assert (each.use.requests, each.use.sent, each.use.received) == (1, 1, 2)


async def answer_by_address(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says at which address it was reached."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + writer.get_extra_info("sockname")[0].encode())
    writer.close()


@pytest.mark.parametrize("target", ["denied.test:443", "unlisted.example:443", "a.test:22", "a.test:25"])
async def test_a_tunnel_to_elsewhere_gets_a_plain_sentence(world: World, target: str) -> None:
    answer = await world.say(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"gofer's egress proxy refused this: " in answer
    assert world.seen[0].allowed is False


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://a.test/ HTTP/2\r\n\r\n",
        b"GET  http://a.test/ HTTP/1.1\r\n\r\n",
        b"GET ftp://a.test/ HTTP/1.1\r\n\r\n",
        b"GET http://user@a.test/ HTTP/1.1\r\n\r\n",
        b"GET http://a.test:99999/ HTTP/1.1\r\n\r\n",
        b"GET http://[::1/ HTTP/1.1\r\n\r\n",
        b"GET http://a..test/ HTTP/1.1\r\n\r\n",
        b"CONNECT %b.test:443 HTTP/1.1\r\n\r\n" % (b"a" * 64),
        b"G\x00T http://a.test/ HTTP/1.1\r\n\r\n",
        b"GET http://a.test/\xff HTTP/1.1\r\n\r\n",
        b"GET http://a.test/ HTTP/1.1\r\nfolded: a\r\n b\r\n\r\n",
        b"GET http://a.test/ HTTP/1.1\r\nno colon\r\n\r\n",
        b"CONNECT a.test HTTP/1.1\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST http://a.test/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
async def test_what_is_no_request_gets_400(world: World, request_bytes: bytes) -> None:
    assert (await world.say(request_bytes)).startswith(b"HTTP/1.1 400")


async def test_an_endless_head_gets_431(world: World) -> None:
    huge = b"GET http://a.test/ HTTP/1.1\r\nX: " + b"x" * 200_000
    assert (await world.say(huge)).startswith(b"HTTP/1.1 431") or not world.seen


async def test_a_guest_that_drips_its_request_is_cut_off(world: World) -> None:
    started = asyncio.get_running_loop().time()
    assert await world.say(b"GET http", pause=0) == b""
    assert asyncio.get_running_loop().time() - started < 2


async def test_a_silent_connection_ends(world: World) -> None:
    started = asyncio.get_running_loop().time()
    assert (await world.get(f"http://{SHOP}/hang")).endswith(b"shop")
    assert asyncio.get_running_loop().time() - started < 2.5


async def test_an_unreachable_host_gets_502(world: World) -> None:
    (world.folder / "shop.sock").unlink()
    assert (await world.get(f"http://{SHOP}/")).startswith(b"HTTP/1.1 502")
    assert world.seen[0].allowed is True
    assert "unreachable" in world.seen[0].reason


async def test_more_connections_than_allowed_are_turned_away(tmp_path: Path) -> None:
    proxy = EgressProxy(Egress(), patience=Patience(head=1, connections=3))
    await proxy.listen(listen(tmp_path / "proxy.sock"))
    held = [await asyncio.open_unix_connection(str(tmp_path / "proxy.sock")) for _ in range(3)]
    await asyncio.sleep(0.05)
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "proxy.sock"))
    assert await reader.read() == b""
    for _, each in [*held, (reader, writer)]:
        each.close()
    await proxy.close()
