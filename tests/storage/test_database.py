"""The one door to the database."""

import asyncio
import time
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from gofer.core.errors import Refused, Unavailable
from gofer.storage import events, runs, schema, tokens
from gofer.storage.database import Database
from gofer.storage.schema import HEAD, MIGRATIONS, prepare
from gofer.storage.tables import metadata
from gofer.testing.postgres import fresh_database


@pytest.fixture
def store(folder: Path, database: str | None) -> Database:
    """A prepared database."""
    folder.mkdir()
    opened = Database(database or f"sqlite:///{folder / 'gofer.db'}")
    prepare(opened)
    return opened


def row(run_id: str) -> dict[str, object]:
    times = dict.fromkeys(("created_at", "queued_at", "updated_at"), 1.0)
    words = {"app": "t", "status": "queued", "principal": "owner", "trigger": "api"}
    return {"id": run_id, "input": {}, "priority": 5, **words, **times}


async def test_a_write_that_fails_leaves_its_neighbours_in_place(store: Database) -> None:
    def bad(connection: sa.Connection) -> None:
        runs.insert(connection, row("bad"))
        raise ValueError("no")

    writes = [store.write(partial(runs.insert, row=row(f"r{n}"))) for n in range(20)]
    outcomes = await asyncio.gather(*writes[:10], store.write(bad), *writes[10:], return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)] == [ValueError]
    found = await store.read(lambda c: [r["id"] for r in runs.page(c, {}, 100)])
    assert sorted(found) == sorted(f"r{n}" for n in range(20))
    store.close()


async def test_events_are_numbered_without_gaps_by_many_writers(store: Database) -> None:
    await store.write(lambda c: runs.insert(c, row("r")))

    def append(connection: sa.Connection, n: int) -> None:
        events.append(connection, [events.Entry("r", "said", float(n), {"text": str(n)}, f"k{n % 30}")])

    await asyncio.gather(*[store.write(partial(append, n=n)) for n in range(60)])
    stored = await store.read(lambda c: events.after(c, "r", 0))
    assert [event.seq for event in stored] == list(range(1, 31))
    store.close()


def test_the_tables_are_what_the_migrations_make(store: Database) -> None:
    inspector = sa.inspect(store.engine)
    made = {name: {column["name"] for column in inspector.get_columns(name)} for name in metadata.tables}
    assert made == {name: {column.name for column in table.columns} for name, table in metadata.tables.items()}
    assert max(path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py")) == HEAD
    assert HEAD in schema.KNOWN
    store.close()


def test_preparing_twice_changes_nothing(store: Database) -> None:
    prepare(store)
    store.close()


async def test_data_of_a_newer_version_is_refused(store: Database) -> None:
    await store.write(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")).rowcount)
    with pytest.raises(Refused) as refused:
        prepare(store)
    assert refused.value.code == "ERR_DATA_NEWER"
    store.close()


async def test_a_full_disk_is_said_in_words_and_loses_nothing(tmp_path: Path) -> None:
    store = Database(f"sqlite:///{tmp_path / 'gofer.db'}")
    prepare(store)
    await store.write(lambda c: runs.insert(c, row("before")))
    pages = await store.read(lambda c: int(c.execute(sa.text("PRAGMA page_count")).scalar_one()))

    def fill(connection: sa.Connection) -> None:
        connection.execute(sa.text(f"PRAGMA max_page_count = {pages + 1}"))
        for n in range(10_000):
            runs.insert(connection, row(f"r{n}" + "x" * 200))

    with pytest.raises(Unavailable) as unavailable:
        await store.write(fill)
    assert unavailable.value.code == "ERR_DISK_FULL"
    assert await store.read(lambda c: [r["id"] for r in runs.page(c, {}, 100)]) == ["before"]
    store.close()


async def test_a_secret_is_kept_as_a_digest_only(store: Database) -> None:
    await store.write(lambda c: tokens.put(c, "not-a-secret", tokens.Grant("token", "me", ("runs:read",), 1.0)))
    dump = await store.read(lambda c: str(c.execute(sa.text("SELECT * FROM tokens")).all()))
    assert "not-a-secret" not in dump
    found = await store.read(lambda c: tokens.find(c, "not-a-secret", 2.0))
    assert found is not None
    assert found.principal == "me"
    store.close()


@pytest.mark.postgres
async def test_a_write_that_stood_still_for_too_long_is_done_again(postgres_server: str) -> None:
    store = Database(fresh_database(postgres_server))
    prepare(store)
    tries: list[int] = []

    def slow_at_first(connection: sa.Connection) -> None:
        tries.append(len(tries))
        runs.insert(connection, row("r"))
        time.sleep(0 if len(tries) > 1 else 4)

    await store.write(slow_at_first)
    assert len(tries) == 2
    assert await store.read(lambda c: [r["id"] for r in runs.page(c, {}, 100)]) == ["r"]
    store.close()
