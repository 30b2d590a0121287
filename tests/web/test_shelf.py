"""The pages of playbooks and saved sessions, clicked in a real Chromium."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import expect
from tests.web import filming
from tests.web.visit import visiting

from gofer.core.principal import Principal
from gofer.testing.fake_gateway import FakeGofer

pytestmark = pytest.mark.chromium

Scheme = Literal["light", "dark"]
LOOKS = [("light", 1280), ("dark", 390)]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_playbooks_are_listed_and_their_versions_compared(
    scheme: Scheme, width: int, gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    filming.keep(gofer)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        await visit.enter(gofer)
        await page.get_by_role("link", name="Playbooks").click()
        await expect(page.locator(".shelf li")).to_have_count(2)
        await expect(page.locator(".shelf li").first).to_contain_text("mended: the button is called")
        await visit.shoot(f"playbooks-{scheme}-{width}")
        await page.get_by_role("link", name="price_watch").click()
        await expect(page.locator("#text li")).to_have_count(filming.SECOND.count("\n"))
        await expect(page.locator("#difference")).to_have_text("1 line added, 2 removed")
        assert await page.locator("#diff ins").all_inner_texts() == ['click button "Find"']
        assert 'click button "Search"' in await page.locator("#diff del").all_inner_texts()
        await visit.shoot(f"playbook-{scheme}-{width}")
        await page.get_by_role("link", name="Version 1", exact=True).click()
        await expect(page.locator("#older")).to_contain_text("This is version 1.")
        await expect(page.locator("#text")).to_contain_text('click button "Search"')


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_mistake_in_an_edited_playbook_is_shown_at_its_line(
    scheme: Scheme, width: int, gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    filming.keep(gofer)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        await visit.enter(gofer, "/playbooks/price_watch")
        await page.get_by_role("button", name="Edit").click()
        draft = page.get_by_label("Text of the playbook")
        await draft.fill(filming.SECOND.replace('click button "Find"', "klick it"))
        await page.get_by_role("button", name="Save as a new version").click()
        await expect(page.get_by_role("alert")).to_contain_text("line 11")
        await expect(page.locator(".gutter .bad")).to_have_text("11")
        assert await draft.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)") == "klick it"
        await page.wait_for_timeout(100)
        await visit.shoot(f"mistake-{scheme}-{width}")
        visit.problems.clear()  # the browser reports the refusal
        await draft.fill(filming.SECOND.replace('button "Find"', 'button "Go"'))
        await expect(page.locator("#wrong")).to_be_hidden()
        await page.get_by_label("Why").fill("the shop says Go")
        await page.get_by_role("button", name="Save as a new version").click()
        await expect(page.locator("#meta")).to_contain_text("Version 3")
        await expect(page.locator("#versions li").first).to_contain_text("the shop says Go")


async def test_a_playbook_is_run_with_its_parameters(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    filming.keep(gofer)
    gofer.log.runs.clear()
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, "/playbooks/price_watch")
        await page.get_by_label("search").fill("lamp")
        await page.get_by_label("Page to begin at").fill("https://shop.example/")
        await page.get_by_label("Profile").fill("shop")
        await visit.shoot("run-form")
        await page.get_by_role("button", name="Run", exact=True).click()
        await expect(page.locator("#status")).to_be_visible()
        (run,) = gofer.log.runs.values()
        asked = {"playbook": "price_watch", "parameters": {"search": "lamp"}, "start_url": "https://shop.example/"}
        assert (run.app, run.input) == ("browse", asked | {"profile": "shop"})


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_playbook_is_pasted(scheme: Scheme, width: int, gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    filming.keep(gofer)
    async with visiting(site, tmp_path, scheme=scheme, width=width) as visit:
        page = visit.page
        await visit.enter(gofer, "/playbooks")
        await page.get_by_role("button", name="New playbook…").click()
        await page.get_by_label("Text", exact=True).fill(filming.FIRST)
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_role("alert")).to_contain_text("There is a playbook price_watch already")
        await visit.shoot(f"paste-{scheme}-{width}")
        await page.get_by_label("Text", exact=True).fill("playbook 2\nname odd\nklick it")
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_role("alert")).to_contain_text("line 3")
        visit.problems.clear()  # the browser reports the refusal
        await page.get_by_label("Text", exact=True).fill(filming.FIRST.replace("name price_watch", "name kettle_watch"))
        await page.get_by_role("button", name="Keep it").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("kettle_watch")
        await expect(page.locator("#text")).to_contain_text('click button "Search"')


async def test_who_may_only_read_playbooks_and_sessions_changes_none(
    gofer: FakeGofer, site: str, tmp_path: Path
) -> None:
    filming.keep(gofer)
    reader = Principal(id="reader", scopes=frozenset({"runs:read", "playbooks:read", "sessions:read"}))
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, "/playbooks", reader)
        await expect(page.locator(".shelf li")).to_have_count(2)
        assert await page.get_by_role("button").all_inner_texts() == ["Log out"]
        await page.goto(f"{site}/playbooks/price_watch")
        await expect(page.locator("#diff li")).not_to_have_count(0)
        assert await page.get_by_role("button").all_inner_texts() == ["Log out", "Changes"]
        await page.goto(f"{site}/sessions")
        await expect(page.locator(".shelf li")).to_have_count(1)
        assert await page.get_by_role("button").all_inner_texts() == ["Log out"]


async def test_a_playbook_is_deleted_only_when_that_is_meant(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    filming.keep(gofer)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, "/playbooks/renew_books")
        await page.get_by_role("button", name="Delete…").click()
        await page.get_by_role("button", name="Keep it").click()
        await page.get_by_role("button", name="Delete…").click()
        await page.get_by_role("button", name="Delete it").click()
        await expect(page.locator(".shelf li")).to_have_count(1)
        assert list(gofer.operations.shelf.books) == ["price_watch"]


async def test_a_saved_session_is_forgotten(gofer: FakeGofer, site: str, tmp_path: Path) -> None:
    filming.keep(gofer)
    async with visiting(site, tmp_path) as visit:
        page = visit.page
        await visit.enter(gofer, "/sessions")
        await expect(page.locator(".shelf li")).to_contain_text("18.4 kB")
        await visit.shoot("sessions")
        await page.get_by_role("button", name="Forget shop").click()
        await page.get_by_role("button", name="Forget it").click()
        await expect(page.get_by_text("No saved sessions.")).to_be_visible()
        assert gofer.operations.shelf.saved == {}
