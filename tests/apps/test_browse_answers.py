"""What a replay can say, and which errands are none to be replayed."""

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models.function import AgentInfo, FunctionModel
from tests.apps.shop_errands import CHANGED, FIELDS, STEPS, Typist, kept
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.apps.browse import APPLICATION
from gofer.apps.browse.flow import browse
from gofer.apps.browse.types import BrowseInput
from gofer.apps.browse.words import errand_key, played
from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.agreeing import RECORDED
from gofer.browser.replay import Replayed
from gofer.core.errors import Refused, Unavailable
from gofer.core.playbook import Draft
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("hasty")]


def asking(address: str, goal: str) -> BrowseInput:
    """An errand without parameters."""
    return BrowseInput(goal=goal, start_url=address)


ANSWER = ("final_result", {"text": "The Harbour mug, at 12.50.", "rows": []})


async def test_a_question_that_is_answered_in_words_is_asked_of_the_model_each_time(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = FakeRun(browser)
    for _ in range(3):
        look = ("click", {"element": 'button "Search"'})
        run = run.next(model=Typist(("open_page", {"url": shop_address}), look, ANSWER).model)
        result = await browse(run, asking(shop_address, "Which mug is the cheapest?"))
        assert result.how == "model"
        assert "It cannot be replayed: its answer is in words, so the next run asks the model again." in result.text
    assert run.memory.playbooks == {}


async def test_what_was_read_for_an_answer_in_words_is_read_again_and_handed_over(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    run = FakeRun(browser)
    read = ("extract_table", {"each": ".card", "fields": FIELDS})
    for how in ("model", "model", "playbook"):
        search = ("click", {"element": 'button "Search"'})
        run = run.next(model=Typist(("open_page", {"url": shop_address}), search, read, ANSWER).model)
        result = await browse(run, asking(shop_address, "Which mug is the cheapest?"))
        assert result.how == how
    assert {"name", "price"} == set(result.data[0])
    assert (result.csv, result.text.splitlines()[0]) == ("rows.csv", f"Read {len(result.data)} rows.")


async def test_what_was_kept_of_an_answer_in_words_before_is_not_served(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    asked = asking(shop_address, "Which mug is the cheapest?")
    text = f'# {RECORDED}\nplaybook 2\nopen "{{start_url}}"\n  expect url "{{start_url}}"\n'
    run = FakeRun(browser, model=Typist(("open_page", {"url": shop_address}), ANSWER).model)
    draft = Draft(text=text, why="2 runs agree", name="old", errand=errand_key(asked), agreeing=2)
    await run.keep_playbook(draft)
    assert (await browse(run, asked)).how == "model"


async def test_a_deed_is_replayed_and_its_replay_claims_no_answer(browser: PlaywrightBrowser) -> None:
    with served(site({"shop": CHANGED["shop"].replace("City", "Town")})) as address:
        run = FakeRun(browser)
        for _ in range(3):
            open_, fill = ("open_page", {"url": f"{address}/shop"}), ("fill", {"fields": {'textbox "Town"': "Bergen"}})
            click = ("click", {"element": 'button "Find it"'})
            run = run.next(model=Typist(open_, fill, click, ("final_result", {"text": "Sent.", "rows": []})).model)
            result = await browse(run, asking(f"{address}/shop", "Enter Bergen as the town"))
    assert result.how == "playbook"
    assert result.text.startswith("Did 4 steps; nothing was read.")


async def test_nobody_is_promised_a_replay_that_lacks_a_value(browser: PlaywrightBrowser) -> None:
    with served(site({"shop": CHANGED["shop"].replace("City", "Town")})) as address:
        open_, fill = ("open_page", {"url": f"{address}/shop"}), ("fill", {"fields": {'textbox "Town"': "Bergen"}})
        click = ("click", {"element": 'button "Find it"'})
        answer = ("final_result", {"text": "Sent.", "rows": []})
        run = FakeRun(browser, model=Typist(open_, fill, click, answer).model)
        result = await browse(run, asking(f"{address}/shop", "Enter my town"))
    assert "it needs “town”, which this errand does not give" in result.text
    assert "runs agree so far" not in result.text


async def test_when_mending_fails_the_step_that_did_not_fit_is_named_and_no_library(browser: PlaywrightBrowser) -> None:
    def broken(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        raise Unavailable("Exceeded retries, see https://errors.example/x", code="ERR_MODEL_UNAVAILABLE")

    run = FakeRun(browser, model=FunctionModel(broken))
    with served(site(CHANGED)) as address:
        await kept(run, STEPS.format(address=address))
        with pytest.raises(Refused, match=r"^Step 3 .*It was not mended: the model gave no answer\.$"):
            await browse(run, BrowseInput(playbook="look-up", parameters={"city": "Bergen"}))


async def test_an_address_that_may_not_be_opened_is_never_mended(browser: PlaywrightBrowser) -> None:
    typist = Typist()
    text = 'playbook 2\nname look-up\nparameter u "where"\nopen "{u}"\n'
    run = FakeRun(browser, model=typist.model)
    await kept(run, text)
    asked = BrowseInput(playbook="look-up", start_url="https://a.example/", parameters={"u": "file:///etc/passwd"})
    with pytest.raises(Refused, match=r"Step 1 .*is not an address to open"):
        await browse(run, asked)
    assert typist.asked == 0


async def test_a_playbook_that_opens_its_own_addresses_needs_no_start(browser: PlaywrightBrowser) -> None:
    run = FakeRun(browser)
    with served(site(CHANGED)) as address:
        loop = f'for each o of parameter "os" at most 2\n  open "{address}/{{o.n}}"\n    expect text "Shop"\n'
        await kept(run, f'playbook 2\nname look-up\nparameter os "rows"\n{loop}')
        result = await browse(run, BrowseInput(playbook="look-up", parameters={"os": "n\nshop"}))
    assert result.text.startswith("Did 1 step;")


def test_a_text_that_a_person_saves_is_reviewed() -> None:
    assert APPLICATION.playbook is not None
    assert APPLICATION.playbook(f"# {RECORDED}\n# Mine.\nplaybook 2\nback\n") == "# Mine.\nplaybook 2\n\nback\n"


def test_a_text_whose_end_nothing_tells_is_refused_when_it_is_saved() -> None:
    assert APPLICATION.playbook is not None
    with pytest.raises(Refused, match=r"Step 1 .* cannot be relied on"):
        APPLICATION.playbook('playbook 2\nclick button "Search"\n')


def test_a_playbook_that_begins_nowhere_is_refused_when_the_errand_is_asked_for() -> None:
    assert APPLICATION.replayable is not None
    asked = BrowseInput(playbook="price_watch", parameters={"search": "lamp"})
    with pytest.raises(Refused, match="at which page to begin"):
        APPLICATION.replayable(asked, APPLICATION.bundled()["price_watch"] if APPLICATION.bundled else "")


def test_wrong_rows_are_refused_when_the_errand_is_asked_for() -> None:
    assert APPLICATION.replayable is not None
    text = 'playbook 2\nparameter os "rows"\nfor each o of parameter "os" at most 2\n  open "https://a.example/{o.n}"\n'
    with pytest.raises(Refused, match="os: it must be CSV"):
        APPLICATION.replayable(BrowseInput(playbook="x", parameters={"os": "garbage"}), text)


def test_what_a_replay_says_of_itself_counts_in_plain_words_and_names_what_nothing_checked() -> None:
    assert played(Replayed(acted=1)) == "Did 1 step; nothing was read."
    assert played(Replayed(rows=[{"a": "1"}], key="a")) == "Read 1 row."
    told = played(Replayed(rows=[{"a": "1"}] * 2, key="a", pages=2, unchecked=[3, 5]))
    assert told == "Read 2 rows over 2 pages. Nothing shows whether steps 3, 5 worked."
