"""Playbooks are kept with every version and why there is one; the newest that worked is never dropped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gofer.core.errors import Refused
from gofer.core.playbook import Draft, KeptPlaybook
from gofer.storage import playbooks
from gofer.storage.database import Database
from gofer.storage.playbooks import MOST_VERSIONS, Author
from gofer.storage.schema import prepare


@pytest.fixture
def store(folder: Path, database: str | None) -> Iterator[Database]:
    """A prepared database."""
    folder.mkdir()
    opened = Database(database or f"sqlite:///{folder / 'gofer.db'}")
    prepare(opened)
    yield opened
    opened.close()


async def keep(store: Database, text: str, *, whose: str = "me", **more: Any) -> KeptPlaybook:
    """Keep one, called `look` unless told otherwise."""
    plain = {"text": text, "why": "because", "name": "look", "errand": "e1", "served": False, **more}
    author = Author("browse", whose, "run-1", 5.0)
    return await store.write(lambda c: playbooks.keep(c, Draft.model_validate(plain), author))


async def test_a_new_text_is_a_new_version_and_the_same_text_is_not(store: Database) -> None:
    first = await keep(store, "one", usd=0.1, seconds=9.0, agreeing=1)
    assert (first.name, first.version, first.served, first.agreeing) == ("look", 1, False, 1)
    again = await keep(store, "one", agreeing=2, served=True)
    assert (again.version, again.served, again.agreeing, again.usd) == (1, True, 2, 0.1)
    changed = await keep(store, "two", why="mended")
    assert (changed.version, changed.text, changed.why) == (2, "two", "mended")
    history = await store.read(lambda c: playbooks.history(c, "me", "look"))
    assert [(one.number, one.text, one.by) for one in history] == [(2, "two", "run-1"), (1, "one", "run-1")]


async def test_each_principal_has_its_own(store: Database) -> None:
    await keep(store, "mine")
    await keep(store, "theirs", whose="them")
    assert [one.text for one in await store.read(lambda c: playbooks.listed(c, "me"))] == ["mine"]
    assert len(await store.read(lambda c: playbooks.listed(c, None))) == 2
    found = await store.read(lambda c: playbooks.of_errand(c, "them", "browse", "e1"))
    assert found is not None
    assert found.text == "theirs"


async def test_another_errand_of_the_same_name_gets_a_number(store: Database) -> None:
    await keep(store, "one")
    assert (await keep(store, "two", errand="e2")).name == "look-2"
    assert (await keep(store, "x", errand="e3", name="Not A Name!")).name == "errand"


async def test_a_renamed_playbook_is_still_found_by_its_errand(store: Database) -> None:
    await keep(store, "one")
    await keep(store, "other", name="taken", errand=None)
    with pytest.raises(Refused, match="already"):
        await store.write(lambda c: playbooks.rename(c, "me", "look", "taken"))
    await store.write(lambda c: playbooks.rename(c, "me", "look", "mine"))
    assert (await keep(store, "two")).name == "mine"


async def test_the_newest_version_that_worked_is_kept_however_many_follow(store: Database) -> None:
    await keep(store, "good", worked=True)
    for number in range(MOST_VERSIONS + 5):
        kept = await keep(store, f"text {number}")
    assert kept.good == 1
    history = await store.read(lambda c: playbooks.history(c, "me", "look"))
    assert len(history) == MOST_VERSIONS + 1
    assert history[-1].text == "good"


async def test_a_deleted_playbook_is_gone_with_its_versions(store: Database) -> None:
    await keep(store, "one")
    assert await store.write(lambda c: playbooks.delete(c, "me", "look"))
    assert not await store.write(lambda c: playbooks.delete(c, "me", "look"))
    assert (await keep(store, "two")).version == 1


async def test_a_replay_of_an_older_version_counts_for_that_version_and_overrules_nobody(store: Database) -> None:
    await keep(store, "one", served=True)
    await keep(store, "by hand", served=True, agreeing=7)
    late = await keep(store, "one", of=1, worked=True, served=False)
    assert (late.version, late.text, late.served, late.agreeing, late.good) == (2, "by hand", True, 7, 1)
    withdrawn = await keep(store, "one", of=1, served=False)
    assert (withdrawn.version, withdrawn.served) == (2, True)


async def test_a_mended_text_is_kept_only_while_the_version_it_mends_is_the_newest(store: Database) -> None:
    await keep(store, "one")
    assert (await keep(store, "one mended", of=1, worked=True)).version == 2
    late = await keep(store, "one mended otherwise", of=1, worked=True)
    assert (late.version, late.text) == (2, "one mended")
    history = await store.read(lambda c: playbooks.history(c, "me", "look"))
    assert [(one.number, one.worked) for one in history] == [(2, 1), (1, 0)]
    assert (await keep(store, "mine", of=0)).text == "one mended"


async def test_a_replay_does_not_bring_back_what_was_deleted_meanwhile(store: Database) -> None:
    await keep(store, "one")
    await store.write(lambda c: playbooks.delete(c, "me", "look"))
    with pytest.raises(Refused, match="deleted meanwhile"):
        await keep(store, "one", of=1, worked=True)
    assert await store.read(lambda c: playbooks.listed(c, "me")) == []


async def test_a_replay_that_worked_does_not_decide_whether_it_is_served(store: Database) -> None:
    await keep(store, "one", served=True, agreeing=2)
    worked = await keep(store, "one", of=1, worked=True, served=False, agreeing=1)
    assert (worked.served, worked.agreeing, worked.good) == (True, 2, 1)
