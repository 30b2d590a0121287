"""`gofer worker`: carries errands from the shared PostgreSQL, without a face of its own."""

import asyncio

import typer

from gofer.cli import logs
from gofer.cli.shop import shop_open
from gofer.cli.signals import until_signalled
from gofer.core.errors import Refused
from gofer.main import build
from gofer.settings import Settings, load


def worker() -> int:
    """Work until a signal comes."""
    settings = load()
    if settings.storage.database is None:
        raise Refused(
            "A worker of its own needs PostgreSQL; on SQLite `gofer up` carries every errand itself.",
            code="ERR_SETTINGS",
            next_step="Set `[storage] database` to a postgresql:// address in gofer.toml.",
        )
    logs.configure()
    asyncio.run(_work(settings))
    return 0


async def _work(settings: Settings) -> None:
    with until_signalled() as stop:
        async with build(settings) as gofer, shop_open(gofer.shop_socket):
            typer.echo(f"worker {gofer.kernel.parts.worker} works")
            await stop.wait()
            typer.echo("Stopping; its errands go on elsewhere.", err=True)
