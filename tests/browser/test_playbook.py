"""A playbook is text that people can read and change, and it is checked before anything is done with it."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from gofer.browser.binding import bind, bound, hosts, opening
from gofer.browser.playbook import Act, Each, Expect, Pages, Picture, Playbook, Read, Save, Step, Table
from gofer.browser.sentences import sentence
from gofer.browser.written import as_text, bundled, load
from gofer.core import action as do
from gofer.core.action import Action, Target
from gofer.core.errors import Refused
from gofer.core.fingerprint import Fingerprint

SEARCH = """playbook 2
parameter q "what to look for"

open "{start_url}find?q={q}"
"""

TEXT = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=12)
WORDS = TEXT.filter(bool)
SELECTOR = TEXT.map(lambda text: f"x[y={json.dumps(text, ensure_ascii=False)}]")
TARGET: SearchStrategy[Target] = st.one_of(
    st.builds(
        Target, role=st.sampled_from(["button", "link"]), name=st.none() | TEXT, nth=st.none() | st.integers(0, 9)
    ),
    st.builds(Target, label=WORDS),
    st.builds(Target, css=SELECTOR),
    st.builds(Target, name=TEXT),
    st.builds(Target, role=st.just("img"), name=TEXT, css=SELECTOR),
)
NUMBER = st.integers(-400, 400).map(lambda n: n / 8)
ACTION: SearchStrategy[Action] = st.one_of(
    st.builds(do.Navigate, url=TEXT.map(lambda text: f"/{text}")),
    st.builds(do.Back),
    st.builds(do.Click, target=TARGET, button=st.sampled_from(["left", "right", "middle"]), double=st.booleans()),
    st.builds(do.Fill, target=TARGET, value=TEXT),
    st.builds(do.Type, text=TEXT, target=st.none() | TARGET),
    st.builds(do.Press, key=TEXT, target=st.none() | TARGET),
    st.builds(do.Select, target=TARGET, values=st.lists(TEXT, min_size=1, max_size=3).map(tuple)),
    st.builds(do.Check, target=TARGET, on=st.booleans()),
    st.builds(do.Upload, target=TARGET, paths=st.lists(TEXT, min_size=1, max_size=2).map(tuple)),
    st.builds(do.Download, target=TARGET),
    st.builds(do.Hover, target=TARGET),
    st.builds(do.Drag, target=TARGET, onto=st.none() | TARGET, by=st.none() | st.tuples(st.integers(), st.integers())),
    st.builds(do.Scroll, target=st.none() | TARGET, screens=NUMBER),
    st.builds(do.WaitFor, text=st.none() | TEXT, target=st.none() | TARGET, url=st.none() | TEXT, gone=st.booleans()),
    st.builds(do.SwitchTab, number=st.integers(1, 9), close=st.booleans()),
    st.builds(do.Point, x=NUMBER, y=NUMBER, to=st.none() | st.tuples(NUMBER, NUMBER), double=st.booleans()),
)
FINGERPRINT = st.builds(
    Fingerprint,
    tag=st.sampled_from(["a", "input"]),
    role=TEXT,
    name=TEXT,
    label=TEXT,
    attributes=st.dictionaries(st.sampled_from(["id", "name", "data-testid"]), TEXT),
    classes=st.lists(TEXT, max_size=2).map(tuple),
    path=TEXT,
    near=TEXT,
    nth=st.integers(0, 3),
    of=st.integers(1, 3),
    alike=st.integers(1, 3),
)
NOTES = st.lists(st.sampled_from(["", "a remark", "# more"]), max_size=2).map(tuple)
EXPECT = st.one_of(
    st.builds(Expect, see=st.sampled_from(["url", "text", "no text", "value", "state"]), what=TEXT),
    st.builds(Expect, see=st.sampled_from(["filled", "gone", "shown", "file"])),
    st.builds(Expect, see=st.sampled_from(["element", "no element"]), target=TARGET.filter(lambda one: not one.css)),
)
PLAIN: SearchStrategy[Step] = st.one_of(
    st.builds(
        Act,
        notes=NOTES,
        action=ACTION,
        element=st.none() | FINGERPRINT,
        onto=st.none() | FINGERPRINT,
        expect=st.lists(EXPECT, max_size=3).map(tuple),
        goal=TEXT,
        optional=st.booleans(),
    ),
    st.builds(Read, notes=NOTES, each=SELECTOR, fields=st.dictionaries(TEXT, SELECTOR, min_size=1, max_size=3)),
    st.builds(Table, target=TARGET.filter(lambda one: not (one.css and one.role)), element=st.none() | FINGERPRINT),
    st.builds(Picture, name=st.just("a.png")),
    st.builds(Save, name=st.just("a.csv")),
)


def _loops(inner: SearchStrategy[Step]) -> SearchStrategy[Step]:
    steps = st.lists(inner, min_size=1, max_size=2).map(tuple)
    following = TARGET.filter(lambda one: not (one.css and one.role))
    return st.one_of(
        st.builds(
            Pages, notes=NOTES, next=following, element=st.none() | FINGERPRINT, until=st.none() | EXPECT, steps=steps
        ),
        st.builds(Each, name=st.just("card"), source=st.just("page"), of=SELECTOR, steps=steps),
        st.builds(Each, source=st.just("rows"), steps=steps),
    )


STEPS = st.lists(st.recursive(PLAIN, _loops, max_leaves=4), min_size=1, max_size=4).map(tuple)
PLAYBOOK = st.builds(
    Playbook, name=st.sampled_from(["", "a-b"]), about=TEXT, start=TEXT, steps=STEPS, notes=NOTES, last=NOTES
)


@given(PLAYBOOK)
@example(Playbook(steps=(Read(each="a", fields={"at": 'x[y="@"]', "to": 'x[y="a@b"]@href'}),)))
def test_what_is_written_is_read_back_without_a_difference(playbook: Playbook) -> None:
    text = as_text(playbook)
    assert load(text) == playbook
    assert as_text(load(text)) == text
    assert load(playbook.model_dump_json()) == playbook


def test_the_bundled_playbook_is_written_as_it_is_read() -> None:
    text = as_text(bundled("price_watch"))
    assert text.startswith("# The demo errand")
    assert '\nfill searchbox "Search the shop" with "{search}"\n  expect value "{search}"\n' in text


def test_whoever_edits_a_step_changes_what_it_means_and_not_only_what_it_says() -> None:
    text = """playbook 2

click button "Send"
  tag "button"
  classes "main"
  expect gone
"""
    (step,) = load(text.replace('"Send"', '"Send it"')).steps
    assert isinstance(step, Act)
    assert step.element is not None
    assert (step.element.name, step.element.role) == ("Send it", "button")


def test_values_are_quoted_in_addresses_but_the_start_is_not() -> None:
    step = bind(load(SEARCH), {"q": "a b&c/../", "start_url": "http://a.example/"})[0]
    assert isinstance(step, Act)
    assert isinstance(step.action, do.Navigate)
    assert step.action.url == "http://a.example/find?q=a%20b%26c%2F..%2F"


def test_a_value_that_is_a_whole_address_is_not_quoted() -> None:
    step = Act(action=do.Navigate(url="{row.link}"))
    told = bound(step, {"row.link": "http://a.example/x?y=1"}).action
    assert isinstance(told, do.Navigate)
    assert told.url == "http://a.example/x?y=1"


def test_a_value_with_braces_is_put_in_as_it_is() -> None:
    step = bind(bundled("price_watch"), {"search": "{start_url}", "start_url": "http://a.example/"})[1]
    assert sentence(step).endswith("with “{start_url}”")


def test_a_missing_parameter_is_named_with_what_it_is_for() -> None:
    with pytest.raises(Refused, match="needs the parameter “q”: what to look for"):
        bind(load(SEARCH), {"start_url": "http://a.example/"})


def test_an_unknown_parameter_is_named_with_those_there_are() -> None:
    with pytest.raises(Refused, match=r"no parameter “qq”\. It has: q"):
        bind(load(SEARCH), {"q": "x", "qq": "y"})


def test_the_sites_that_steps_open_or_come_to_are_known_beforehand() -> None:
    text = f'{SEARCH}  expect url "https://b.example/*"\n'
    assert hosts(load(text), {"q": "x", "start_url": "https://a.example:8443/"}) == ("a.example:8443", "b.example")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("open", "begins with the line `playbook 2`"),
        ("playbook 3\n", "begins with the line"),
        ("playbook 2\n", "steps"),
        ('playbook 2\nfly "x"', "line 2: there is no step “fly”"),
        ('playbook 2\nopen "x', "line 2: a quotation mark is missing"),
        ('playbook 2\nopen "x" fast', "line 2: “fast” is one word too many"),
        ('playbook 2\nclick button "x"\n   expect gone', "line 3: indent it"),
        ('playbook 2\nclick button "x"\n  expect rain', "line 3: .*url"),
        ('playbook 2\nclick button "x"\n  colour "red"', "line 3: `colour` says nothing"),
        ("playbook 2\nclick", "line 2: say which element"),
        ('playbook 2\nsave "../x.csv"', "line 2: .*pattern"),
        ('playbook 2\nopen "http://{site}"', "differ: site"),
        ('playbook 2\nparameter q ""\nopen "http://a.example"', "differ: q"),
        ('playbook 2\nopen "{row.link}"', "differ: row.link"),
        ('playbook 2\nfor each page at most 5\n  read ".x"\n    column "a" from "b"', r"line 2: .*next link"),
        ('playbook 2\nback\nopen "file:///etc/passwd"', "line 3: .*file:///etc/passwd.* must begin with http"),
        ('playbook 2\nopen "not a url"', "line 2: .*not an address"),
        ('playbook 2\nopen "javascript:alert(1)"', "line 2: .*not an address"),
        ("playbook 2\nback\nclick e12", "line 3: a reference such as e12"),
        ('playbook 2\nclick button "A"\n  expect element f1e2', "line 2: a reference such as e12"),
        ('playbook 2\nread "div[["\n  column "a" from "b"', r"line 2: “div\[\[” is not a CSS selector"),
        ('playbook 2\nread "div"\n  column "a" from "b)@href"', r"line 2: “b\)” is not a CSS selector"),
        ('playbook 2\nclick css "a[title=\\"x]"', "line 2: .*is not a CSS selector"),
        ('playbook 2\nfor each page at most 1\n  next e3\n  read "div["', "line 4"),
        ('playbook 2\nfor each page at most 500\n  next link "N"\n  back', "line 2: .*100"),
    ],
)
def test_a_text_that_is_no_playbook_is_refused_with_its_line(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        load(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "JSON"),
        ('{"steps": []}', "steps"),
        ('{"steps": [{"do": "fly"}]}', r"steps\.0"),
        ('{"steps": [{"do": "act", "action": {"do": "back", "fast": 1}}]}', r"steps\.0\.act\.action\.back\.fast"),
        ('{"steps": [{"do": "act", "action": {"do": "click", "target": {"ref": "e1"}}}]}', "a reference such as e12"),
        ('{"steps": [{"do": "act", "action": {"do": "navigate", "url": "file:///x"}}]}', "not an address"),
        ('{"version": 3, "steps": [{"do": "act", "action": {"do": "back"}}]}', "version"),
        ('{"version": 1, "steps": [{"do": "act", "action": {"do": "back"}}]}', "version"),
        ('{"steps": [{"do": "back"}]}', r"steps\.0"),
    ],
)
def test_json_that_is_no_playbook_is_refused_with_the_place(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        load(text)


def test_an_unknown_bundled_playbook_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="gofer brings price_watch"):
        bundled("../secrets")


def test_every_step_of_the_bundled_playbook_reads_as_a_sentence() -> None:
    steps = bind(bundled("price_watch"), {"search": "mug", "start_url": "http://a.example/"})
    assert [sentence(step) for step in steps] == [
        "Open http://a.example/",
        'Fill searchbox "Search the shop" with “mug”',
        'Click button "Search"',
        "Take a picture, results.png",
        "Do this on each page",
        "Save prices.csv",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'open "{start_url}"',
        'open "/cart"',
        'open "http://a.example/{start_url}"',
        'click css "a[title=\\"]\\"]:nth-match(.x, 2)"',
        """read "li:has(a[href*='('])"\n  column "a" from "@href"\n  column "b" from \"\"""",
    ],
)
def test_what_may_make_sense_on_some_page_is_read(line: str) -> None:
    assert load(f"playbook 2\n{line}").steps


def test_a_playbook_that_opens_a_site_by_itself_knows_where_it_begins() -> None:
    def begins(*steps: str, **values: str) -> str:
        return opening(load("\n".join(["playbook 2", *steps])), values)

    looped = 'parameter o "rows"\nfor each order of parameter "o" at most 2\n  open "http://shop.example:81/{order.n}"'
    assert begins(looped, o="n\n1") == "http://shop.example:81/"
    assert begins('open "https://a.example/x"', "back") == "https://a.example/"
    assert begins('parameter s "site"\nopen "https://{s}/x"', s="b.example") == "https://b.example/"
    assert begins("back", 'open "https://a.example/"') == begins('open "/x"') == ""
    assert begins('open "https://a.example/"', 'open "{start_url}"') == ""
