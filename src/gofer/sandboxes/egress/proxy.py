"""The proxy of one sandbox: HTTP and CONNECT over a unix socket, with a verdict for every request."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from gofer.core import egress
from gofer.core.egress import Answer
from gofer.core.sandbox import Egress, NetworkUse, Traffic
from gofer.sandboxes.egress import head
from gofer.sandboxes.egress.flow import Flow, pass_body, tunnel
from gofer.sandboxes.egress.policy import Forbidden, Target, judge, require_public
from gofer.sandboxes.egress.saying import Memory, no_way, refusal, say, sentence
from gofer.sandboxes.egress.tally import Tally

Resolve = Callable[[str, int], Awaitable[list[str]]]
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Patience:
    """How long the proxy waits, in seconds, and how many connections it holds."""

    head: float = 15.0
    connect: float = 10.0
    idle: float = 300.0
    total: float = 6 * 3600.0
    connections: int = 256


async def resolve(host: str, port: int) -> list[str]:
    """A host's addresses by this machine's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[4][0]) for address in found]


class EgressProxy:
    """Lets a sandbox out to where `rules` say. The socket it listens on is the sandbox's identity."""

    def __init__(
        self,
        rules: Egress,
        names: Mapping[str, str] = NO_NAMES,
        on_traffic: Callable[[Traffic], None] = lambda traffic: None,
        resolve: Resolve = resolve,
        patience: Patience = Patience(),
        tally: Tally | None = None,
    ) -> None:
        self.rules = rules
        self._tally = tally or Tally()
        self._flows: set[Flow] = set()
        self._names, self._on_traffic, self._resolve, self._patience = names, on_traffic, resolve, patience
        self._server: asyncio.Server | None = None
        self._closed = False
        self._memory = Memory()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def use(self) -> NetworkUse:
        """Requests and bytes so far, with those that go on now."""
        use = self._tally.use
        sent = use.sent + sum(flow.sent for flow in self._flows)
        received = use.received + sum(flow.received for flow in self._flows)
        return use.model_copy(update={"sent": sent, "received": received})

    async def listen(self, listener: socket.socket) -> None:
        """Serve a listening socket until closed."""
        self._closed = False
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=head.LIMIT)

    async def close(self) -> None:
        """Stop listening and cut every connection, those too that were taken in this very moment."""
        self._closed = True
        if self._server:
            self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if not self._closed and len(self._tasks) <= self._patience.connections:
                async with asyncio.timeout(self._patience.total):
                    await self._answer((reader, writer))
        except (OSError, EOFError, TimeoutError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            writer.close()
            self._tasks.discard(task)

    async def _answer(self, guest: Streams) -> None:
        """One request; the connection ends with it."""
        try:
            async with asyncio.timeout(self._patience.head):
                request = await head.read(guest[0])
            asked = request.target()
            length = request.body_length()
        except head.BadRequest as error:
            await say(guest[1], error.status, str(error))
            return
        if asked.host == egress.NAME and not request.is_tunnel:
            await self._memory.tell(guest[1], request.url)
            return
        flow = Flow(self._patience.idle)
        try:
            reason = judge(asked, self.rules, self._names)
            server = await self._connect(asked)
        except Forbidden as error:
            self._report(asked, False, str(error))
            await self._say(guest[1], refusal(asked, error))
            return
        except (OSError, TimeoutError) as error:
            self._report(asked, True, f"{reason}, but unreachable: {error!r}")
            await self._say(guest[1], no_way(asked, error, self._patience.connect))
            return
        self._flows.add(flow)
        try:
            await self._pass(request, length, flow, (guest, server))
        finally:
            self._flows.discard(flow)
            server[1].close()
            self._report(asked, True, reason, flow)

    async def _say(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        self._memory.add(answer)
        await say(writer, *sentence(answer), answer)

    async def _connect(self, asked: Target) -> Streams:
        """A connection to the target, by an address that was looked up once and looked at."""
        async with asyncio.timeout(self._patience.connect):
            if asked.host in self._names:
                return await asyncio.open_unix_connection(self._names[asked.host])
            addresses = await self._resolve(asked.host, asked.port)
            if self.rules.private:
                return await first_that_answers(addresses, asked.port)
            return await connect(require_public(addresses), asked.port)

    async def _pass(self, request: head.Head, length: int | None, flow: Flow, ends: tuple[Streams, Streams]) -> None:
        guest, server = ends
        if request.is_tunnel:
            guest[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await tunnel(guest, server, flow)
            return
        onward = request.onward(request.target())
        server[1].write(onward)
        flow.sent += len(onward)
        await pass_body(guest, server, length, flow)

    def _report(self, asked: Target, allowed: bool, reason: str, flow: Flow | None = None) -> None:
        sent, received = (flow.sent, flow.received) if flow else (0, 0)
        traffic = Traffic(
            host=asked.host, port=asked.port, allowed=allowed, reason=reason, sent=sent, received=received
        )
        self._tally.add(traffic)
        self._on_traffic(traffic)


async def first_that_answers(addresses: list[str], port: int) -> Streams:
    """A connection to the first of these addresses that answers."""
    for address in addresses[:-1]:
        with suppress(OSError):
            return await asyncio.open_connection(address, port)
    return await asyncio.open_connection(addresses[-1], port)


async def connect(addresses: list[str], port: int) -> Streams:
    """A connection to the first that answers of these public addresses; raises `Forbidden` for this host's own."""
    if ours := [address for address in addresses if is_ours(address)]:
        raise Forbidden(f"{ours[0]} is an address of this host")
    return await first_that_answers(addresses, port)


def is_ours(address: str) -> bool:
    """Whether this host has that address, so that a service of its own could answer: only then it can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
