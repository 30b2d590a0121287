"""What people do with a playbook while a run replays it counts more than what the replay brings."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from tests.apps.shop_errands import CHANGED, STEPS, Typist
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.apps.browse.flow import browse
from gofer.apps.browse.types import BrowseInput, BrowseResult
from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.written import as_text, load
from gofer.core.event import EventBody
from gofer.core.playbook import Draft, KeptPlaybook
from gofer.storage import playbooks
from gofer.storage.database import Database
from gofer.storage.playbooks import Author
from gofer.storage.schema import prepare
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("hasty")]

SAME = {"shop": CHANGED["shop"].replace("Find it", "Go")}
FIND = (("click", {"element": 'button "Find it"'}), ("final_result", {"done": True, "why": "Another name."}))


@dataclass
class Shelf:
    """The real store."""

    database: Database

    async def find(self) -> KeptPlaybook | None:
        """The playbook as it stands."""
        return await self.database.read(lambda c: playbooks.find(c, "owner", "look-up"))

    async def keep(self, draft: Draft) -> KeptPlaybook:
        """Write it as the kernel and the operations do."""
        author = Author("browse", "owner", "somebody", 5.0)
        return await self.database.write(lambda c: playbooks.keep(c, draft, author))

    async def edit(self) -> None:
        """A person writes another text."""
        now = await self.find()
        assert now is not None
        await self.keep(Draft(text=f"# Mine\n{now.text}", why="written by hand", name="look-up"))

    async def delete(self) -> None:
        """A person wants it no more."""
        await self.database.write(lambda c: playbooks.delete(c, "owner", "look-up"))


class ShelvedRun(FakeRun):
    """A run over the real store, in the middle of which something happens."""

    shelf: Shelf
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def playbook(self, *, name: str | None = None, errand: str | None = None) -> KeptPlaybook | None:
        """From the store."""
        return await self.shelf.find()

    async def keep_playbook(self, draft: Draft) -> KeptPlaybook:
        """Into the store."""
        return await self.shelf.keep(draft)

    async def emit(self, body: EventBody) -> None:
        """After the first thing that happens."""
        work, self.meanwhile = self.meanwhile, None
        if work is not None:
            await work()
        await super().emit(body)


@pytest_asyncio.fixture(loop_scope="session")
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    """An empty one."""
    database = Database(f"sqlite:///{tmp_path / 'gofer.db'}")
    prepare(database)
    yield Shelf(database)
    database.close()


async def replayed(
    browser: PlaywrightBrowser, shelf: Shelf, pages: dict[str, str], *meanwhile: Callable[[], Awaitable[None]]
) -> tuple[ShelvedRun, BrowseResult]:
    """The playbook on this site, mended where its button has another name."""
    with served(site(pages)) as address:
        await shelf.keep(
            Draft(text=as_text(load(STEPS.format(address=address))), why="recorded", name="look-up", agreeing=2)
        )
        run = ShelvedRun(browser, model=Typist(*FIND).model)
        run.shelf = shelf
        run.meanwhile = next(iter(meanwhile), None)
        asked = BrowseInput(goal="Look up", playbook="look-up", parameters={"city": "Bergen"})
        return run, await browse(run, asked)


async def now(shelf: Shelf) -> KeptPlaybook:
    """The playbook, which is there."""
    found = await shelf.find()
    assert found is not None
    return found


async def test_a_replay_does_not_bring_back_the_text_that_a_person_changed_meanwhile(
    browser: PlaywrightBrowser, shelf: Shelf
) -> None:
    await replayed(browser, shelf, SAME, shelf.edit)
    kept = await now(shelf)
    assert (kept.version, kept.text[:6], kept.served, kept.good) == (2, "# Mine", True, 1)


async def test_a_mended_step_is_not_written_over_a_person_s_edit_and_is_handed_over_instead(
    browser: PlaywrightBrowser, shelf: Shelf
) -> None:
    run, result = await replayed(browser, shelf, CHANGED, shelf.edit)
    kept = await now(shelf)
    assert (kept.version, kept.text[:6]) == (2, "# Mine")
    assert "The playbook look-up was changed meanwhile" in result.text
    assert b'click button "Find it"' in run.memory.files["look-up.playbook"]
    assert b"Bergen" not in run.memory.files["look-up.playbook"]


async def test_without_an_edit_the_mended_step_is_the_next_version(browser: PlaywrightBrowser, shelf: Shelf) -> None:
    _, result = await replayed(browser, shelf, CHANGED)
    kept = await now(shelf)
    assert (kept.version, kept.good) == (2, 2)
    assert 'click button "Find it"' in kept.text
    assert "meanwhile" not in result.text


@pytest.mark.parametrize("pages", [SAME, CHANGED])
async def test_a_playbook_that_was_deleted_meanwhile_stays_deleted(
    browser: PlaywrightBrowser, shelf: Shelf, pages: dict[str, str]
) -> None:
    _, result = await replayed(browser, shelf, pages, shelf.delete)
    assert result.how == "playbook"
    assert await shelf.find() is None
