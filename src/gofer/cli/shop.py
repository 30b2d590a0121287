"""The demo shop, served on its unix socket to this gofer's sandboxes and to nobody else."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import uvicorn

from gofer.cli.serving import Quiet
from gofer.demo.shop import shop


@asynccontextmanager
async def shop_open(path: Path) -> AsyncIterator[None]:
    """The shop sells for as long as the block runs."""
    await asyncio.to_thread(_sweep, path.parent)
    config = uvicorn.Config(shop(), uds=str(path), log_config=None, access_log=False, lifespan="off", ws="none")
    async with Quiet(config).serving():
        yield
    with suppress(OSError):
        await asyncio.to_thread(path.unlink, missing_ok=True)


def _sweep(folder: Path) -> None:
    """Sockets that killed gofers left behind."""
    for path in folder.glob("shop*.sock"):
        if not _answers(path):
            path.unlink(missing_ok=True)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as visitor, suppress(OSError):
        visitor.connect(str(path))
        return True
    return False
