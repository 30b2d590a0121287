"""The only place where parts meet the kernel."""

import asyncio
import secrets
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pydantic_ai.messages import WorkspaceRef

from gofer import catalog
from gofer.browser.options import Options
from gofer.core.browser import Browser
from gofer.core.clock import SystemClock
from gofer.core.errors import Refused, Unavailable
from gofer.core.principal import OWNER
from gofer.core.sandbox import Traffic
from gofer.core.screen import Screen
from gofer.core.session import Sitting
from gofer.core.sharing import SharedBrowser
from gofer.demo import HOST
from gofer.kernel.files import Files
from gofer.kernel.kernel import Kernel
from gofer.kernel.liveness import SILENT_SECONDS
from gofer.kernel.log import EventLog
from gofer.kernel.parts import Parts, Policy
from gofer.models.resolve import Models
from gofer.ops.table import operations
from gofer.settings import Settings, placed
from gofer.storage import workers
from gofer.storage.artifacts import ArtifactStore
from gofer.storage.database import Database
from gofer.storage.folder import folder_open, nobody_works_in
from gofer.storage.schema import prepare, refuse_damaged
from gofer.storage.vault import Vault
from gofer.web.gateway import Gateway

OnTraffic = Callable[[WorkspaceRef, Traffic], None]

BROWSER = "gofer.browser.driver:opened"
SHARED_BROWSER = "gofer.browser.driver:shared"
"""Loaded when the first browser is opened: Playwright is not needed to serve."""

STEPS = "steps.db"
DATABASES = ("gofer.db", STEPS)

SCRATCH = "browser"
"""Folder of what Playwright writes while it drives a browser; nothing in it outlives its gofer."""


@dataclass(frozen=True)
class Gofer:
    """A gofer that runs: its kernel, and what the faces stand on."""

    settings: Settings
    kernel: Kernel
    gateway: Gateway
    shop_socket: Path
    idle: bool
    """Whether nobody carries runs, neither this process nor another."""


@asynccontextmanager
async def build(settings: Settings, carry: bool = True) -> AsyncIterator[Gofer]:
    """A gofer that works for as long as the block runs. Unfinished runs go on at the next start.

    Without `carry` it only looks, asks and accepts: no run goes on because of it.

    Raises `Refused`: ERR_DATA_IN_USE, ERR_DATA_NEWER, ERR_SETTINGS, ERR_MISSING_PROGRAM; `Unavailable`.
    """
    with _folder(settings, carry), _database(settings) as database:
        idle = not carry and await asyncio.to_thread(_nobody_works, settings, database)
        if carry and database.sqlite:
            await asyncio.to_thread(shutil.rmtree, settings.data / SCRATCH, ignore_errors=True)
        kernels: list[Kernel] = []
        shop_socket = _shop_socket(settings)
        parts = _parts(settings, database, shop_socket, partial(_tell_traffic, kernels))
        if carry:
            await asyncio.to_thread(_check, settings, parts.artifacts)
        kernel = Kernel(parts, settings.step_log_url)
        kernels.append(kernel)
        if carry:
            await kernel.start()
        try:
            yield Gofer(settings, kernel, _gateway(settings, kernel), shop_socket, idle)
        finally:
            if carry:
                await kernel.close()
                await _stop_browsers()


def _folder(settings: Settings, carry: bool) -> AbstractContextManager[None]:
    many = settings.storage.database is not None
    return folder_open(settings.data, alone=carry and not many, private=() if many else DATABASES)


def _nobody_works(settings: Settings, database: Database) -> bool:
    """Whether no gofer carries runs now; from then on those that died count as dead."""
    if settings.storage.database is not None:
        return not database.read_now(partial(workers.any_beating, silent_seconds=SILENT_SECONDS))
    with nobody_works_in(settings.data) as idle:
        if idle:
            database.write_now(partial(workers.bury, silent_seconds=0.0))
        return idle


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
        message = f"The data in {settings.place} cannot be opened. {error.message}"
        raise Unavailable(message, code=error.code, next_step=error.next_step) from error


def _check(settings: Settings, artifacts: ArtifactStore) -> None:
    """What only those need who carry runs."""
    if settings.storage.database is None:
        refuse_damaged(settings.data / STEPS)
    try:
        artifacts.check()
    except Refused as error:
        raise placed(error) from error


def _parts(settings: Settings, database: Database, shop_socket: Path, on_traffic: OnTraffic) -> Parts:
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
            names={HOST: str(shop_socket)},
            on_traffic=on_traffic,
            idle_seconds=settings.sandboxes.idle_seconds,
        ),
        open_browser=partial(_open_browser, _browsing(settings)),
        share_browser=partial(_share_browser, _browsing(settings)),
        vault=Vault(settings.data, settings.vault.key),
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
        keep_steps_days=runs.keep_steps_days,
        allow_unpriced=bool(settings.models.unpriced),
        playbooks=settings.playbooks,
        sandboxes=settings.sandboxes.capacity,
        warm_desktops=settings.sandboxes.warm_desktops,
        warm_contexts=settings.sandboxes.warm_contexts,
        shared_idle_seconds=settings.sandboxes.shared_idle_seconds,
        share_across_principals=settings.sandboxes.share_across_principals,
        private=settings.browser.private,
    )


def _browsing(settings: Settings) -> Options:
    browser = settings.browser
    return Options(
        human_like=browser.human_like,
        private=browser.private,
        download_mb=browser.download_mb,
        tabs=browser.tabs,
        scratch=settings.data / SCRATCH,
    )


@asynccontextmanager
async def _open_browser(options: Options, screen: Screen, sitting: Sitting) -> AsyncIterator[Browser]:
    opened = await asyncio.to_thread(catalog.load, BROWSER)
    browser: AbstractAsyncContextManager[Browser] = opened(screen, options, sitting=sitting)
    async with browser as ready:
        yield ready


async def _share_browser(options: Options, screen: Screen) -> SharedBrowser:
    shared = await asyncio.to_thread(catalog.load, SHARED_BROWSER)
    browser: SharedBrowser = await shared(screen, options)
    return browser


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
        applications=kernel.parts.applications,
    )


def _shop_socket(settings: Settings) -> Path:
    """Each worker's own: one that another worker serves would end with that worker."""
    one_of_many = f"-{secrets.token_hex(4)}" if settings.storage.database is not None else ""
    return settings.data / f"shop{one_of_many}.sock"
