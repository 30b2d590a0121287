"""What a browser does with secrets is recorded without them: in lists, by keys, and by whatever field has the focus."""

from collections.abc import Iterator

import pytest
from tests.browser.chromium import served
from tests.browser.recorded import button, field, recorded, written
from tests.browser.site import site

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.drafting import UNSAID, Errand, Unfit
from gofer.browser.replay import replay
from gofer.browser.written import load
from gofer.core import action as do
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

PAGES = {
    "bank": """<h1>Bank</h1><form action="/home"><label>Full name <input name="n"></label>
        <label>E-mail <input name="m"></label><label>PIN <input name="pin" id="pin"></label>
        <label>Password <input type="password" name="p"></label>
        <label>Month <select name="month" autocomplete="cc-exp-month"><option>January<option>December</select></label>
        <button>Log in</button></form>""",
    "home": "<h1>Your money</h1><h2>Welcome, Ada Lovelace</h2><h2>Good morning Ada!</h2>",
}


@pytest.fixture(scope="session")
def bank() -> Iterator[str]:
    """Where a bank of oddities is."""
    with served(site(PAGES)) as address:
        yield f"{address}/bank"


async def test_a_login_is_kept_without_anything_that_was_typed_chosen_or_greeted(
    browser: PlaywrightBrowser, bank: str
) -> None:
    goal = "Log in with password hunter2 as Ada Lovelace, pin 4711, ada@bank.example, until December"
    made, recording = await recorded(
        browser,
        Errand(goal, bank),
        do.Fill(target=field("Full name"), value="Ada Lovelace"),
        do.Fill(target=field("E-mail"), value="ada@bank.example"),
        do.Fill(target=field("PIN"), value="4711"),
        do.Fill(target=field("Password"), value="hunter2"),
        do.Select(target=field("Month"), values=("December",)),
        do.Click(target=button("Log in")),
    )
    text = written(made)
    for private in ("hunter2", "4711", "Ada", "Lovelace", "ada@", "ada%40", "December"):
        assert private not in text
    for secret in ("hunter2", "4711", "December"):
        assert secret not in recording.model_dump_json()
    assert f'about "{UNSAID}"' in text
    assert 'choose "{month}" in combobox "Month"' in text
    assert 'expect text "Your money"' in text


async def test_what_is_typed_where_the_focus_is_is_a_secret_of_that_field(
    browser: PlaywrightBrowser, bank: str
) -> None:
    errand = Errand("Log in", bank, {"word": "hunter2"})
    made, recording = await recorded(
        browser, errand, do.Click(target=field("Password")), do.Type(text="hunter2"), do.Click(target=button("Log in"))
    )
    assert 'type "{word}" into textbox "Password"' in written(made)
    assert "hunter2" not in recording.model_dump_json()
    await replay(FakeRun(), browser, load(written(made)), {"word": "other", "start_url": bank})
    assert "p=other" in await browser.get_current_url()


async def test_what_is_typed_where_nobody_knows_is_a_secret(browser: PlaywrightBrowser, bank: str) -> None:
    _, recording = await recorded(browser, Errand("Log in", bank), do.Type(text="hunter2"))
    assert "hunter2" not in recording.model_dump_json()


async def test_a_secret_that_is_typed_key_by_key_cannot_be_replayed(browser: PlaywrightBrowser, bank: str) -> None:
    click = do.Click(target=field("PIN"))
    made, recording = await recorded(browser, Errand("Log in", bank), click, do.Press(key="4"), do.Press(key="7"))
    assert made == Unfit("a secret was typed key by key")
    assert "press" not in recording.model_dump_json()


async def test_two_secrets_of_one_name_are_two_parameters(browser: PlaywrightBrowser, bank: str) -> None:
    made, _ = await recorded(
        browser,
        Errand("Change it", bank, {"password": "older"}),
        do.Fill(target=field("PIN"), value="1111"),
        do.Fill(target=field("PIN"), value="2222"),
        do.Fill(target=field("Password"), value="newer"),
        do.Click(target=button("Log in")),
    )
    assert [*load(written(made)).parameters] == ["pin", "pin_2", "password_2"]
