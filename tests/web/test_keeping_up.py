"""Pages that were hidden, loaded slowly or saw a crash show what is, and nothing that was."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, Route, expect
from tests.web import story
from tests.web.filming import STUCK
from tests.web.visit import visiting

from gofer.core.event import QuestionWithdrawn, RunRecovered, RunResumed, RunSucceeded
from gofer.core.run import Status
from gofer.testing.fake_gateway import FakeGofer

pytestmark = pytest.mark.chromium


async def turn_away(page: Page, hidden: bool) -> None:
    """Another tab is looked at, or this one again."""
    value = str(hidden).lower()
    await page.evaluate(f"Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {value}}})")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


async def end(gofer: FakeGofer, run_id: str) -> None:
    """It is done."""
    await gofer.log.tell(run_id, RunSucceeded(output="done"), status=Status.SUCCEEDED)


async def test_what_left_the_list_while_nobody_looked_is_gone_when_somebody_does(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    runs = [await gofer.log.add("browse", {"goal": f"Errand {n}"}, status=Status.RUNNING) for n in range(60)]
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, "/?status=running")
        await page.get_by_role("button", name="Show older errands").click()
        await expect(page.locator("#runs li")).to_have_count(60)
        await turn_away(page, hidden=True)
        for run in runs[:5] + runs[-5:]:
            await end(gofer, run.id)
        await gofer.log.add("browse", {"goal": "A new one"}, status=Status.RUNNING)
        await turn_away(page, hidden=False)
        await expect(page.locator("#runs li")).to_have_count(51)
        await expect(page.locator("#runs li .title").first).to_have_text("A new one")
        assert await page.locator("#runs li .title").last.inner_text() == "Errand 5"
        await expect(page.get_by_role("button", name="Show older errands")).to_be_hidden()
        for run in [*gofer.log.runs.values()]:
            await end(gofer, run.id)
        await expect(page.get_by_text("Nothing matches this filter.")).to_be_visible()


async def test_what_ends_between_the_page_and_its_stream_is_shown(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await gofer.log.add("browse", {"goal": "Compare train fares"}, status=Status.RUNNING)

    async def late(route: Route) -> None:
        await end(gofer, run.id)
        await route.continue_()

    async with visiting(site, tmp_path) as visit:
        await visit.page.route(f"{site}/api/v1/runs", late)
        await visit.enter(gofer)
        await expect(visit.page.locator("#runs .badge")).to_have_text("Done")


async def test_what_comes_while_the_list_is_read_again_stays_above_what_was_missed(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    await gofer.log.add("browse", {"goal": "Old"})

    async with visiting(site, tmp_path) as visit:
        page, titles = visit.page, visit.page.locator("#runs li .title")

        async def late(route: Route) -> None:
            answer = await route.fetch()
            await gofer.log.add("browse", {"goal": "Newest"})
            await expect(titles.first).to_have_text("Newest")
            await route.fulfill(response=answer)

        await visit.enter(gofer)
        await expect(page.locator("#link")).to_have_text("Live")
        await turn_away(page, hidden=True)
        await gofer.log.add("browse", {"goal": "Missed"})
        await page.route(lambda url: "limit=" in url, late)
        await turn_away(page, hidden=False)
        await expect(titles).to_have_text(["Newest", "Missed", "Old"])


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_a_question_that_was_withdrawn_is_asked_no_more(
    scheme: Literal["light", "dark"], width: int, gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await gofer.log.add("browse", {"goal": "Find the three cheapest kettles"})
    await story.begin(gofer, run.id)
    await gofer.operations.ask(run.id, STUCK)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        card = page.locator(".question")
        await visit.enter(gofer, f"/runs/{run.id}")
        await visit.watch()
        await expect(page).to_have_title("Find the three cheapest kettles · gofer")
        await expect(card).to_contain_text("The errand is stuck and needs you")
        await visit.shoot("stuck")
        await gofer.log.tell(run.id, RunRecovered(worker="local"))
        await gofer.log.tell(run.id, QuestionWithdrawn(question_id="question-1"))
        await gofer.log.tell(run.id, RunResumed(), status=Status.RUNNING, waiting_for=None)
        await expect(card).to_have_count(0)
        await expect(page.locator("#timeline")).to_contain_text("Needs no answer any more")
        await page.wait_for_timeout(200)
        await visit.shoot("withdrawn")
        await gofer.operations.ask(run.id, STUCK)
        await expect(card).to_have_count(1)
        await page.reload()
        await expect(card).to_have_count(1)
        await page.get_by_role("button", name="Done").click()
        await expect(card).to_have_count(0)


async def test_a_question_asked_again_takes_the_place_of_what_it_was(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await gofer.log.add("browse", {"goal": "Find the three cheapest kettles"})
    await gofer.operations.ask(run.id, STUCK)
    await gofer.operations.ask(run.id, STUCK.model_copy(update={"text": "shop.example wants somebody to log in."}))
    async with visiting(site, tmp_path) as visit:
        card = visit.page.locator(".question")
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(card).to_have_count(1)
        await expect(card).to_contain_text("wants somebody to log in")
        await story.finish(gofer, run.id)
        await expect(card).to_have_count(0)
