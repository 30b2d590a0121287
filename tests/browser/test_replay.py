"""A playbook does what was recorded, step by step, or says which step it could not do."""

import json
from collections.abc import Iterator

import pytest
from tests.browser.chromium import served

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.playbook import Playbook
from gofer.browser.replay import Replayed, replay
from gofer.browser.written import bundled, load
from gofer.core.errors import GoferError, Refused
from gofer.core.event import BrowserActed
from gofer.demo.shop import shop
from gofer.testing.fake_run import FakeRun, Killed

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="session")
def shop_address() -> Iterator[str]:
    """The demo shop on loopback."""
    with served(shop()) as address:
        yield f"{address}/"


async def watch(run: FakeRun, browser: PlaywrightBrowser, address: str) -> Replayed:
    """The demo errand's playbook."""
    return await replay(run, browser, bundled("price_watch"), {"search": "mug", "start_url": address})


def playbook(*steps: dict[str, object]) -> Playbook:
    """A playbook from steps as they were written in JSON in gofer's first version."""
    return load(json.dumps({"steps": [{"do": "open", "url": "{start_url}"}, *steps]}))


def reading(**more: object) -> dict[str, object]:
    """A step that reads rows of the site of oddities and pages through them."""
    return {"do": "extract", "each": ".row", "fields": {"name": "b"}, **more}


NEXT = {"role": "button", "name": "Next page"}


async def test_the_demo_errand_reads_every_page_of_the_shop(browser: PlaywrightBrowser, shop_address: str) -> None:
    run = FakeRun()
    done = await watch(run, browser, shop_address)
    assert len(done.rows) == len({row["name"] for row in done.rows}) == 18
    assert done.pages == 3
    assert (done.csv, done.screenshots) == ("prices.csv", ["results.png"])
    assert run.memory.files["prices.csv"].startswith(b"name,price,stock,link\r\nHarbour mug,")
    assert run.memory.files["results.png"].startswith(b"\x89PNG")


async def test_every_action_is_told_as_a_sentence(browser: PlaywrightBrowser, shop_address: str) -> None:
    run = FakeRun()
    await watch(run, browser, shop_address)
    told = [event.sentence for event in run.memory.events if isinstance(event, BrowserActed)]
    assert told[1] == 'Fill searchbox "Search the shop" with “mug”'
    assert told.count('Click link "Next page"') == 2


@pytest.mark.parametrize("killed_after", [0, 5, 11])
async def test_a_crash_anywhere_goes_on_at_the_next_action(
    browser: PlaywrightBrowser, shop_address: str, killed_after: int
) -> None:
    run = FakeRun(kill_after=killed_after)
    with pytest.raises(Killed):
        await watch(run, browser, shop_address)
    done = await watch(run.again(), browser, shop_address)
    assert len({row["name"] for row in done.rows}) == len(done.rows) == 18


@pytest.mark.parametrize("killed_after", [3, 5, 9])
async def test_after_a_crash_a_new_computer_finds_the_page_again(
    browser: PlaywrightBrowser, shop_address: str, killed_after: int
) -> None:
    run = FakeRun(kill_after=killed_after)
    with pytest.raises(Killed):
        await watch(run, browser, shop_address)
    await browser.navigate("about:blank")
    done = await watch(run.again(), browser, shop_address)
    assert len({row["name"] for row in done.rows}) == len(done.rows) == 18


async def test_a_page_that_no_address_leads_to_is_not_made_up(browser: PlaywrightBrowser, address: str) -> None:
    steps = playbook(reading(next=NEXT))
    run = FakeRun(kill_after=4)
    with pytest.raises(Killed):
        await replay(run, browser, steps, {"start_url": f"{address}/listed"})
    await browser.navigate("about:blank")
    with pytest.raises(Refused, match="cannot be brought back"):
        await replay(run.again(), browser, steps, {"start_url": f"{address}/listed"})


async def test_rows_that_change_without_a_new_address_are_waited_for(browser: PlaywrightBrowser, address: str) -> None:
    done = await replay(FakeRun(), browser, playbook(reading(next=NEXT)), {"start_url": f"{address}/listed"})
    assert [row["name"] for row in done.rows] == ["Item 1", "Item 2", "Item 3"]


async def test_pages_that_go_in_a_circle_end(browser: PlaywrightBrowser, address: str) -> None:
    following = {"role": "link", "name": "Next page"}
    done = await replay(FakeRun(), browser, playbook(reading(next=following)), {"start_url": f"{address}/circle"})
    assert done.rows == [{"name": "Same"}]
    assert "same rows" in done.notes[0]


async def test_more_pages_than_asked_for_are_told(browser: PlaywrightBrowser, shop_address: str) -> None:
    steps = playbook(
        {"do": "click", "target": {"role": "button", "name": "Search"}},
        {"do": "extract", "each": ".card", "fields": {"name": ".name"},
         "next": {"role": "link", "name": "Next page"}, "max_pages": 2},
    )  # fmt: skip
    done = await replay(FakeRun(), browser, steps, {"start_url": shop_address})
    assert len(done.rows) == 16
    assert done.notes == ["Stopped after 2 pages, though there are more."]


@pytest.mark.parametrize(
    ("page", "step", "told"),
    [
        ("form", {"do": "click", "target": {"role": "button", "name": "Gone"}}, 'Step 2 .*no button "Gone"'),
        ("twins", {"do": "click", "target": {"role": "button", "name": "Buy"}}, "Step 2 .*2 elements match"),
        ("form", reading(), r"Step 2 .*Nothing on the page matches `.row`"),
        ("rows", reading(fields={"name": "b", "price": ".gone"}), "Step 2 .*None of the 2 rows has a “price”"),
        ("manynext", reading(next={"role": "link", "name": "Next page"}), "Step 2 .*2 elements match"),
        ("status/503", {"do": "screenshot", "name": "a.png"}, r"Step 1 .*answered 503"),
        ("status/404", {"do": "screenshot", "name": "a.png"}, r"Step 1 .*answered 404"),
    ],
)
async def test_a_step_that_does_not_fit_the_page_ends_the_replay_by_its_number(
    browser: PlaywrightBrowser, address: str, page: str, step: dict[str, object], told: str
) -> None:
    with pytest.raises(GoferError, match=told):
        await replay(FakeRun(), browser, playbook(step), {"start_url": f"{address}/{page}"})


async def test_an_empty_list_is_a_result_where_the_playbook_says_so(browser: PlaywrightBrowser, address: str) -> None:
    steps = playbook(reading(may_be_empty=True), {"do": "save", "name": "none.csv"})
    done = await replay(FakeRun(), browser, steps, {"start_url": f"{address}/form"})
    assert done.rows == []
    assert done.csv == "none.csv"


async def test_a_search_as_you_type_is_found_again_by_its_address(browser: PlaywrightBrowser, address: str) -> None:
    field = {"label": "Find"}
    steps = playbook({"do": "fill", "target": field, "value": "mug"}, {"do": "screenshot", "name": "a.png"})
    run = FakeRun(kill_after=2)
    with pytest.raises(Killed):
        await replay(run, browser, steps, {"start_url": f"{address}/typing"})
    await browser.navigate("about:blank")
    await replay(run.again(), browser, steps, {"start_url": f"{address}/typing"})
    assert (await browser.get_current_url()).endswith("?q=mug")
