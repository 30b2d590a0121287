"""The pages, clicked in a real Chromium: light, dark, and as wide as a phone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect
from pydantic import JsonValue
from tests.web import story
from tests.web.visit import Visit, visiting

from gofer.core.event import RunFailed, Said
from gofer.core.principal import Principal
from gofer.core.question import Question
from gofer.core.run import Cost, RunError, Status, WaitingFor
from gofer.testing.fake_gateway import FakeGofer

pytestmark = pytest.mark.chromium

GOAL = "Find the three cheapest kettles and tell me what changed since last week"


async def furnish(gofer: FakeGofer) -> None:
    """Runs in every state."""
    spent = Cost(usd=0.0412, input_tokens=12_000, output_tokens=900)
    now = datetime.now(UTC)
    past = {"created_at": now - timedelta(hours=5), "started_at": now - timedelta(hours=5), "ended_at": now}
    past["ended_at"] = past["started_at"] + timedelta(seconds=83)
    recent = {"created_at": now - timedelta(minutes=4), "started_at": now - timedelta(seconds=200)}
    error = RunError(code="ERR_MODEL_UNAVAILABLE", message="The model did not answer.", next_step="Retry the run.")
    add = gofer.log.add
    await add("chat", {"message": "Which contract ends first?"}, status=Status.SUCCEEDED, cost=spent, **past)
    await add("browse", {"goal": "Renew the library books"}, status=Status.FAILED, error=error, **past)
    await add("browse", {"goal": "<script>alert(1)</script> & more"}, status=Status.CANCELLED, **past)
    waits = {"status": Status.WAITING, "waiting_for": WaitingFor.PERSON, **recent}
    await add("browse", {"goal": "Book a table for four on Friday evening near the station"}, **waits)
    await add("browse", {"goal": "Compare train fares"}, status=Status.RUNNING, cost=spent, **recent)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_an_errand_is_started_watched_answered_driven_and_stopped(
    scheme: Literal["light", "dark"], width: int, gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    await furnish(gofer)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        await visit.enter(gofer)
        await expect(page.locator("#link")).to_have_text("Live")
        await visit.shoot("1-runs")
        await page.get_by_label("Goal").fill(GOAL)
        await page.get_by_role("button", name="Start errand").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(GOAL)
        run_id = page.url.rpartition("/")[2]
        await story.begin(gofer, run_id)
        await visit.watch()
        await story.browse(gofer, run_id)
        await expect(page.locator(".model .flow")).to_have_text(
            "There are three kettles on this page; <b>the cheapest</b> is the small one."
        )
        await expect(page.locator("#cost")).to_have_text("$0.01")
        await story.ask(gofer, run_id)
        await expect(page.locator("#status")).to_have_text("Needs you")
        await page.wait_for_timeout(150)
        await visit.shoot("2-asks")
        await page.get_by_role("button", name="Germany").click()
        await expect(page.locator(".question")).to_have_count(0)
        await drive(visit, gofer, run_id)
        await page.get_by_role("button", name="Stop", exact=True).click()
        await page.get_by_role("button", name="Stop it").click()
        await expect(page.locator("#status")).to_have_text("Stopped")
        await expect(page.locator("#link")).to_have_text("Finished")
        await expect(page.get_by_role("button", name="Retry")).to_be_visible()
        await visit.shoot("4-stopped")


async def drive(visit: Visit, gofer: FakeGofer, run_id: str) -> None:
    """Take control, click and type into the desktop, hand back."""
    page, received = visit.page, gofer.screen.received
    canvas = page.locator("#screen canvas")
    await canvas.click()
    await page.keyboard.press("x")
    assert received == []
    await page.get_by_role("button", name="Take control").click()
    await expect(page.locator("#control-note")).to_contain_text("You have the keyboard")
    await page.wait_for_timeout(250)
    await canvas.click()
    await page.keyboard.press("a")
    await page.get_by_label("Text to type into the desktop").fill("b€")
    await page.get_by_role("button", name="Send").click()
    await visit.shoot("3-control")
    await page.get_by_role("button", name="Hand back").click()
    await expect(page.get_by_role("button", name="Take control")).to_be_visible()
    keys = [int.from_bytes(data[4:8], "big") for data in received if data[0] == 4 and data[1]]
    assert keys == [ord("a"), ord("b"), 0x1000000 | ord("€")]
    assert any(data[0] == 5 and data[1] == 1 for data in received)


async def test_the_result_is_shown_with_its_files(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await gofer.log.add("browse", {"goal": GOAL, "start_url": story.SHOP})
    await story.begin(gofer, run.id)
    await story.browse(gofer, run.id)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await visit.watch()
        await story.finish(gofer, run.id)
        await expect(page.locator("#status")).to_have_text("Done")
        await expect(page.locator("#output")).to_contain_text("The small kettle is 2.00 cheaper")
        await expect(page.locator(".sheet tbody tr")).to_have_count(3)
        await expect(page.locator(".sheet tbody td").nth(6)).to_have_text("<b>Kettle</b> XL")
        await expect(page.locator("#frames img")).to_have_attribute("alt", "Opened the shop")
        await expect(page.locator("#pictures img")).to_have_count(0)
        await expect(page.locator("#desktop")).to_be_hidden()
        await visit.shoot("result")
        await page.reload()
        await expect(page.locator("#output")).to_contain_text("The small kettle is 2.00 cheaper")
        await page.get_by_role("button", name="Retry").click()
        await expect(page.get_by_label("Goal")).to_have_value(GOAL)
        await expect(page.get_by_label("Start URL")).to_have_value(story.SHOP)
        await expect(page.get_by_label("Input, as JSON")).to_be_hidden()
        await visit.shoot("retry")
        await page.get_by_label("Goal").fill("Only kettles below 30")
        await page.get_by_label("Start URL").fill("")
        await page.get_by_role("button", name="Run again").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Only kettles below 30")
        await expect(page.get_by_text("A retry of an earlier errand")).to_be_visible()
        assert gofer.log.runs[page.url.rpartition("/")[2]].input == {"goal": "Only kettles below 30"}


async def test_an_input_that_no_form_fits_is_retried_as_json(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    asked: dict[str, JsonValue] = {"goal": GOAL, "odd": {"a": 1, "b": 2}}
    run = await gofer.log.add("browse", asked, status=Status.SUCCEEDED)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await page.get_by_role("button", name="Retry").click()
        await expect(page.get_by_label("Goal")).to_be_hidden()
        await page.get_by_label("Input, as JSON").fill("{oops")
        await page.get_by_role("button", name="Run again").click()
        await expect(page.locator("#retry-problem")).to_contain_text("This is not JSON")
        await page.get_by_label("Input, as JSON").fill('{"goal": "Another", "odd": {"b": 3}}')
        await page.get_by_role("button", name="Run again").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Another")
        assert gofer.log.runs[page.url.rpartition("/")[2]].input == {"goal": "Another", "odd": {"b": 3}}


async def test_a_dialog_that_asks_to_stop_does_not_outlive_its_run(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await gofer.log.add("browse", {"goal": GOAL})
    await story.begin(gofer, run.id)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await visit.watch()
        await page.get_by_role("button", name="Stop", exact=True).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await story.finish(gofer, run.id)
        await expect(page.locator("#status")).to_have_text("Done")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await page.get_by_role("button", name="Retry").click()
        await expect(page.get_by_role("button", name="Run again")).to_be_visible()
        assert gofer.log.runs[run.id].status is Status.SUCCEEDED


async def test_a_desktop_that_ended_is_not_asked_for_again(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await gofer.log.add("browse", {"goal": GOAL})
    await story.begin(gofer, run.id)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await visit.watch()
        gofer.desktops.on.clear()
        await gofer.screen.close()
        await expect(page.locator("#screen canvas")).to_have_count(0)
        await gofer.log.tell(run.id, Said(text="Cleaning up."))
        await page.wait_for_timeout(1200)  # a console error, such as a 404, fails the visit
        await story.finish(gofer, run.id)
        await expect(page.locator("#status")).to_have_text("Done")


async def test_who_may_only_look_is_offered_nothing_else(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    reader = Principal(id="reader", scopes=frozenset({"runs:read"}))
    run = await gofer.log.add("browse", {"goal": GOAL}, principal=reader.id)
    ended = await gofer.log.add("chat", {"message": "Hello"}, principal=reader.id, status=Status.SUCCEEDED)
    await story.begin(gofer, run.id)
    await story.ask(gofer, run.id)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, as_=reader)
        await expect(page.locator("#runs li")).to_have_count(2)
        await visit.shoot("reader-runs")
        offered = await page.get_by_role("button").all_inner_texts()
        assert offered == ["Log out"]
        assert await page.locator(".places a").all_inner_texts() == ["Errands"]
        await page.goto(f"{site}/runs/{run.id}")
        await visit.watch()
        await expect(page.locator(".question")).to_contain_text("This login may look on, but not answer.")
        await visit.shoot("reader-run")
        assert await page.get_by_role("button").all_inner_texts() == ["Log out"]
        await page.goto(f"{site}/runs/{ended.id}")
        await expect(page.locator("#status")).to_have_text("Done")
        assert await page.get_by_role("button").all_inner_texts() == ["Log out"]


async def test_two_searches_of_one_playbook_are_told_apart(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    for word in ("kettle", "lamp"):
        await gofer.log.add("browse", {"goal": "", "playbook": "price_watch", "parameters": {"search": word}})
    async with visiting(site, tmp_path, width=390) as visit:
        page = visit.page
        await visit.enter(gofer)
        assert await page.locator(".given").all_inner_texts() == ["search: lamp", "search: kettle"]
        await visit.shoot("two-searches")
        await page.get_by_role("link", name="search: lamp").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("price_watch")
        await expect(page.locator("#given")).to_have_text("search: lamp")


async def test_a_failure_shows_its_next_step_and_text_answers_are_sent(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await gofer.log.add("chat", {"message": "Which contract ends first?"}, status=Status.RUNNING)
    await gofer.operations.ask(run.id, Question(text="Which contracts do you mean?"))
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await page.get_by_label("Your answer").fill("The two in my mail")
        await page.keyboard.press("Enter")
        await expect(page.locator(".question")).to_have_count(0)
        await expect(page.locator("#timeline")).to_contain_text("owner answered “The two in my mail”")
        error = RunError(code="ERR_MODEL_UNAVAILABLE", message="The model did not answer.", next_step="Check its key.")
        await gofer.log.tell(run.id, RunFailed(error=error), status=Status.FAILED, error=error, waiting_for=None)
        await expect(page.locator("#fault")).to_contain_text("Check its key.")
        await expect(page.locator("#desktop")).to_be_hidden()
        await visit.shoot("failed")


async def test_the_list_is_live_filtered_and_safe(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer)
        await expect(page.get_by_text("No errands yet.")).to_be_visible()
        await visit.shoot("empty")
        await expect(page.locator("#link")).to_have_text("Live")
        await furnish(gofer)
        await expect(page.locator("#runs li")).to_have_count(5)
        await expect(page.locator("#runs")).to_contain_text("<script>alert(1)</script> & more")
        await page.get_by_label("Status").select_option("failed")
        await expect(page.locator("#runs li")).to_have_count(1)
        await expect(page.locator("#runs")).to_contain_text("Renew the library books")
        await page.goto(f"{site}/")
        await page.get_by_role("button", name="Run the demo").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Watch the prices of the demo shop")
        await page.goto(f"{site}/")
        await page.get_by_role("radio", name="Chat").check()
        await expect(page.get_by_label("Goal")).to_be_hidden()
        await page.get_by_label("Message").fill("Hello")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Hello")
        await page.get_by_role("button", name="Log out").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Log in to gofer")
        await visit.shoot("login")
        visit.forgive(401)  # to what the page before asked while its session ended


async def test_a_used_ticket_is_explained(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    async with visiting(site, tmp_path, scheme="dark") as visit:
        await visit.page.goto(f"{site}/login?ticket=used")
        await expect(visit.page.get_by_role("alert")).to_contain_text("used already")
        await visit.shoot("used-ticket")
        await visit.page.context.clear_cookies()
        visit.forgive(401)
