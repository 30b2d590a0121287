"""What a model did is written down with names for values, and nothing that is private."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.browser.chromium import served
from tests.browser.recorded import button, field, recorded
from tests.browser.site import site

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.drafting import Errand, Unfit, agree
from gofer.browser.playbook import Playbook
from gofer.browser.recording import Recording
from gofer.browser.replay import replay
from gofer.browser.traces import address as like
from gofer.browser.written import as_text, load
from gofer.core import action as do
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

PAGES = {
    "join": """<h1>Join</h1><form action="/echo"><label>Name <input name="n"></label>
        <label>Mail <input name="m" type="email"></label><label>Password <input name="p" type="password"></label>
        <label>Code <input name="c" autocomplete="one-time-code"></label><label>Town <input name="t"></label>
        <label>Team <select name="s"><option>Red<option>Blue</select></label>
        <label><input type="checkbox" name="ok"> I agree</label><button>Join</button></form>""",
    "menu": """<button id="more" aria-expanded="false" onclick="this.setAttribute('aria-expanded', true)">More</button>
        <button id="bye" onclick="this.remove()">Hide me</button><button id="idle">Idle</button>
        <button onclick="document.body.insertAdjacentHTML('beforeend', '<p role=status>It is saved</p>')">Save</button>
        <canvas width="50" height="50"></canvas>""",
}


@pytest.fixture(scope="session")
def pages() -> Iterator[str]:
    """Where these pages are."""
    with served(site(PAGES)) as address:
        yield address


async def joined(browser: PlaywrightBrowser, pages: str, **values: str) -> tuple[str, Recording]:
    """A form with all kinds of values, filled in and sent."""
    errand = Errand("Join as Ada in the Blue team of Bergen", f"{pages}/join", values)
    made, recording = await recorded(
        browser,
        errand,
        do.Fill(target=field("Name"), value="Ada"),
        do.Fill(target=field("Mail"), value="ada@example.org"),
        do.Fill(target=field("Password"), value="hunter2!"),
        do.Fill(target=field("Code"), value="993311"),
        do.Fill(target=field("Town"), value="Trondheim"),
        do.Select(target=field("Team"), values=("Blue",)),
        do.Check(target=field("I agree")),
        do.Click(target=button("Join")),
    )
    assert isinstance(made, Playbook), made
    return as_text(made), recording


async def test_only_what_the_goal_says_and_nobody_owns_stays_a_value(browser: PlaywrightBrowser, pages: str) -> None:
    text, _ = await joined(browser, pages, code="993311")
    assert 'fill textbox "Name" with "{name}"' in text
    assert 'fill textbox "Mail" with "{mail}"' in text
    assert 'with "{password}"' in text
    assert 'fill textbox "Code" with "{code}"' in text
    assert 'fill textbox "Town" with "{town}"' in text
    assert 'choose "Blue" in combobox "Team"\n' in text
    assert 'parameter town "Town, to be given: the goal does not say it"' in text
    for private in ("hunter2", "993311", "ada@example.org", "ada%40", "Trondheim", "Ada"):
        assert private not in text


async def test_a_password_is_not_even_kept_while_it_is_recorded(browser: PlaywrightBrowser, pages: str) -> None:
    _, recording = await joined(browser, pages, secret="hunter2!")
    assert "hunter2" not in recording.model_dump_json()
    assert "{secret}" in recording.model_dump_json()


async def test_each_step_says_what_must_be_so_afterwards(browser: PlaywrightBrowser, pages: str) -> None:
    text, _ = await joined(browser, pages)
    playbook = load(text)
    signs = [[one.see for one in getattr(step, "expect", ())] for step in playbook.steps]
    assert signs[:8] == [["url", "text"], ["value"], ["value"], ["filled"], ["filled"], ["value"], ["value"], ["value"]]
    assert signs[8][0] == "url"


async def test_what_was_recorded_is_replayed_with_other_values(browser: PlaywrightBrowser, pages: str) -> None:
    text, _ = await joined(browser, pages)
    values = {
        "name": "Bo",
        "mail": "bo@example.org",
        "password": "other",
        "code": "1234",
        "town": "Oslo",
        "start_url": f"{pages}/join",
    }
    run = FakeRun()
    await replay(run, browser, load(text), values)
    seen = (await browser.observe()).text
    assert "Oslo" in seen
    assert "other" in seen
    told = " ".join(getattr(event, "sentence", "") for event in run.memory.events)
    assert "“{password}”" in told
    assert "other" not in told


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("More", 'expect state "aria-expanded=true"'),
        ("Hide me", "expect gone"),
        ("Save", 'expect text "It is saved"'),
        ("Idle", "expect shown"),
    ],
)
async def test_a_click_is_known_by_what_it_changed(
    browser: PlaywrightBrowser, pages: str, name: str, sign: str
) -> None:
    made, _ = await recorded(browser, Errand("Click", f"{pages}/menu"), do.Click(target=button(name)))
    assert isinstance(made, Playbook)
    assert f"  {sign}\n" in as_text(made)


async def test_a_pixel_that_changes_nothing_cannot_be_replayed(browser: PlaywrightBrowser, pages: str) -> None:
    made, _ = await recorded(browser, Errand("Click", f"{pages}/menu"), do.Point(x=600, y=400))
    assert isinstance(made, Unfit)
    assert "nothing that can be checked" in made.why


async def test_looking_about_does_not_tell_runs_apart(browser: PlaywrightBrowser, pages: str) -> None:
    errand = Errand("Click", f"{pages}/menu")
    one, _ = await recorded(browser, errand, do.Click(target=button("Save")))
    scroll: Any = do.Scroll(screens=1)
    two, _ = await recorded(browser, errand, scroll, do.Click(target=button("Save")))
    other, _ = await recorded(browser, errand, do.Click(target=button("More")))
    assert isinstance(one, Playbook)
    assert isinstance(two, Playbook)
    assert isinstance(other, Playbook)
    assert agree(one, two)
    assert not agree(one, other)


def test_what_varies_in_an_address_is_left_open() -> None:
    assert like("https://a.example/orders/10442/edit?sort=up&token=9f8e7d6c5b4a#/tab/1") == (
        "https://a.example/orders/*/edit?sort=up&token=*#/tab/1"
    )


def test_names_and_passwords_before_a_host_are_in_no_sign() -> None:
    assert like("https://bob:hunter2@a.example/x") == "https://a.example/x"
