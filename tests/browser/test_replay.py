"""A playbook does what was recorded, step by step, or says which step it could not do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.playbook import Playbook
from gofer.browser.replay import Manner, Replayed, replay
from gofer.browser.written import bundled, load
from gofer.core.action import Action, Click
from gofer.core.attempt import Attempt, refusal
from gofer.core.errors import GoferError, Refused
from gofer.core.event import BrowserActed
from gofer.core.page import Change
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
    """A playbook from steps in JSON, which begins at its start."""
    return load(json.dumps({"steps": [act("navigate", url="{start_url}"), *steps]}))


def act(do: str, see: str = "", **action: object) -> dict[str, object]:
    """A step that does one action, and what it expects to see."""
    return {"do": "act", "action": {"do": do, **action}, "expect": [{"see": see}] if see else []}


def reading(**more: object) -> dict[str, object]:
    """A step that reads rows of the site of oddities."""
    return {"do": "read", "each": ".row", "fields": {"name": "b"}, **more}


def paging(following: dict[str, str], most: int = 10, **more: object) -> dict[str, object]:
    """A step that reads such rows on each page."""
    return {"do": "pages", "next": following, "most": most, "steps": [reading(**more)]}


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
    steps = playbook(paging(NEXT))
    run = FakeRun(kill_after=4)
    with pytest.raises(Killed):
        await replay(run, browser, steps, {"start_url": f"{address}/listed"})
    await browser.navigate("about:blank")
    with pytest.raises(Refused, match="cannot be brought back"):
        await replay(run.again(), browser, steps, {"start_url": f"{address}/listed"})


async def test_rows_that_change_without_a_new_address_are_waited_for(browser: PlaywrightBrowser, address: str) -> None:
    done = await replay(FakeRun(), browser, playbook(paging(NEXT)), {"start_url": f"{address}/listed"})
    assert [row["name"] for row in done.rows] == ["Item 1", "Item 2", "Item 3"]


async def test_pages_that_go_in_a_circle_end(browser: PlaywrightBrowser, address: str) -> None:
    following = {"role": "link", "name": "Next page"}
    done = await replay(FakeRun(), browser, playbook(paging(following)), {"start_url": f"{address}/circle"})
    assert done.rows == [{"name": "Same"}]
    assert "same rows" in done.notes[0]


async def test_more_pages_than_asked_for_are_told(browser: PlaywrightBrowser, shop_address: str) -> None:
    steps = playbook(
        act("click", target={"role": "button", "name": "Search"}),
        paging({"role": "link", "name": "Next page"}, 2, each=".card", fields={"name": ".name"}),
    )
    done = await replay(FakeRun(), browser, steps, {"start_url": shop_address})
    assert len(done.rows) == 16
    assert done.notes == ["Stopped after 2 pages, though there are more."]


@pytest.mark.parametrize(
    ("page", "step", "told"),
    [
        ("form", act("click", "gone", target={"role": "button", "name": "Gone"}), 'Step 2 .*no button "Gone"'),
        ("twins", act("click", "gone", target={"role": "button", "name": "Buy"}), "Step 2 .*2 elements match"),
        ("form", reading(), r"Step 2 .*Nothing on the page matches `.row`"),
        ("rows", reading(fields={"name": "b", "price": ".gone"}), "Step 2 .*None of the 2 rows has a “price”"),
        ("manynext", paging({"role": "link", "name": "Next page"}), "Step 2 .*2 elements match"),
        ("status/503", {"do": "picture", "name": "a.png"}, r"Step 1 .*answered 503"),
        ("status/404", {"do": "picture", "name": "a.png"}, r"Step 1 .*answered 404"),
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
    steps = playbook(act("fill", "filled", target=field, value="mug"), {"do": "picture", "name": "a.png"})
    run = FakeRun(kill_after=2)
    with pytest.raises(Killed):
        await replay(run, browser, steps, {"start_url": f"{address}/typing"})
    await browser.navigate("about:blank")
    await replay(run.again(), browser, steps, {"start_url": f"{address}/typing"})
    assert (await browser.get_current_url()).endswith("?q=mug")


PAGES = {
    "continue": """<h1>Cart</h1><button id="go">Continue</button><button>Delete account</button><script>
        onclick = event => document.body.append(' You chose ' + event.target.textContent)</script>""",
    "login": """<h1>Log in</h1><form action="/login"><label>Password <input type="password" name="p"></label>
        <label>Note <input name="note"></label><button>Go</button></form>""",
    "veiled": """<label>Password <input type="password" readonly></label>""",
    "long": """<h1>Long</h1>
        <button onclick="location.hash = 'x'.repeat(1e5); document.body.append(' There')">Go</button>""",
    "banner": "<h1>News</h1><button>Accept</button><button>Accept</button>",
    "pay": """<p id="said"></p><button onclick="this.n = (this.n ?? 0) + 1;
        said.textContent = 'Paid ' + this.n + ' times'">Pay</button>""",
    "toggle": "<h1>Ada</h1><button id=b onclick=\"location = '/login'\">Archive</button>",
}


@pytest.fixture(scope="session")
def pages() -> Iterator[str]:
    """Where these pages are."""
    with served(site(PAGES)) as address:
        yield address


class Meddled:
    """A browser whose page somebody changes between finding an element and clicking it."""

    def __init__(self, wrapped: PlaywrightBrowser, *scripts: str) -> None:
        self._wrapped = wrapped
        self._scripts = list(scripts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Meddled with, then done."""
        if isinstance(action, Click) and self._scripts:
            await (await self._wrapped._tabs.current()).evaluate(self._scripts.pop(0))
        return await self._wrapped.act(action, tell=tell)


CONTINUE = """playbook 2
open "{start_url}"
click button "Continue"
  tag "button"
  attribute id "go"
  expect text "You chose Continue"
"""


@pytest.mark.parametrize("pictures", [False, True])
async def test_an_element_that_moved_after_it_was_found_is_found_anew(
    browser: PlaywrightBrowser, pages: str, pictures: bool
) -> None:
    meddled: Any = Meddled(browser, "go.before(document.querySelectorAll('button')[1])")
    given = {"start_url": f"{pages}/continue"}
    await replay(FakeRun(), meddled, load(CONTINUE), given, Manner(pictures=pictures))
    assert "You chose Delete" not in str((await browser.observe()).text)


async def test_an_element_that_became_another_one_after_it_was_found_is_not_clicked(
    browser: PlaywrightBrowser, pages: str
) -> None:
    meddled: Any = Meddled(browser, "go.textContent = 'Delete account'")
    given = {"start_url": f"{pages}/continue"}
    with pytest.raises(Refused, match=r"Nothing on the page is .*Continue.* says “Delete account”"):
        await replay(FakeRun(), meddled, load(CONTINUE), given, Manner(appears=0.3))
    assert "You chose" not in (await browser.observe()).text


async def test_an_element_that_is_renamed_while_it_is_waited_for_is_not_clicked(
    browser: PlaywrightBrowser, pages: str
) -> None:
    script = "go.disabled = true; setTimeout(() => { go.textContent = 'Delete account'; go.disabled = false }, 300)"
    meddled: Any = Meddled(browser, script)
    given = {"start_url": f"{pages}/continue"}
    with pytest.raises(GoferError):
        await replay(FakeRun(), meddled, load(CONTINUE), given, Manner(appears=0.3))
    assert "You chose" not in (await browser.observe()).text


async def test_an_optional_step_is_left_out_only_where_nothing_is_there(browser: PlaywrightBrowser, pages: str) -> None:
    text = """playbook 2
open "{start_url}"
click button "Accept"
  optional
  expect no text "We use cookies"
"""
    done = await replay(FakeRun(), browser, load(text), {"start_url": f"{pages}/login"})
    assert done.acted == 1
    with pytest.raises(Refused, match="2 elements match"):
        await replay(FakeRun(), browser, load(text), {"start_url": f"{pages}/banner"})
    wanted = text.replace('no text "We use cookies"', 'text "Accepted"')
    with pytest.raises(Refused, match="left out, but it is not so that the page says"):
        await replay(FakeRun(), browser, load(wanted), {"start_url": f"{pages}/login"})


async def test_a_click_that_lands_on_another_page_did_not_make_its_button_go(
    browser: PlaywrightBrowser, pages: str
) -> None:
    text = 'playbook 2\nopen "{start_url}"\nclick button "Archive"\n  tag "button"\n  expect gone\n'
    with pytest.raises(Refused, match="not so that the element is gone"):
        await replay(FakeRun(), browser, load(text), {"start_url": f"{pages}/toggle"})


async def test_a_step_that_nothing_checks_is_told_as_such(browser: PlaywrightBrowser, pages: str) -> None:
    text = """playbook 2
open "{start_url}"
click button "Continue"
click button "Continue"
  expect text "You chose Continue"
"""
    run = FakeRun()
    done = await replay(run, browser, load(text), {"start_url": f"{pages}/continue"})
    told = [event.sentence.partition("Continue")[2] for event in run.memory.events if isinstance(event, BrowserActed)]
    assert (done.unchecked, told[1:]) == ([2], ['" (unchecked)', '"'])


async def test_nothing_is_done_by_a_playbook_that_could_not_fail(browser: PlaywrightBrowser, pages: str) -> None:
    run = FakeRun()
    with pytest.raises(Refused, match=r"Step 2 .*cannot be relied on"):
        await replay(run, browser, load('playbook 2\nopen "{start_url}"\nclick button "Go"\n'), {"start_url": pages})
    assert run.memory.steps == {}


@pytest.mark.parametrize("field", ['field "Password"', 'css "input[type=password]"'])
async def test_no_secret_is_in_what_a_failed_step_says(browser: PlaywrightBrowser, pages: str, field: str) -> None:
    text = f"""playbook 2
parameter password "a secret, to be given: it is never written down"
open "{{start_url}}"
fill {field} with "{{password}}"
  expect value "{{password}}"
"""
    secret = "hunter2 " * 12
    run = FakeRun()
    with pytest.raises(GoferError) as refused:
        await replay(run, browser, load(text), {"password": secret, "start_url": f"{pages}/veiled"})
    told = f"{refused.value.message} {refused.value.next_step} {refused.value.__cause__} {list(run.memory.steps)}"
    assert "hunter2" not in told
    assert "{password}" in told


async def test_no_secret_and_nothing_personal_is_in_events_and_their_addresses(
    browser: PlaywrightBrowser, pages: str
) -> None:
    text = """playbook 2
parameter code "given"
parameter mail "given"
open "{start_url}"
fill field "Password" with "{code}"
fill field "Note" with "{mail}"
click button "Go"
  expect url "*/login?p={code}&note={mail}"
"""
    run = FakeRun()
    values = {"code": "s3same open!", "mail": "ada@post.example", "start_url": f"{pages}/login"}
    await replay(run, browser, load(text), values)
    told = " ".join(event.model_dump_json() for event in run.memory.events) + " ".join(run.memory.steps)
    assert not [form for form in ("s3same", "ada@", "ada%40") if form in told]
    assert "login?p={code}&note={mail}" in told


async def test_an_address_of_any_length_is_told_and_remembered_cut(browser: PlaywrightBrowser, pages: str) -> None:
    text = 'playbook 2\nopen "{start_url}"\nclick button "Go"\n  expect text "There"\n'
    run = FakeRun()
    await replay(run, browser, load(text), {"start_url": f"{pages}/long"})
    assert max(len(event.url) for event in run.memory.events if isinstance(event, BrowserActed)) == 2000
    assert max(map(len, run.memory.steps.values())) < 3000


class Late:
    """A browser on whose page something gets in the way, until a person clears it with a script."""

    def __init__(self, wrapped: PlaywrightBrowser, clears: str, unsure: bool = False) -> None:
        self._wrapped = wrapped
        self._clears = clears
        self._unsure = unsure
        self.cleared_times = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._wrapped, name)

    async def cleared(self) -> bool:
        """Once."""
        self.cleared_times += 1
        if self.cleared_times == 1:
            await (await self._wrapped._tabs.current()).evaluate(self._clears)
        return self.cleared_times == 1

    async def act(self, action: Action, *, tell: bool = True) -> Change:
        """Done; nobody knows."""
        change = await self._wrapped.act(action, tell=tell)
        if self._unsure and isinstance(action, Click):
            raise refusal("Something got in the way.", Attempt.UNSURE)
        return change


@pytest.mark.parametrize(
    ("steps", "clears"),
    [
        ('click button "Pay"\n  tag "button"\n  expect text "Thanks"', "said.textContent = 'Thanks'"),
        (
            'click button "More"\n  tag "button"\n  expect gone',
            "document.body.innerHTML = '<button onclick=this.remove()>More'",
        ),
        ('read ".row"\n  column "name" from "b"', "document.body.innerHTML = '<p class=row><b>One</b></p>'"),
        (
            'read table "Orders"\n  tag "table"',
            "document.body.innerHTML = '<table aria-label=Orders><tr><td>a<tr><td>b</table>'",
        ),
    ],
)
async def test_what_gets_in_the_way_late_is_cleared_before_a_step_is_given_up(
    browser: PlaywrightBrowser, pages: str, steps: str, clears: str
) -> None:
    late: Any = Late(browser, clears)
    text = f'playbook 2\nopen "{{start_url}}"\n{steps}\n'
    await replay(FakeRun(), late, load(text), {"start_url": f"{pages}/pay"}, Manner(appears=0.3))
    assert late.cleared_times == 1


async def test_a_step_of_which_nobody_knows_is_done_where_its_signs_show_and_never_done_twice(
    browser: PlaywrightBrowser, pages: str
) -> None:
    text = 'playbook 2\nopen "{start_url}"\nclick button "Pay"\n  expect text "Paid 1 times"\n'
    late: Any = Late(browser, "0", unsure=True)
    await replay(FakeRun(), late, load(text), {"start_url": f"{pages}/pay"})
    late = Late(browser, "said.textContent = 'Sorry'", unsure=True)
    with pytest.raises(Refused, match="got in the way"):
        await replay(FakeRun(), late, load(text.replace("1 times", "2 times")), {"start_url": f"{pages}/pay"})
