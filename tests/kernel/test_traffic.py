"""What runs do outside is counted, also over a database that is away for a moment."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from gofer.core.errors import Unavailable
from gofer.core.usage import Usage
from gofer.kernel.traffic import TrafficBook
from gofer.storage.database import Database
from gofer.storage.schema import prepare
from gofer.storage.tables import usage
from gofer.testing.harness import Setup, harness

MINE, THEIRS = Usage(pages=2, requests=5, sent=10, received=1000), Usage(requests=1, refused=1)


@pytest.fixture
async def database(folder: Path) -> AsyncIterator[Database]:
    """A database that only the book writes to."""
    await asyncio.to_thread(folder.mkdir)
    database = Database(f"sqlite:///{folder / 'usage.db'}")
    await asyncio.to_thread(prepare, database)
    yield database
    await asyncio.to_thread(database.close)


@pytest.fixture
async def book(folder: Path, database: Database) -> AsyncIterator[TrafficBook]:
    """A book that nobody writes down by itself."""
    async with harness(Setup(folder / "kernel", [])) as kernel:
        yield TrafficBook(replace(kernel.kernel.parts, database=database))


def away(_connection: sa.Connection) -> None:
    """A database that answers nothing."""
    raise Unavailable("away")


async def counted(database: Database) -> dict[str, Usage]:
    """What is written down."""
    rows = await database.read(lambda connection: connection.execute(sa.select(usage)).mappings().all())
    return {row["run_id"]: Usage(**{name: row[name] for name in Usage.model_fields}) for row in rows}


async def test_what_could_not_be_written_is_counted_on(book: TrafficBook, database: Database) -> None:
    book.count("mine", MINE)
    book.count("theirs", THEIRS)
    database.guard = away
    await book.flush()
    book.count("mine", MINE)
    database.guard = None
    await book.flush()
    await book.flush()
    assert await counted(database) == {"mine": MINE + MINE, "theirs": THEIRS}


async def test_a_batch_is_written_whole_or_not_at_all(book: TrafficBook, database: Database) -> None:
    book.count("mine", MINE)
    book.count("theirs", THEIRS.model_copy(update={"sent": 1 << 70}))
    with pytest.raises(OverflowError):
        await book.flush()
    assert await counted(database) == {}
    book.count("theirs", Usage(sent=-(1 << 70)))
    await book.flush()
    assert await counted(database) == {"mine": MINE, "theirs": THEIRS}


async def test_a_flush_that_is_cancelled_counts_once(book: TrafficBook, database: Database) -> None:
    book.count("mine", MINE)
    flushing = asyncio.create_task(book.flush())
    await asyncio.sleep(0)
    flushing.cancel()
    await asyncio.gather(flushing, return_exceptions=True)
    await book.flush()
    await database.write(partial(sa.Connection.in_transaction))
    assert await counted(database) == {"mine": MINE}
