"""A browser errand: replayed without a model, or done by one; and what changed since the last time."""

from datetime import timedelta

import pytest
from pydantic_ai.messages import ModelMessage, ModelResponse, ToolCallPart
from pydantic_ai.models.function import AgentInfo, FunctionModel
from tests.apps.conftest import HandClock

from gofer.apps.browse.flow import browse
from gofer.apps.browse.types import BrowseInput
from gofer.browser.actions import PlaywrightBrowser
from gofer.core.errors import GoferError, Refused
from gofer.core.event import BrowserActed
from gofer.demo import demo_input
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]


def errand(start_url: str, *, recorded: bool = True, **more: object) -> BrowseInput:
    """The demo errand at another address."""
    return BrowseInput.model_validate({**demo_input(recorded=recorded), "start_url": start_url, **more})


async def test_the_first_run_finds_everything_and_has_nothing_to_compare(
    browser: PlaywrightBrowser, shop_address: str
) -> None:
    result = await browse(FakeRun(browser), errand(shop_address))
    assert result.how == "playbook"
    assert len(result.data) == 18
    assert (result.csv, result.screenshots) == ("prices.csv", ["results.png"])
    assert result.changes == []
    assert "Read 18 rows over 3 pages." in result.text
    assert "first run" in result.text


async def test_the_second_run_tells_which_prices_changed(
    browser: PlaywrightBrowser, shop_address: str, clock: HandClock
) -> None:
    first = FakeRun(browser)
    await browse(first, errand(shop_address))
    clock.time += timedelta(minutes=3)
    result = await browse(first.next(), errand(shop_address))
    assert result.changes
    assert any(" mug: price € " in line and " → € " in line for line in result.changes)
    assert f"{len(result.changes)} changes since the last run" in result.text


async def test_a_second_run_without_changes_says_so(browser: PlaywrightBrowser, shop_address: str) -> None:
    first = FakeRun(browser)
    await browse(first, errand(shop_address))
    result = await browse(first.next(), errand(shop_address))
    assert result.changes == []
    assert "Nothing changed since the last run." in result.text


async def test_other_parameters_are_another_errand(browser: PlaywrightBrowser, shop_address: str) -> None:
    first = FakeRun(browser)
    await browse(first, errand(shop_address))
    result = await browse(first.next(), errand(shop_address, parameters={"search": "lamp"}))
    assert "first run" in result.text


async def test_without_playbook_and_model_the_errand_is_refused() -> None:
    with pytest.raises(Refused) as told:
        await browse(FakeRun(), errand("http://a.example/", recorded=False))
    assert told.value.code == "ERR_NO_MODEL"


def scripted(address: str, *calls: ToolCallPart) -> FunctionModel:
    """A model that makes these calls, one per turn, and then answers."""
    script = [*calls, ToolCallPart("final_result", {"text": "Done.", "rows": [{"name": "Mug"}], "key": "name"})]

    def turn(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse(parts=[script[sum(isinstance(message, ModelResponse) for message in messages)]])

    return FunctionModel(turn)


async def test_a_model_does_the_errand_with_the_browser_as_tools(browser: PlaywrightBrowser, shop_address: str) -> None:
    model = scripted(
        shop_address,
        ToolCallPart("open_page", {"url": shop_address}),
        ToolCallPart("click", {"element": "e999"}),
        ToolCallPart("extract_table", {"each": ".card", "fields": {"name": ".name"}}),
        ToolCallPart("screenshot", {"name": "../The Shop!"}),
    )
    run = FakeRun(browser, model=model)
    result = await browse(run, errand(shop_address, recorded=False))
    assert result.how == "model"
    assert result.data == [{"name": "Mug"}]
    assert result.csv == "rows.csv"
    assert result.screenshots == ["page.png"]
    assert set(run.memory.files) == {"the-shop.png", "page.png", "rows.csv"}
    told = [event.sentence for event in run.memory.events if isinstance(event, BrowserActed)]
    assert told == [f"Open {shop_address}", "Read name", "Take a picture, the-shop.png"]


async def test_an_errand_at_a_dead_site_fails_with_its_step(browser: PlaywrightBrowser) -> None:
    with pytest.raises(GoferError, match=r"Step 1 .*there is no site of that name"):
        await browse(FakeRun(browser), errand("http://nowhere.invalid/"))


async def test_a_shared_errand_has_the_same_rules_and_no_desktop(browser: PlaywrightBrowser, shop_address: str) -> None:
    run = FakeRun(browser)
    own, shared = errand(shop_address), errand(shop_address, computer="shared")
    await browse(run, own)
    (spec,) = run.memory.specs
    other = FakeRun(browser)
    await browse(other, shared)
    assert (other.memory.specs, other.memory.shared) == ([], [spec.egress])
