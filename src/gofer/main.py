"""The only place where parts meet the kernel."""

import asyncio
import fcntl
import os
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic_ai.messages import WorkspaceRef

from gofer import catalog
from gofer.core.browser import Browser
from gofer.core.clock import SystemClock
from gofer.core.errors import Refused, Unavailable
from gofer.core.principal import OWNER
from gofer.core.sandbox import Traffic
from gofer.core.screen import Screen
from gofer.demo import HOST
from gofer.kernel.files import Files
from gofer.kernel.kernel import Kernel
from gofer.kernel.log import EventLog
from gofer.kernel.parts import Parts, Policy
from gofer.models.resolve import Models
from gofer.ops.table import operations
from gofer.settings import Settings
from gofer.storage.artifacts import ArtifactStore
from gofer.storage.database import Database
from gofer.storage.schema import prepare
from gofer.web.gateway import Gateway

OnTraffic = Callable[[WorkspaceRef, Traffic], None]

BROWSER = "gofer.browser.driver:opened"
"""Loaded when the first browser is opened: Playwright is not needed to serve."""


@dataclass(frozen=True)
class Gofer:
    """A gofer that runs: its kernel, and what the faces stand on."""

    settings: Settings
    kernel: Kernel
    gateway: Gateway
    shop_socket: Path


@asynccontextmanager
async def build(settings: Settings, carry: bool = True) -> AsyncIterator[Gofer]:
    """A gofer that works for as long as the block runs. Unfinished runs go on at the next start.

    Without `carry` it only looks, asks and accepts: no run goes on because of it.

    Raises `Refused`: ERR_DATA_IN_USE, ERR_DATA_NEWER, ERR_SETTINGS, ERR_MISSING_PROGRAM.
    """
    with _folder(settings, alone=carry and settings.storage.database is None), _database(settings) as database:
        kernels: list[Kernel] = []
        kernel = Kernel(_parts(settings, database, partial(_tell_traffic, kernels)), settings.step_log_url)
        kernels.append(kernel)
        if carry:
            await kernel.start()
        try:
            yield Gofer(settings, kernel, _gateway(settings, kernel), _shop_socket(settings))
        finally:
            if carry:
                await kernel.close()
                await _stop_browsers()


@contextmanager
def _folder(settings: Settings, alone: bool) -> Iterator[None]:
    try:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(settings.data / "gofer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"The data folder {settings.data} cannot be used: {error.strerror}."
        raise Refused(message, code="ERR_SETTINGS", next_step="Point GOFER_DATA at another folder.") from error
    try:
        if alone:
            _lock(lock, settings.data)
        yield
    finally:
        os.close(lock)


def _lock(lock: int, folder: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(f"Another gofer works in {folder}.", code="ERR_DATA_IN_USE") from error


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    try:
        _prepare(database, settings)
        yield database
    finally:
        database.close()


def _prepare(database: Database, settings: Settings) -> None:
    try:
        prepare(database)
    except Unavailable as error:
        where = settings.storage.database or settings.data
        message = f"The data in {where} cannot be opened. {error.message}"
        raise Refused(message, code=error.code, next_step=error.next_step) from error


def _parts(settings: Settings, database: Database, on_traffic: OnTraffic) -> Parts:
    clock = SystemClock()
    host = f"{socket.gethostname()}:{settings.data}"
    many = settings.storage.database is not None
    provider = catalog.sandbox_provider(settings.sandboxes.provider)
    return Parts(
        worker=f"{socket.gethostname()}-{secrets.token_hex(4)}" if many else "local",
        host=host,
        database=database,
        log=EventLog(database, clock),
        clock=clock,
        applications=catalog.applications(),
        artifacts=ArtifactStore(settings.artifact_address, settings.storage.artifact_options),
        sandboxes=provider(
            settings.data / "sandboxes",
            names={HOST: str(_shop_socket(settings))},
            on_traffic=on_traffic,
            idle_seconds=settings.sandboxes.idle_seconds,
        ),
        open_browser=_open_browser,
        model=Models(settings.models.default, settings.models.fallback),
        policy=_policy(settings),
    )


def _tell_traffic(kernels: list[Kernel], ref: WorkspaceRef, traffic: Traffic) -> None:
    for kernel in kernels:
        kernel.lender.tell_traffic(ref, traffic)


def _policy(settings: Settings) -> Policy:
    runs = settings.runs
    return Policy(
        concurrent_runs=runs.concurrent,
        per_principal=runs.per_principal,
        attempts=runs.attempts,
        retry_seconds=runs.retry_seconds,
        retry_factor=runs.retry_factor,
        allow_unpriced=bool(settings.models.unpriced),
    )


@asynccontextmanager
async def _open_browser(screen: Screen) -> AsyncIterator[Browser]:
    opened = await asyncio.to_thread(catalog.load, BROWSER)
    browser: AbstractAsyncContextManager[Browser] = opened(screen)
    async with browser as ready:
        yield ready


async def _stop_browsers() -> None:
    module = BROWSER.partition(":")[0]
    if module in sys.modules:
        await sys.modules[module].stop()


def _gateway(settings: Settings, kernel: Kernel) -> Gateway:
    server = settings.server
    return Gateway(
        operations=operations(kernel),
        access=kernel.access,
        feed=kernel.parts.log,
        desktops=kernel.desktops,
        files=Files(kernel.parts.database, kernel.parts.artifacts),
        novnc=server.novnc,
        anonymous=OWNER if server.anonymous_loopback and server.host in ("127.0.0.1", "::1", "localhost") else None,
        origins=server.origins,
        words={name: application.words for name, application in kernel.parts.applications.items()},
    )


def _shop_socket(settings: Settings) -> Path:
    return settings.data / "shop.sock"
