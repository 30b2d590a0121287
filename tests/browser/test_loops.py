"""Loops of a playbook: over rows that are given, over rows that were read, over results, over pages; all bounded."""

from collections.abc import Iterator

import pytest
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.binding import bind
from gofer.browser.healing import Healed, Trouble
from gofer.browser.loops import given_rows
from gofer.browser.replay import Manner, Replayed, replay
from gofer.browser.written import load
from gofer.core.errors import Refused
from gofer.testing.fake_run import FakeRun, Killed

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

PAGES = {
    "list": """<ul><li class="row"><a href="/one">One</a></li><li class="row"><a href="/two">Two</a></li></ul>""",
    "one": "<h1>One</h1><p id=stock>3 left</p>",
    "two": "<h1>Two</h1><p id=stock>none</p>",
    "mails": """<h1>Mails</h1><script>
        for (const name of ['Ada', 'Bo', 'Cleo']) {
          const mail = document.createElement('div');
          mail.className = 'mail';
          mail.innerHTML = `<b>${name}</b><button class="archive">Archive</button>`;
          mail.querySelector('button').onclick = () => { mail.remove(); document.title += ' ' + name; };
          document.body.append(mail);
        }</script>""",
    "endless": """<h1 id=at>Page one</h1><li class="row"><b id=n>1</b></li><button onclick="
        n.textContent++; if (n.textContent == 3) at.textContent = 'The last page'">Next page</button>""",
}


@pytest.fixture(scope="session")
def pages() -> Iterator[str]:
    """Where these pages are."""
    with served(site(PAGES)) as address:
        yield address


async def play(browser: PlaywrightBrowser, text: str, run: FakeRun | None = None, **values: str) -> Replayed:
    """Replay what is written."""
    return await replay(run or FakeRun(), browser, load(text), values)


DETAILS = """playbook 2
open "{start_url}"
read ".row"
  column "name" from "a"
  column "link" from "a@href"
for each card of rows at most 5
  open "{card.link}"
    expect text "{card.name}"
  read "body"
    column "stock" from "#stock"
"""


async def test_each_row_that_was_read_is_opened_and_completed(browser: PlaywrightBrowser, pages: str) -> None:
    done = await play(browser, DETAILS, start_url=f"{pages}/list")
    assert [(row["name"], row["stock"]) for row in done.rows] == [("One", "3 left"), ("Two", "none")]


async def test_a_crash_inside_a_loop_goes_on_in_the_same_round(browser: PlaywrightBrowser, pages: str) -> None:
    for killed_after in range(1, 6):
        run = FakeRun(kill_after=killed_after)
        with pytest.raises(Killed):
            await play(browser, DETAILS, run, start_url=f"{pages}/list")
        done = await play(browser, DETAILS, run.again(), start_url=f"{pages}/list")
        assert [row["stock"] for row in done.rows] == ["3 left", "none"]


async def test_rows_of_a_parameter_fill_the_places(browser: PlaywrightBrowser, address: str) -> None:
    text = """playbook 2
parameter cities "where to"
for each trip of parameter "cities" at most 2
  open "{start_url}"
  fill field "City" with "{trip.city}"
    expect value "{trip.city}"
  choose "{trip.size}" in combobox "Size"
  click button "Go"
    expect url "*/echo?city={trip.city}*"
    expect text "{trip.city}"
"""
    run = FakeRun()
    cities = "city,size\nSão Paulo,Large\nOslo,Small\nRome,Small"
    done = await play(browser, text, run, start_url=f"{address}/form", cities=cities)
    assert done.acted == 8
    assert done.notes == ["Did 2 of 3, as many as the playbook allows."]
    with pytest.raises(Refused, match="it is not so that the field holds"):
        await play(
            browser, text.replace('value "{trip.city}"', 'value "x"'), start_url=f"{address}/form", cities=cities
        )


async def test_each_result_is_dealt_with_though_they_go_away(browser: PlaywrightBrowser, pages: str) -> None:
    text = """playbook 2
open "{start_url}"
for each mail of ".mail" at most 9
  click css "{mail} .archive"
read "body"
  column "about" from "h1"
"""
    await play(browser, text, start_url=f"{pages}/mails")
    assert (await browser.observe()).title == "mails Ada Bo Cleo"


async def test_each_result_that_stays_is_dealt_with_once(browser: PlaywrightBrowser, pages: str) -> None:
    text = """playbook 2
open "{start_url}"
for each mail of ".mail" at most 2
  click css "{mail} b"
read "body"
  column "about" from "h1"
"""
    done = await play(browser, text, start_url=f"{pages}/mails")
    assert (done.acted, done.unchecked) == (3, [3])
    assert done.notes == ["Did 2 of 3, as many as the playbook allows."]


async def test_pages_are_turned_until_the_page_says_so(browser: PlaywrightBrowser, pages: str) -> None:
    text = """playbook 2
open "{start_url}"
for each page at most 10
  next button "Next page"
  until text "The last page"
  read ".row"
    column "n" from "b"
"""
    done = await play(browser, text, start_url=f"{pages}/endless")
    assert [row["n"] for row in done.rows] == ["1", "2", "3"]
    assert (done.pages, done.notes) == (3, [])


async def test_a_step_that_is_optional_is_left_out_where_it_does_not_fit(
    browser: PlaywrightBrowser, pages: str
) -> None:
    text = """playbook 2
open "{start_url}"
click button "Accept cookies"
  tag "button"
  optional
"""
    run = FakeRun()
    done = await play(browser, text, run, start_url=f"{pages}/list")
    assert done.acted == 1
    assert len(run.memory.events) == 1


def test_rows_are_given_as_csv_or_as_json() -> None:
    assert given_rows("a,b\n1,2\n3,") == [{"a": "1", "b": "2"}, {"a": "3", "b": ""}]
    assert given_rows('[{"a": 1}]') == [{"a": "1"}]
    assert given_rows("[]") == given_rows("a,b", columns=["b"]) == []


PEOPLE = """playbook 2
parameter people "whom to greet"
for each p of parameter "people" at most 3
  open "http://a.example/{p.name}"
"""


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ("garbage", ""),
        ("", ""),
        ('{"a": 1}', ""),
        ("[1, 2]", ""),
        ("[1", "this is not JSON"),
        ('[{"x": 1}]', "row 1 has no “name”"),
        ('[{"name": 1}, {"x": 1}]', "row 2 has no “name”"),
        ("age\n36", "row 1 has no “name”"),
    ],
)
def test_a_parameter_that_holds_no_rows_is_refused_before_anything_starts(people: str, why: str) -> None:
    wanted = "people: it must be CSV with a first line of names, or a JSON list of objects"
    with pytest.raises(Refused, match=f"{wanted}.*{why}") as caught:
        bind(load(PEOPLE), {"people": people})
    assert caught.value.code == "ERR_INVALID_INPUT"


async def test_a_list_of_nothing_is_said_to_be_one(browser: PlaywrightBrowser) -> None:
    done = await play(browser, PEOPLE, people="[]")
    assert (done.acted, done.notes) == (0, ["“people” has 0 rows."])


async def test_a_cell_that_a_row_lacks_is_named_and_not_mended(browser: PlaywrightBrowser, pages: str) -> None:
    async def never(trouble: Trouble) -> Healed | None:
        raise AssertionError(trouble)

    text = DETAILS.replace("{card.link}", "{card.url}")
    with pytest.raises(Refused, match=r"Step 4 .*there is no value for “card.url”"):
        await replay(FakeRun(), browser, load(text), {"start_url": f"{pages}/list"}, Manner(never))
