"""A view never exceeds its cap, is the same for the same page, and shows only references that exist."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.browser.snapshots import PAGES, Element, told

from gofer.browser.tokens import count
from gofer.browser.view.difference import difference
from gofer.browser.view.viewer import sight
from gofer.browser.view.wording import clipped
from gofer.core.page import Look

REF = re.compile(r"\[((?:f\d+)?e\d+)\]")
LOOKS = st.one_of(
    st.builds(Look, mode=st.sampled_from(["whole", "viewport"]), cap=st.integers(100, 3000)),
    st.builds(Look, mode=st.just("find"), find=st.sampled_from(["x", "a b", "", "[e1]"]), cap=st.integers(100, 900)),
)
NOTES = st.lists(st.sampled_from(["", "A dialog said [e1]", "n" * 5000, "\x00\n[note] x"]), max_size=12)


@given(page=PAGES, look=LOOKS, notes=NOTES)
def test_every_view_of_every_page_keeps_to_its_cap_and_to_references_that_exist(
    page: list[Element], look: Look, notes: list[str]
) -> None:
    snapshot = told(page)
    view = sight(snapshot, [], "http://x/", notes).view(look)
    assert view.tokens == count(view.text) <= look.cap
    assert set(REF.findall(view.text)) <= set(re.findall(r"\[ref=([\w]+)\]", snapshot))
    assert view == sight(snapshot, [], "http://x/", notes).view(look)


@given(before=PAGES, after=PAGES, cap=st.integers(100, 2000))
def test_every_difference_keeps_to_the_cap_too(before: list[Element], after: list[Element], cap: int) -> None:
    old, new = (sight(told(page), [], "http://x/") for page in (before, after))
    change = difference(old, new, cap)
    assert change.tokens == count(change.text) <= cap
    assert difference(new, new, cap).text in ("nothing changed", new.view(Look(cap=cap)).text)


def cards(number: int) -> str:
    """A list of cards, 100 px each."""
    return "- list [ref=e1] [box=0,0,900,900]:\n" + "\n".join(
        f"  - listitem [ref=e{n}] [box=0,{n * 100},900,90]:\n"
        f'    - link "Thing number {n}" [ref=e{n}1] [box=0,{n * 100},90,20]\n'
        f"    - text: {'about it ' * 20}"
        for n in range(10, number + 10)
    )


def test_prose_goes_before_any_element_does() -> None:
    view = sight(cards(40), [], "u").view(Look(cap=1000))
    assert view.interactive == 40
    assert view.truncated
    assert view.text.endswith("texts are shortened or left out, use find or read")


def test_a_long_list_says_how_many_items_are_missing() -> None:
    view = sight(cards(400), [], "u").view(Look(cap=1000))
    missing = re.search(r"… (\d+) more items, use find or scroll", view.text)
    assert missing
    assert view.interactive + int(missing[1]) == 400


@pytest.mark.parametrize("text", ["word " * 50_000, "x" * 300_000, "🙂" * 50_000])
def test_one_endless_text_is_cut(text: str) -> None:
    view = sight(f"- paragraph [ref=e1] [box=0,0,9,9]: {text}", [], "u").view(Look(cap=100))
    assert view.tokens <= 100
    assert view.truncated


def test_what_a_dialog_says_stays_when_prose_must_go() -> None:
    dialog = '\n- dialog "Sure?" [ref=e2] [box=0,0,90,90]:\n  - paragraph [ref=e3] [box=0,0,9,9]: All will be lost.'
    view = sight(cards(400) + dialog, [], "u").view(Look(cap=400))
    assert "All will be lost." in view.text


def test_titles_addresses_and_notes_are_bounded() -> None:
    view = sight("", [], "http://x/" + "y" * 9000, ["z" * 9000] * 50).view(Look())
    assert len(view.url) == 500
    assert view.tokens < 4000


def test_what_is_nested_without_end_is_read_all_the_same() -> None:
    deep = "\n".join(f"{'  ' * n}- list [ref=e{n}] [box=0,0,9,9]:" for n in range(3000))
    view = sight(f'{deep}\n{"  " * 3000}- button "Deep" [ref=e9999] [box=0,0,9,9]', [], "u").view(Look())
    assert '[e9999] button "Deep"' in view.text


def test_a_change_deep_in_a_long_text_is_told() -> None:
    old, new = (sight(f"- paragraph [ref=e1] [box=0,0,9,9]: {'word ' * 900}{end}", [], "u") for end in ("old", "new"))
    change = difference(old, new, 4000)
    assert change.text.endswith("new\n  was: " + clipped("word " * 900, 80))
    assert change.tokens < 150
