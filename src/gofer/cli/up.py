"""`gofer up`: the dashboard, the API and the errands, until it is told to stop."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import typer
import uvicorn

from gofer.cli import logs, models
from gofer.cli.demo import perform, wanted
from gofer.cli.door import open_door
from gofer.cli.listen import address, listen
from gofer.cli.notice import Notice, post, posted, serving
from gofer.cli.serving import Quiet
from gofer.cli.shop import shop_open
from gofer.cli.signals import until_signalled
from gofer.core.errors import GoferError, Refused
from gofer.core.principal import OWNER
from gofer.demo import APP
from gofer.main import Gofer, build
from gofer.ops.tokens import TICKET_SECONDS
from gofer.settings import Settings, load
from gofer.web.server import UVICORN, create_app

RENEW_SECONDS = 3600.0


def up(port: int | None, demo: bool) -> int:
    """Serve until a signal comes."""
    settings = load()
    logs.configure()
    _refuse_a_second(settings)
    with listen(settings.server, port) as listening:
        asyncio.run(_serve(settings, listening, demo))
    return 0


def _refuse_a_second(settings: Settings) -> None:
    notice = serving(settings.data)
    if notice is not None:
        message = f"A gofer serves {settings.data} already, at {notice.url} (process {notice.pid})."
        raise Refused(message, code="ERR_DATA_IN_USE")


async def _serve(settings: Settings, listening: socket.socket, demo: bool) -> None:
    with until_signalled() as stop:
        async with build(settings) as gofer, shop_open(gofer.shop_socket), _faces(gofer, listening) as url:
            typer.echo(f"gofer serves at {address(listening)} from {settings.data}")
            ticket = await gofer.gateway.access.ticket(OWNER, "login", TICKET_SECONDS)
            typer.echo(f"Dashboard (single use, 15 minutes): {url}/login?ticket={ticket}")
            aside = [asyncio.create_task(models.warn(settings))]
            aside += [asyncio.create_task(_demonstrate(settings))] if demo else []
            await stop.wait()
            typer.echo("Stopping; unfinished errands go on with the next `gofer up` or `gofer run`.", err=True)
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)


@asynccontextmanager
async def _faces(gofer: Gofer, listening: socket.socket) -> AsyncIterator[str]:
    """The web faces, and the notice by which other commands find them."""
    gateway = replace(gofer.gateway, demo={"app": APP, "input": wanted(gofer.settings)})
    url = address(listening)
    config = uvicorn.Config(create_app(gateway), log_config=None, access_log=False, lifespan="off", **UVICORN)
    async with Quiet(config).serving([listening]), _noticed(gofer, url):
        yield url


@asynccontextmanager
async def _noticed(gofer: Gofer, url: str) -> AsyncIterator[None]:
    """The notice hangs there; its session is a fresh one every hour, because a session ends some day."""
    access = gofer.gateway.access
    secrets = [await access.session(OWNER)]
    with posted(gofer.settings.data, Notice(url=url, pid=os.getpid(), token=secrets[0])):
        renewing = asyncio.create_task(_renew(gofer, url, secrets))
        yield
        renewing.cancel()
    for secret in secrets:
        await access.end_session(secret)


async def _renew(gofer: Gofer, url: str, secrets: list[str]) -> None:
    """The session before the newest still opens: a command may have just read it."""
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        secrets.append(await gofer.gateway.access.session(OWNER))
        await asyncio.to_thread(post, gofer.settings.data, Notice(url=url, pid=os.getpid(), token=secrets[-1]))
        while len(secrets) > 2:
            await gofer.gateway.access.end_session(secrets.pop(0))


async def _demonstrate(settings: Settings) -> None:
    try:
        async with open_door(settings) as door:
            await perform(door, settings)
    except GoferError as error:
        typer.echo(f"The demo errand could not run: {error.message}\nnext: {error.next_step}", err=True)
