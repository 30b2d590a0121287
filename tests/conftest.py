"""Fixtures that many tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gofer.testing.postgres import fresh_database, postgres

settings.register_profile("any", deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("steady", settings.get_profile("any"), derandomize=True, max_examples=50)
settings.register_profile("searching", settings.get_profile("any"), max_examples=3000)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """One PostgreSQL for the whole session."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str | None:
    """Both databases, one after the other: None is SQLite in the test's folder."""
    if request.param == "sqlite":
        return None
    return fresh_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder of the test's own."""
    return tmp_path / "data"
