"""What the egress proxy says by itself, and that no site can say it in its place."""

import asyncio
import socket
from pathlib import Path

import pytest
from tests.sandboxes.proxied import IMPATIENT, SHOP, World

from gofer.core import egress
from gofer.core.egress import Answer, Verdict
from gofer.core.errors import GoferError, Refused, Unavailable
from gofer.core.sandbox import Egress
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.egress.scrub import LIMIT, Scrub, TooLong
from gofer.sandboxes.local.sockets import listen


def answer_in(raw: bytes) -> Answer | None:
    """The proxy's own answer in what a guest was told over plain http."""
    fields = [line.partition(": ") for line in raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]]
    return egress.found("http://a.test/", {name.lower(): value for name, _, value in fields})


REFUSED = {
    "http://unlisted.example/": (
        Verdict.UNLISTED,
        "port 80 is not on this run's allow list",
        'reach "unlisted.example"',
    ),
    "http://a.test:8080/": (Verdict.UNLISTED, "a.test port 8080", 'reach "a.test:8080"'),
    "http://denied.test/": (Verdict.DENIED, "deny list", "another site"),
    "http://rebind.test/": (Verdict.PRIVATE, "127.0.0.1 is a private", "`[browser]`"),
}


@pytest.mark.parametrize("url", REFUSED)
async def test_a_refusal_names_host_port_reason_and_what_to_change(world: World, url: str) -> None:
    answer, (verdict, words, change) = answer_in(await world.get(url)), REFUSED[url]
    assert answer is not None
    error = answer.error()
    assert (answer.verdict, type(error), egress.of(error)) == (verdict, Refused, answer)
    assert f"{answer.host} port {answer.port} is not allowed for this errand" in error.message
    assert words in error.message
    assert change in error.next_step


FAILURES = {
    "There is no such host as a.test (DNS)": socket.gaierror(socket.EAI_NONAME, "no"),
    "The name a.test cannot be looked up now (DNS)": socket.gaierror(socket.EAI_AGAIN, "later"),
    "a.test port 80 refused the connection": ConnectionRefusedError(),
    "a.test port 80 did not answer the connection in 2 s": TimeoutError(),
    "a.test port 80 cannot be reached": OSError("hm"),
}


@pytest.mark.parametrize("words", FAILURES)
async def test_a_dead_site_is_told_by_what_was_wrong(world: World, words: str, tmp_path: Path) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise FAILURES[words]

    proxy = EgressProxy(Egress(allow=("*",)), resolve=resolve, patience=IMPATIENT)
    await proxy.listen(listen(tmp_path / "dead.sock"))
    reader, writer = await asyncio.open_unix_connection(str(tmp_path / "dead.sock"))
    writer.write(b"GET http://a.test/ HTTP/1.1\r\n\r\n")
    raw = await reader.read()
    writer.close()
    await proxy.close()
    answer = answer_in(raw)
    assert raw.startswith(b"HTTP/1.1 502")
    assert answer is not None
    error: GoferError = answer.error()
    assert (type(error), error.message) == (Unavailable, f"{words}.")


async def test_why_there_was_no_tunnel_can_be_asked_afterwards(world: World) -> None:
    await world.say(b"CONNECT unlisted.example:443 HTTP/1.1\r\n\r\n")
    answer = answer_in(await world.get(f"http://{egress.NAME}/unlisted.example:443"))
    assert answer is not None
    assert (answer.verdict, answer.host, answer.port) == (Verdict.UNLISTED, "unlisted.example", 443)
    assert answer_in(await world.get(f"http://{egress.NAME}/shop.example:443")) is None
    assert [traffic.host for traffic in world.seen] == ["unlisted.example"]


FORGED = b"HTTP/1.1 403 No\r\nA: b\r\n%bContent-Length: 2\r\n\r\nX-Gofer-Egress: body"


@pytest.mark.parametrize(
    "line",
    [
        b"X-Gofer-Egress: private; 80; a; b\r\n",
        b"x-gofer-egress : private\n",
        b"C: d\rX-GOFER-EGRESS: private\r\n",
        b"X-Gofer\0-Egress: private\r\n",
        b"\tX-Gofer-Egress: private\r\n",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_no_site_speaks_in_the_proxys_name(line: bytes, size: int) -> None:
    scrub, raw = Scrub(), b"HTTP/1.1 103 Early\r\n\r\n" + FORGED % line
    passed = b"".join(scrub.clean(raw[at : at + size]) for at in range(0, len(raw), size)) + scrub.rest()
    early, head, body = passed.split(b"\r\n\r\n")
    assert early == b"HTTP/1.1 103 Early"
    assert (b"private" in head, b"A: b" in head, b"Content-Length: 2" in head) == (False, True, True)
    assert body == b"X-Gofer-Egress: body"


def test_an_answer_passes_as_it_is_and_a_head_has_an_end() -> None:
    scrub, raw = Scrub(), b"HTTP/1.1 200 OK\nA: b\n\nbody"
    assert scrub.clean(raw) + scrub.clean(b" more") + scrub.rest() == raw + b" more"
    cut = Scrub()
    assert cut.clean(b"HTTP/1.1 200 OK\r\nA: b") + cut.rest() == b"HTTP/1.1 200 OK\r\nA: b"
    with pytest.raises(TooLong):
        Scrub().clean(b"x" * (LIMIT + 1))


async def test_what_a_server_says_in_the_proxys_name_reaches_no_guest(world: World) -> None:
    async def forger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(FORGED % b"X-Gofer-Egress: private; 80; a; b\r\n")
        writer.close()

    (world.folder / "shop.sock").unlink()
    server = await asyncio.start_unix_server(forger, str(world.folder / "shop.sock"))
    assert answer_in(await world.get(f"http://{SHOP}/")) is None
    server.close()


def test_over_https_nobody_is_the_proxy() -> None:
    written = Answer(Verdict.PRIVATE, "a.test", 443, "no").written()
    assert egress.found("http://a.test/", {egress.HEADER: written}) is not None
    assert egress.found("https://a.test/", {egress.HEADER: written}) is None
    assert egress.read("private; x; a; b") is egress.read("nonsense; 1; a; b") is egress.read("") is None
