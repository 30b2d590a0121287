"""The film strip, the result and the questions of a run's page, clicked in a real Chromium."""

import asyncio
import csv
import re
from io import StringIO
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Download, Page, expect
from tests.web import filming, story
from tests.web.visit import visiting

from gofer.core.event import BrowserActed
from gofer.testing.fake_gateway import FakeGofer

pytestmark = pytest.mark.chromium

Scheme = Literal["light", "dark"]
LOOKS = [("light", 1280), ("dark", 390)]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_an_errand_is_told_as_a_film_strip(
    scheme: Scheme, width: int, gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await filming.replay(gofer)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(page.locator(".frame")).to_have_count(3)
        await filming.finish(gofer, run)
        await expect(page.locator(".frame")).to_have_count(4)
        assert await page.locator(".maker").all_text_contents() == ["Replayed", "Replayed", "Healed", "Replayed"]
        await expect(page.locator("#film-sum")).to_have_text("4 steps · 3 replayed · 1 healed")
        await expect(page.locator(".frame").nth(2)).to_contain_text("1.2 s$0.02")
        await expect(page.locator(".frame").nth(3)).to_contain_text("No picture")
        await expect(page.locator("#replay")).to_contain_text(
            "Replayed 3 steps, healed 1, cost $0.02 against $0.41 in the first run, took 8.4 s against 1 min 36 s."
        )
        await expect(page.locator("#mended")).to_contain_text("Step 3: the button is called “Find” now")
        to = page.get_by_role("link", name="price_watch, version 2")
        await expect(to).to_have_attribute("href", "/playbooks/price_watch?version=2")
        assert await lie_in_a_row(page) is (width > 560)
        await page.locator("#film").scroll_into_view_if_needed()
        await page.wait_for_timeout(200)
        await visit.shoot(f"film-{scheme}-{width}")


async def lie_in_a_row(page: Page) -> bool:
    """Whether the first two frames are beside each other."""
    tops = await page.locator(".frame").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    return bool(tops[0] == tops[1])


async def test_a_frame_is_enlarged_and_left_by_keyboard(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await filming.replay(gofer)
    await filming.finish(gofer, run)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await page.get_by_role("button", name=filming.STEPS[0]).focus()
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("button", name=filming.STEPS[1])).to_be_focused()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("img", name=filming.STEPS[1])).to_be_visible()
        await expect(dialog).to_contain_text("Step 2 of 4 · Replayed · 0.8 s · $0")
        await expect(dialog.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")
        await page.wait_for_timeout(150)
        await visit.shoot("enlarged")
        await page.keyboard.press("ArrowRight")
        await expect(dialog.get_by_role("heading")).to_have_text(filming.STEPS[2])
        await page.keyboard.press("End")
        await expect(dialog).to_contain_text("No picture")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name=filming.STEPS[3])).to_be_focused()


async def test_two_hundred_steps_are_quick_and_load_only_the_pictures_in_sight(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await filming.long(gofer, 200)
    async with visiting(site, tmp_path) as visit:
        page, asked = visit.page, []
        page.on("request", lambda request: asked.append(request.url) if "/artifacts/" in request.url else None)
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(page.locator(".frame")).to_have_count(200, timeout=4000)
        await expect(page.locator("#files")).to_be_hidden()
        await page.wait_for_timeout(300)
        assert len(set(asked)) < 60
        await page.locator(".shot").first.focus()
        await page.keyboard.press("End")
        await expect(page.locator(".frame").last).to_be_in_viewport()


async def test_the_strip_stays_where_its_reader_looks(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await filming.replay(gofer)
    for number in range(4, 14):
        await filming.act(gofer, run.id, number, "playbook")
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(page.locator(".frame").last).to_be_in_viewport()
        await page.locator("#frames").evaluate("strip => strip.scrollTo(0, 0)")
        await filming.act(gofer, run.id, 14, "playbook")
        await expect(page.locator(".frame")).to_have_count(14)
        await expect(page.locator(".frame").first).to_be_in_viewport()


async def test_the_table_is_sorted_downloaded_and_leads_nowhere_bad(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await filming.replay(gofer)
    await filming.finish(gofer, run)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        table = page.locator("#output table")
        await expect(table.get_by_role("link")).to_have_attribute("href", filming.ROWS[0]["link"])
        await expect(page.locator(".sheet")).to_have_count(1)  # the file has the same rows
        prices = table.locator("tbody td:nth-child(2)")
        await table.get_by_role("button", name="price").click()
        assert await prices.all_inner_texts() == ["24.90 €", "39.00 €", "131.50 €"]
        await table.get_by_role("button", name="price").click()
        await expect(table.locator("th").nth(1)).to_have_attribute("aria-sort", "descending")
        assert await prices.all_inner_texts() == ["131.50 €", "39.00 €", "24.90 €"]
        async with page.expect_download() as download:
            await page.locator("#output").get_by_role("link", name="Download prices.csv").click()
        assert await read(await download.value) == story.PRICES.decode()


async def read(download: Download) -> str:
    """What was downloaded."""
    path = await download.path()
    return (await asyncio.to_thread(path.read_bytes)).decode()


async def test_rows_without_a_file_are_made_into_one(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    rows = [{"name": 'a "b", c', "note": "=1+1"}, {"name": "two\nlines", "note": "-3.5"}]
    run = await gofer.log.add("chat", {"message": "List them"}, status="succeeded", output={"items": rows})
    async with visiting(site, tmp_path) as visit:
        await visit.enter(gofer, f"/runs/{run.id}")
        async with visit.page.expect_download() as download:
            await visit.page.get_by_role("button", name="Download CSV").click()
        told = StringIO(await read(await download.value), newline="")
        assert (await download.value).suggested_filename == "items.csv"
        assert list(csv.reader(told)) == [["name", "note"], ['a "b", c', "'=1+1"], ["two\nlines", "-3.5"]]


async def test_figures_tell_what_the_run_did_outside(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await filming.replay(gofer)
    await filming.finish(gofer, run)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        for fact in (
            "48, 2 refused",
            "Received1.8 MB",
            "Sent21.0 kB",
            "Tokens in900",
            "$0.02",
            "with reading and saving4 in 4.0 s",
        ):
            await expect(page.locator("#metrics")).to_contain_text(fact)
        await page.get_by_text("Time of each step").click()
        await expect(page.locator("#timing tbody tr")).to_have_count(4)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_blocked_page_asks_with_its_picture_its_signs_and_a_deadline(
    scheme: Scheme, width: int, gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await filming.replay(gofer)
    await story.begin(gofer, run.id)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(page.locator("#screen canvas")).to_be_visible()
        await filming.block(gofer, run.id)
        card = page.locator(".question")
        await expect(card.get_by_role("img", name="What the browser shows")).to_be_visible()
        await card.get_by_text("Why: CAPTCHA by Example, 97 % sure").click()
        await expect(card).to_contain_text("The page holds a frame from https://captcha.example/anchor")
        await expect(card.get_by_role("timer")).to_contain_text("29 min")
        await expect(card.get_by_role("timer")).to_contain_text("If nobody answers: “Abort”.")
        waiting = page.locator("#timeline li", has_text="Waits for you")
        await expect(waiting).to_have_text(re.compile(r"^Waits for you\d\d:"))
        await page.wait_for_timeout(200)
        await visit.shoot(f"blocked-{scheme}-{width}")
        await card.get_by_role("button", name="+10 minutes").click()
        await expect(card.get_by_role("timer")).to_contain_text("39 min")
        await card.get_by_role("link", name="Go to the live desktop").click()
        await expect(page.get_by_role("button", name="Take control")).to_be_focused()
        await card.get_by_role("button", name="Done").click()
        await expect(card).to_have_count(0)


async def test_a_picture_that_is_gone_becomes_a_placeholder(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await filming.replay(gofer)
    lost = {"action": "click", "sentence": "Click", "url": story.SHOP, "seconds": 0.1, "artifact": "gone.png"}
    await gofer.log.tell(run.id, BrowserActed.model_validate(lost))
    async with visiting(site, tmp_path) as visit:
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(visit.page.locator(".frame").last).to_contain_text("No picture")
        await expect(visit.page.get_by_role("button", name="Click", exact=True)).to_be_visible()
        visit.problems.clear()  # the browser reports the missing file


async def test_film_and_story_number_the_steps_alike_and_hide_bookkeeping(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    run = await gofer.log.add("browse", {"playbook": "price_watch"})
    await filming.loop(gofer, run.id)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        await expect(page.locator(".frame")).to_have_count(5)
        assert await page.locator(".frame .words b").all_inner_texts() == ["1", "2", "3", "4", "5"]
        assert await page.locator("#timeline .number").all_inner_texts() == ["1", "2", "3", "4", "5"]
        assert await page.locator("#timeline .step h3").all_inner_texts() == [*filming.STEPS, filming.STEPS[2]]
        await expect(page.locator("#replay")).to_contain_text("Replayed 5 steps, healed 0")
        await expect(page.locator("#replay")).to_contain_text(", and waited ")
        await expect(page.locator("#metrics")).to_contain_text("with reading and saving2 in 0.8 s")
        await visit.shoot("numbered")


async def test_a_result_leaves_out_what_is_empty_and_says_nothing_twice(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    changes = [f"New: kettle {number}" for number in range(12)]
    told = "\n".join(["12 changes since the last run:", *(f"- {one}" for one in changes[:10]), "- … and 2 more"])
    empty: dict[str, object] = {"csv": None, "files": [], "replay": None, "note": ""}
    output = {"text": told, "data": [], **empty, "changes": changes, "how": "playbook"}
    run = await gofer.log.add("browse", {"goal": "Look"}, status="succeeded", output=output)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        assert await page.locator("#output dt").all_inner_texts() == ["Text", "Changes", "How"]
        await expect(page.locator("#output dd").first).to_have_text("12 changes since the last run:")
        await visit.shoot("changes")


async def test_a_table_with_addresses_fits_a_phone(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    run = await filming.replay(gofer)
    await filming.finish(gofer, run)
    async with visiting(site, tmp_path, width=390) as visit:
        page = visit.page
        await visit.enter(gofer, f"/runs/{run.id}")
        link = page.locator("#output table").get_by_role("link").first
        height, right, edge = await link.evaluate(
            "link => { link.scrollIntoView({block: 'nearest'});"
            "const [box, sheet] = [link, link.closest('.sheet')].map(e => e.getBoundingClientRect());"
            "return [box.height, box.right, sheet.right] }"
        )
        assert height < 30
        assert right <= edge
        await visit.shoot("table-390")
