"""`gofer up`: the dashboard, the API and the errands, until it is told to stop."""

import asyncio
import ipaddress
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import typer
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gofer import demo as errand
from gofer.cli import logs
from gofer.cli.demo import perform, wanted
from gofer.cli.notice import Notice, posted, serving
from gofer.cli.remote import TICKETS, opened
from gofer.cli.serving import Quiet, until_signalled
from gofer.cli.shop import shop_open
from gofer.core.errors import GoferError, Refused
from gofer.core.principal import OWNER
from gofer.main import Gofer, build
from gofer.settings import Server, Settings, load
from gofer.web.auth import identify
from gofer.web.gateway import Gateway
from gofer.web.server import UVICORN, create_app

TICKET_SECONDS = 15 * 60.0


def up(port: int | None, demo: bool) -> int:
    """Serve until a signal comes."""
    settings = load()
    logs.configure()
    _refuse_a_second(settings)
    listening = _listen(settings.server, port)
    with listening:
        asyncio.run(_serve(settings, listening, demo))
    return 0


def _refuse_a_second(settings: Settings) -> None:
    notice = serving(settings.data)
    if notice is not None:
        message = f"A gofer serves {settings.data} already, at {notice.url} (process {notice.pid})."
        raise Refused(message, code="ERR_DATA_IN_USE")


def _listen(server: Server, port: int | None) -> socket.socket:
    wanted = server.port if port is None else port
    _refuse_bare(server)
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    try:
        return socket.create_server((server.host, wanted), family=family, backlog=128)
    except OSError as error:
        message = f"gofer cannot listen on {server.host}, port {wanted}: {error.strerror}."
        raise Refused(
            message, code="ERR_SETTINGS", next_step="Choose another port with `gofer up --port N`."
        ) from error


def _refuse_bare(server: Server) -> None:
    """Beyond this machine only behind TLS, whose public address is then among the origins."""
    if _loopback(server.host):
        return
    if not server.origins:
        raise Refused(
            f"gofer would listen on {server.host}, open to the network and without TLS.",
            code="ERR_SETTINGS",
            next_step="Put a TLS proxy in front and name its https:// address in `[server] origins`.",
        )
    note = (
        f"note: gofer listens on {server.host}; keep it behind the TLS proxy that serves {', '.join(server.origins)}."
    )
    typer.secho(note, err=True, bold=True)


def _loopback(host: str) -> bool:
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


async def _serve(settings: Settings, listening: socket.socket, demo: bool) -> None:
    with until_signalled() as stop:
        async with build(settings) as gofer, shop_open(gofer.shop_socket), _faces(gofer, listening) as url:
            await _greet(gofer, url)
            showing = asyncio.create_task(_demonstrate(settings)) if demo else None
            await stop.wait()
            typer.echo("Stopping; unfinished errands go on at the next `gofer up`.", err=True)
            if showing is not None:
                showing.cancel()


@asynccontextmanager
async def _faces(gofer: Gofer, listening: socket.socket) -> AsyncIterator[str]:
    """The web faces, and the notice by which other commands find them. Gives their address."""
    gateway = replace(gofer.gateway, demo={"app": errand.APP, "input": wanted(gofer.settings)})
    app = create_app(gateway)
    url = _address(listening)
    _sell_tickets(app, gateway, url)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", **UVICORN)
    secret = await gateway.access.session(OWNER)
    async with Quiet(config).serving([listening]):
        with posted(gofer.settings.data, Notice(url=url, pid=os.getpid(), token=secret)):
            yield url
    await gateway.access.end_session(secret)


def _sell_tickets(app: FastAPI, gateway: Gateway, url: str) -> None:
    """What `gofer ticket` asks for."""

    async def sell(request: Request) -> Response:
        principal = await identify(gateway, request)
        gateway.access.require(principal, "*")
        return JSONResponse(
            {"url": f"{url}/login?ticket={await gateway.access.ticket(principal, 'login', TICKET_SECONDS)}"}, 201
        )

    app.add_route(TICKETS, sell, methods=["POST"])


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _greet(gofer: Gofer, url: str) -> None:
    ticket = await gofer.gateway.access.ticket(OWNER, "login", TICKET_SECONDS)
    typer.echo(f"gofer serves at {url} from {gofer.settings.data}")
    typer.echo(f"Dashboard (single use, 15 minutes): {url}/login?ticket={ticket}")


async def _demonstrate(settings: Settings) -> None:
    try:
        async with opened(settings) as door:
            await perform(door, settings)
    except GoferError as error:
        typer.echo(f"The demo errand could not run: {error.message}\nnext: {error.next_step}", err=True)
