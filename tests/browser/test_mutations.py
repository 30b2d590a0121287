"""Fingerprints survive what sites do between two runs, and would rather find nothing than the wrong element.

A seeded sample; `benchmarks/replay.py` measures more of it.
"""

from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

import pytest
import pytest_asyncio
from benchmarks.mutations import CHANGES, DOUBLE, FLIP, FLIPS, MUTATE, PAGES, TAKE_AWAY
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.browser.fingerprints import found, taken
from gofer.browser.pins import held, pinned
from gofer.core.errors import Refused
from gofer.core.fingerprint import Fingerprint

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

SEED = 7
TRUTHS = "[...document.querySelectorAll('[data-truth]')].map(e => e.dataset.truth)"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the pages are."""
    with served(site({name: make() for name, make in PAGES.items()})) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: str) -> AsyncIterator[Page]:
    """A tab without any of gofer around it."""
    async with async_playwright() as playwright:
        browser: Chromium = await playwright.chromium.connect_over_cdp(chromium)
        page = await browser.contexts[0].new_page()
        yield page
        await page.close()


async def recorded(page: Page) -> dict[str, Fingerprint]:
    """The fingerprint of every element that has a truth."""
    truths: list[str] = await page.evaluate(TRUTHS)
    return {truth: await taken(page, page.locator(f"[data-truth='{truth}']")) for truth in truths}


async def told(page: Page, fingerprint: Fingerprint) -> str | None:
    """The truth of what is found."""
    match = await found(page, fingerprint)
    return None if match.ref is None else await pinned(page, match.ref).evaluate("e => e.dataset.truth")


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_that_was_changed_all_over_is_recognised_and_nothing_is_mistaken(
    page: Page, address: str, name: str
) -> None:
    await page.goto(f"{address}/{name}")
    known = await recorded(page)
    right = 0
    for change in CHANGES:
        await page.goto(f"{address}/{name}")
        await page.evaluate(MUTATE, [change, SEED])
        answers = {truth: await told(page, one) for truth, one in known.items()}
        assert {truth: answer for truth, answer in answers.items() if answer not in (None, truth)} == {}
        right += sum(answer is not None for answer in answers.values())
    assert right >= 0.95 * len(known) * len(CHANGES)


@pytest.mark.parametrize("name", PAGES)
async def test_what_is_gone_is_not_replaced_by_its_neighbour(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}/{name}")
    known = await recorded(page)
    for truth in list(known)[::3]:
        await page.goto(f"{address}/{name}")
        await page.evaluate(MUTATE, ["all", SEED])
        await page.evaluate(TAKE_AWAY, truth)
        assert await told(page, known[truth]) is None, known[truth]


@pytest.mark.parametrize("name", ["shop", "table", "inbox"])
async def test_what_is_there_twice_is_nobody(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}/{name}")
    known = await recorded(page)
    for truth, one in list(known.items())[::3]:
        await page.goto(f"{address}/{name}")
        await page.evaluate(DOUBLE, truth)
        if one.role not in ("checkbox", "radio"):  # a copy that its label does not name is another one
            assert await told(page, one) is None, one


@pytest.mark.parametrize("name", PAGES)
async def test_what_means_something_else_now_is_nobody(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}/{name}")
    known = await recorded(page)
    for place, truth in enumerate(list(known)[::3]):
        for how in (FLIPS[place % len(FLIPS)], FLIPS[(place + 1) % len(FLIPS)]):
            await page.goto(f"{address}/{name}")
            await page.evaluate(FLIP, [truth, how, ""])
            assert await told(page, known[truth]) is None, (how, known[truth])


@pytest.mark.parametrize("name", PAGES)
async def test_two_that_swapped_their_names_are_both_nobody(page: Page, address: str, name: str) -> None:
    await page.goto(f"{address}/{name}")
    known = await recorded(page)
    pairs = list(_pairs(known))
    for one, other in pairs[:: max(1, len(pairs) // 6)]:
        await page.goto(f"{address}/{name}")
        await page.evaluate(FLIP, [one, "swapped", other])
        assert (await told(page, known[one]), await told(page, known[other])) == (None, None), known[one]


def _pairs(known: dict[str, Fingerprint]) -> Iterator[tuple[str, str]]:
    """Two of a kind, each with a name and an attribute or class of its own: where only the name tells, it may move."""
    for (one, first), (other, second) in pairwise((truth, mark) for truth, mark in known.items() if mark.of == 1):
        own = all(_marks(mark) for mark in (first, second)) and not set(_marks(first)) & set(_marks(second))
        if first.role == second.role and first.name and second.name and own:
            yield one, other


def _marks(mark: Fingerprint) -> list[str]:
    kept = {key: value for key, value in mark.attributes.items() if key in ("id", "name", "href", "data-testid")}
    return [f"{key}={value}" for key, value in kept.items() if value != "/"]


@pytest.mark.parametrize(
    "change",
    [
        "document.querySelector('button').textContent = 'Delete account'",
        "document.querySelector('button').before(document.createElement('button'))",
        "document.querySelector('button').id = 'other'",
        "document.querySelector('h2').textContent = 'Bo'",
        "document.querySelector('button').remove()",
    ],
)
async def test_a_pin_holds_for_no_other_element_than_the_one_that_was_found(page: Page, change: str) -> None:
    await page.set_content(
        "<section><h2>Ada</h2><button id=go>Continue</button><button>Delete account</button></section>"
    )
    match = await found(page, await taken(page, page.get_by_role("button", name="Continue")))
    assert match.ref is not None
    assert await (await held(page, match.ref)).inner_text() == "Continue"
    await page.evaluate(change)
    with pytest.raises(Refused, match="another element"):
        await held(page, match.ref)


async def test_a_pin_does_not_outlive_its_page_though_the_next_looks_the_same(page: Page, address: str) -> None:
    await page.goto(f"{address}/form")
    match = await found(page, await taken(page, page.get_by_role("button", name="Search")))
    assert match.ref is not None
    await page.reload()
    with pytest.raises(Refused, match="another element"):
        await held(page, match.ref)


async def test_a_fingerprint_holds_nothing_that_was_filled_in(page: Page, address: str) -> None:
    await page.goto(f"{address}/form")
    for field in await page.locator("input:not([type=checkbox]):not([type=radio]), textarea").all():
        kind = await field.get_attribute("type")
        value = {"date": "2030-01-02", "number": "4711"}.get(kind or "", "Geheim")
        await field.fill(value)
        assert value not in (await taken(page, field)).model_dump_json()


async def test_an_element_inside_a_shadow_is_found_again(page: Page) -> None:
    await page.set_content("""<div id="host"></div><button>Out</button><script>
        host.attachShadow({mode: 'open'}).innerHTML = '<p><button>In</button></p>'</script>""")
    inside = await taken(page, page.get_by_role("button", name="In"))
    match = await found(page, inside)
    assert match.ref is not None
    assert await pinned(page, match.ref).inner_text() == "In"
