"""Sandboxes and an egress proxy for the tests of this folder."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.sandboxes.proxied import IMPATIENT, SHOP, World

from gofer.core.sandbox import Egress, Traffic
from gofer.sandboxes.egress import EgressProxy
from gofer.sandboxes.local import LocalSandboxes
from gofer.sandboxes.local.sockets import listen


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalSandboxes]:
    """A provider whose sandboxes all end with the test."""
    provider = LocalSandboxes(tmp_path / "sandboxes")
    yield provider
    for ref in await provider.living():
        await provider.destroy(ref)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A proxy that allows *.test, where every name leads to wherever `addresses` says."""
    seen: list[Traffic] = []
    rules = Egress(allow=("*.test", "*:7777"), deny=("denied.test",))

    async def resolve(host: str, port: int) -> list[str]:
        numbers = host.strip("[]")
        return {"rebind.test": ["93.184.216.34", "127.0.0.1"], "gone.test": []}.get(host, [numbers])

    proxy = EgressProxy(rules, {SHOP: str(tmp_path / "shop.sock")}, seen.append, resolve, IMPATIENT)
    world = World(tmp_path, proxy, seen)

    async def shop(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(5) if b"content-length: 5" in head else b""
        world.requests.append(head + body)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nshop")
        await writer.drain()
        if b"/hang" in head:
            await reader.read()
        writer.close()

    server = await asyncio.start_unix_server(shop, str(tmp_path / "shop.sock"))
    await proxy.listen(listen(tmp_path / "proxy.sock"))
    yield world
    await proxy.close()
    server.close()
