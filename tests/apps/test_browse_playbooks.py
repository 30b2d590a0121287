"""The second time costs nothing: an errand that a model did is written down, agreed on, replayed, and mended."""

import re
from typing import Any

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models.function import AgentInfo, FunctionModel
from tests.apps.shop_errands import CHANGED, FIELDS, STEPS, Typist, kept, searching
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.apps.browse.flow import browse
from gofer.apps.browse.types import BrowseInput, BrowseResult
from gofer.browser.actions import PlaywrightBrowser
from gofer.core.action import Action
from gofer.core.errors import OverBudget, Refused
from gofer.core.event import BrowserActed, PlaybookSaved
from gofer.core.page import Change
from gofer.core.playbook import Rules
from gofer.testing.fake_run import FakeRun, Killed, Memory

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("hasty")]


def errand(address: str, search: str = "mug", **more: object) -> BrowseInput:
    """List what the shop has of something."""
    return BrowseInput.model_validate(
        {"goal": f"List every {search} with its price", "start_url": address, "parameters": {"search": search}, **more}
    )


async def shelf(browser: PlaywrightBrowser, address: str, words: str) -> list[dict[str, str]]:
    """What the shop really shows, page by page."""
    rows: list[dict[str, str]] = []
    for page in (1, 2, 3):
        await browser.navigate(f"{address}search?q={words}&page={page}")
        rows += [row for row in await browser.extract_data(".card", FIELDS) if row not in rows]
    return rows


def told(run: FakeRun) -> list[tuple[int | None, str | None, str]]:
    """Each thing that was done: number of the step, who knew it, the sentence."""
    acts = [event for event in run.memory.events if isinstance(event, BrowserActed)]
    return [(event.step, event.by, event.sentence) for event in acts]


def saved(run: FakeRun) -> list[PlaybookSaved]:
    """What was said about playbooks."""
    return [event for event in run.memory.events if isinstance(event, PlaybookSaved)]


async def by_model(run: FakeRun, browser: PlaywrightBrowser, address: str) -> BrowseResult:
    """One run of the errand by a model that pages through all results."""
    rows = await shelf(browser, address, "mug")
    run.model = searching(address, "mug", rows, pages=3).model
    return await browse(run, errand(address))


async def twice(browser: PlaywrightBrowser, address: str) -> FakeRun:
    """A run after two that agreed; nobody may ask its model anything."""
    first = FakeRun(browser, usd=0.05)
    await by_model(first, browser, address)
    second = first.next(usd=0.04)
    await by_model(second, browser, address)
    return second.next(model=Typist().model)


async def test_two_runs_that_agree_make_the_third_one_free(browser: PlaywrightBrowser, shop_address: str) -> None:
    first = FakeRun(browser, usd=0.05)
    result = await by_model(first, browser, shop_address)
    assert result.how == "model"
    assert [(event.agreeing, event.served) for event in saved(first)] == [(1, False)]
    second = first.next(usd=0.04)
    await by_model(second, browser, shop_address)
    assert [(event.agreeing, event.served, event.why) for event in saved(second)] == [(2, True, "2 runs agree")]
    typist = Typist()
    third = second.next(model=typist.model)
    replayed = await browse(third, errand(shop_address))
    assert replayed.how == "playbook"
    assert typist.asked == 0
    assert replayed.data == result.data
    assert len(replayed.data) == 18
    assert {by for _, by, _ in told(third)} == {"playbook"}
    assert replayed.replay is not None
    assert (replayed.replay.usd, replayed.replay.first_usd) == (0, 0.04)
    assert "the first run took $0.0400" in replayed.text


async def test_the_playbook_holds_names_and_no_values_and_turns_pages_by_itself(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = await twice(browser, shop_address)
    (kept,) = run.memory.playbooks.values()
    assert re.fullmatch("127-0-0-1-list-price-[0-9a-f]{6}", kept.name)
    assert "mug" not in kept.text
    assert 'fill searchbox "Search the shop" with "{search}"' in kept.text
    assert 'expect url "{start_url}search?q={search}"' in kept.text
    assert 'for each page at most 50\n  next link "Next page"' in kept.text
    assert kept.text.count('read ".card"') == 1
    rows = await shelf(browser, shop_address, "lamp")
    other = await browse(run, errand(shop_address, "lamp"))
    assert other.how == "playbook"
    assert other.data == rows


async def test_a_run_that_did_otherwise_begins_to_count_anew(browser: PlaywrightBrowser, shop_address: str) -> None:
    first = FakeRun(browser)
    await by_model(first, browser, shop_address)
    rows = await shelf(browser, shop_address, "mug")
    other = first.next(model=searching(shop_address, "mug", rows[:8]).model)
    await browse(other, errand(shop_address))
    assert [(event.version, event.agreeing, event.served) for event in saved(other)] == [(2, 1, False)]


async def test_an_answer_that_was_not_read_off_the_pages_is_not_replayed(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = FakeRun(browser, model=searching(shop_address, "mug", [{"name": "My own idea"}]).model)
    result = await browse(run, errand(shop_address))
    assert "cannot be replayed: the answer has rows that were not read" in result.text
    assert run.memory.playbooks == {}


async def test_a_crash_of_the_model_s_run_loses_nothing_of_the_recording(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    rows = await shelf(browser, shop_address, "mug")
    run = FakeRun(browser, model=searching(shop_address, "mug", rows, pages=3).model, kill_after=7)
    with pytest.raises(Killed):
        await browse(run, errand(shop_address))
    again = run.again()
    await browse(again, errand(shop_address))
    assert [event.agreeing for event in saved(again)] == [1]
    assert 'click button "Search"' in next(iter(run.memory.playbooks.values())).text


async def test_a_person_can_ask_for_a_playbook_by_name_and_for_none(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    first = FakeRun(browser)
    await by_model(first, browser, shop_address)
    (kept,) = first.memory.playbooks.values()
    assert not kept.served
    forced = await browse(first.next(), BrowseInput(playbook=kept.name, parameters={"search": "lamp"}))
    assert forced.how == "playbook"
    rows = await shelf(browser, shop_address, "mug")
    fresh = first.next(model=searching(shop_address, "mug", rows, pages=3).model)
    assert (await browse(fresh, errand(shop_address, fresh=True))).how == "model"


async def test_each_replayed_step_is_pictured_with_its_target_marked(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = await twice(browser, shop_address)
    run.rules = Rules(pictures=True)
    result = await browse(run, errand(shop_address))
    pictures = {event.artifact for event in run.memory.events if isinstance(event, BrowserActed) and event.artifact}
    assert {f"step-{number:03}.jpg" for number in range(1, 4)} < pictures <= set(run.memory.files)
    assert result.screenshots == ["page.png"]


async def mended(browser: PlaywrightBrowser, *calls: tuple[str, dict[str, Any]]) -> tuple[FakeRun, BrowseResult]:
    """A replay on a page whose button has another name now, with a model that makes these calls."""
    with served(site(CHANGED)) as address:
        run = FakeRun(browser, model=Typist(*calls).model, usd=0.0)
        asked = BrowseInput(goal="Look up", playbook="look-up", parameters={"city": "Bergen"})
        await kept(run, STEPS.format(address=address))
        return run, await browse(run, asked)


async def test_a_step_that_no_longer_fits_is_mended_and_written_back(browser: PlaywrightBrowser) -> None:
    click = ("click", {"element": 'button "Find it"'})
    run, result = await mended(browser, click, ("final_result", {"done": True, "why": "The button is called Find it."}))
    assert result.how == "playbook"
    assert result.replay is not None
    assert [(one.step, one.why) for one in result.replay.healed] == [(3, "The button is called Find it.")]
    assert [(step, by) for step, by, _ in told(run) if by != "model"] == [
        (1, "playbook"),
        (2, "playbook"),
        (3, "healed"),
        (4, "playbook"),
    ]
    now = run.memory.playbooks["look-up"]
    assert now.version == 2
    assert 'click button "Find it"' in now.text
    assert "Bergen" not in now.text
    assert saved(run)[0].why == "step 3 mended: The button is called Find it."
    with served(site(CHANGED)) as address:
        asked = BrowseInput(goal="x", start_url=f"{address}/shop", playbook="look-up", parameters={"city": "Oslo"})
        again = await browse(run.next(model=Typist().model), asked)
    assert again.replay is not None
    assert again.replay.healed == []


async def test_a_step_that_cannot_be_mended_fails_by_its_name(browser: PlaywrightBrowser) -> None:
    with pytest.raises(Refused, match=r"Step 3 \(“Click button \"Go\"”\): Nothing on the page is button \"Go\""):
        await mended(browser, ("final_result", {"done": False, "why": "There is no such button."}))


async def test_a_model_that_only_says_it_is_done_is_not_believed(browser: PlaywrightBrowser) -> None:
    with pytest.raises(Refused, match="Step 3"):
        await mended(browser, ("final_result", {"done": True, "why": "Believe me."}))


async def test_without_a_model_the_step_that_does_not_fit_is_named(browser: PlaywrightBrowser) -> None:
    run = FakeRun(browser)
    with served(site(CHANGED)) as address:
        await kept(run, STEPS.format(address=address))
        with pytest.raises(Refused, match="Step 3"):
            await browse(run, BrowseInput(playbook="look-up", parameters={"city": "Bergen"}))


async def test_a_step_that_does_not_lead_to_what_it_led_to_is_no_success(browser: PlaywrightBrowser) -> None:
    run = FakeRun(browser)
    elsewhere = {"shop": CHANGED["shop"].replace("/echo", "/shop").replace("Find it", "Go")}
    with served(site(elsewhere)) as address:
        await kept(run, STEPS.format(address=address))
        with pytest.raises(
            Refused, match=r"Step 3 .*It was done, but it is not so that the address is \*/echo\?city=Bergen"
        ):
            await browse(run, BrowseInput(playbook="look-up", parameters={"city": "Bergen"}))


async def test_a_playbook_that_was_served_by_itself_and_failed_is_not_served_again(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = await twice(browser, shop_address)
    run.model = Typist(("final_result", {"done": False, "why": "No."})).model
    (name,) = run.memory.playbooks
    broken = run.memory.playbooks[name]
    text = broken.text.replace('tag "button"', 'tag "button"\n  role "tab"')
    run.memory.playbooks[name] = broken.model_copy(update={"text": text})
    with pytest.raises(Refused, match="Step 3"):
        await browse(run, errand(shop_address))
    assert not run.memory.playbooks[name].served
    assert saved(run)[0].why.startswith("no longer served: Step 3")


async def test_a_banner_in_the_way_is_left_out_another_time_but_never_the_mended_step(
    browser: PlaywrightBrowser,
) -> None:
    banner = """<div id="b" style="position:fixed;inset:0"><button onclick="b.remove()">No thanks</button></div>"""
    with served(site({"shop": CHANGED["shop"] + banner})) as address:
        closing, click = (("click", {"element": f'button "{name}"'}) for name in ("No thanks", "Find it"))
        done = ("final_result", {"done": True, "why": "A banner was there, and the button has another name."})
        run = FakeRun(browser, model=Typist(closing, click, done).model)
        await kept(run, STEPS.format(address=address))
        await browse(run, BrowseInput(goal="Look up", playbook="look-up", parameters={"city": "Bergen"}))
    text = run.memory.playbooks["look-up"].text
    _, banner_step, mended_step, _ = (part.partition("\n\n")[0] for part in [*text.split("\nclick "), ""])
    assert '"No thanks"' in banner_step
    assert "  optional" in banner_step
    assert '"Find it"' in mended_step
    assert "optional" not in mended_step


async def test_a_step_whose_page_says_so_already_is_not_left_out_silently_from_then_on(
    browser: PlaywrightBrowser,
) -> None:
    there = {"shop": "<h1>Bergen</h1><label>City <input></label><p>Long since found</p>"}
    with served(site(there)) as address:
        run = FakeRun(browser, model=Typist(("final_result", {"done": True, "why": "It was found already."})).model)
        await kept(run, STEPS.format(address=address).replace('expect text "{city}"', 'expect text "Long since found"'))
        result = await browse(run, BrowseInput(goal="Look up", playbook="look-up", parameters={"city": "Bergen"}))
    assert result.replay is not None
    assert [one.step for one in result.replay.healed] == [3]
    assert "optional" not in run.memory.playbooks["look-up"].text


async def test_a_lost_computer_says_nothing_against_a_playbook(
    browser: PlaywrightBrowser, shop_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(action: Action, *, tell: bool = True) -> Change:
        raise Refused("The browser was lost.", code="ERR_SANDBOX_LOST")

    run = await twice(browser, shop_address)
    (name,) = run.memory.playbooks
    monkeypatch.setattr(browser, "act", lost)
    with pytest.raises(Refused, match="was lost"):
        await browse(run, errand(shop_address))
    assert run.memory.playbooks[name].served
    assert saved(run) == []


async def test_an_address_that_is_not_there_says_nothing_against_a_playbook(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = await twice(browser, shop_address)
    (name,) = run.memory.playbooks
    run.model = Typist(("final_result", {"done": False, "why": "Not found."})).model
    with pytest.raises(Refused, match="404"):
        await browse(run, errand(shop_address, start_url=f"{shop_address}nowhere/"))
    assert run.memory.playbooks[name].served


async def test_two_errands_at_once_are_both_written_down(browser: PlaywrightBrowser, shop_address: str) -> None:
    rows = await shelf(browser, shop_address, "mug")
    first = FakeRun(browser, model=searching(shop_address, "mug", rows, pages=3).model, kill_after=4)
    with pytest.raises(Killed):
        await browse(first, errand(shop_address))
    memory = Memory(kept=first.memory.kept, playbooks=first.memory.playbooks)
    second = FakeRun(browser, model=searching(shop_address, "mug", rows, pages=3).model, memory=memory, id="run-2")
    await browse(second, errand(shop_address, goal="What mugs are there?"))
    await browse(first.again(), errand(shop_address))
    assert len(first.memory.playbooks) == 2
    assert all('click button "Search"' in one.text for one in first.memory.playbooks.values())


async def test_nothing_stays_of_what_a_run_typed_that_failed(browser: PlaywrightBrowser, shop_address: str) -> None:
    def out_of_money(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        if len(messages) < 4:
            return typist.turn(messages, info)
        assert b"anna@example.org" in b"".join(run.memory.kept.values())
        raise OverBudget("No money is left.")

    typing = ("fill", {"fields": {'searchbox "Search the shop"': "anna@example.org"}})
    typist = Typist(("open_page", {"url": shop_address}), typing)
    run = FakeRun(browser, model=FunctionModel(out_of_money))
    with pytest.raises(OverBudget):
        await browse(run, errand(shop_address))
    assert b"anna@example.org" not in b"".join(run.memory.kept.values())


async def test_a_kept_playbook_that_is_served_keeps_its_text_when_a_model_does_the_same(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = await twice(browser, shop_address)
    (name,) = run.memory.playbooks
    edited = run.memory.playbooks[name].text.replace("\n  expect text", '\n  goal "Mine."\n  expect text', 1)
    assert "Mine." in edited
    run.memory.playbooks[name] = run.memory.playbooks[name].model_copy(update={"text": edited})
    rows = await shelf(browser, shop_address, "mug")
    run.model = searching(shop_address, "mug", rows, pages=3).model
    await browse(run, errand(shop_address, fresh=True))
    assert run.memory.playbooks[name].text == edited
    assert [(event.agreeing, event.served) for event in saved(run)] == [(3, True)]
