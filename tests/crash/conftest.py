"""One nursery for all crash tests, and a world for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.crash.world import Nursery, World, nursery_of

from gofer.testing.postgres import fresh_database


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Forks workers."""
    with nursery_of(tmp_path_factory.mktemp("nursery")) as ready:
        yield ready


@pytest.fixture
def world(folder: Path, database: str | None, nursery: Nursery) -> Iterator[World]:
    """A folder and a database, on SQLite and on PostgreSQL."""
    folder.mkdir(parents=True)
    ready = World(folder, database, nursery)
    yield ready
    ready.clear()


@pytest.fixture
def shared(folder: Path, postgres_server: str, nursery: Nursery) -> Iterator[World]:
    """A PostgreSQL database for many workers."""
    folder.mkdir(parents=True)
    ready = World(folder, fresh_database(postgres_server), nursery)
    yield ready
    ready.clear()
