"""A gateway of fakes, served by a real uvicorn."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from gofer.core.principal import OWNER
from gofer.testing.fake_gateway import FakeGofer
from gofer.web.gateway import Gateway
from gofer.web.server import UVICORN, create_app

NOVNC = Path("/usr/share/novnc")


class Server(uvicorn.Server):
    """A server that says where it is, and leaves the signals to pytest."""

    def __init__(self, gateway: Gateway, place: socket.socket) -> None:
        app = create_app(gateway)
        super().__init__(uvicorn.Config(app, log_level="warning", **UVICORN))
        self.place = place
        self.url = f"http://127.0.0.1:{place.getsockname()[1]}"


@asynccontextmanager
async def serving(gateway: Gateway) -> AsyncIterator[str]:
    """The address of a server for this gateway."""
    place = socket.create_server(("127.0.0.1", 0))
    server = Server(gateway, place)
    task = asyncio.create_task(server.serve(sockets=[place]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.url
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def gofer(tmp_path: Path) -> AsyncIterator[FakeGofer]:
    """The fakes, with a desktop that runs."""
    fakes = FakeGofer(tmp_path, NOVNC)
    await fakes.screen.start()
    yield fakes
    await fakes.screen.close()


@pytest.fixture
async def site(gofer: FakeGofer) -> AsyncIterator[str]:
    """The address of the served fakes."""
    async with serving(gofer.gateway) as url:
        yield url


@pytest.fixture
async def client(gofer: FakeGofer, site: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a token for everything."""
    token = gofer.access.token(OWNER.id, *OWNER.scopes)
    async with httpx.AsyncClient(base_url=site, headers={"Authorization": f"Bearer {token}"}) as program:
        yield program


@pytest.fixture
async def stranger(site: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program without a token."""
    async with httpx.AsyncClient(base_url=site) as program:
        yield program
