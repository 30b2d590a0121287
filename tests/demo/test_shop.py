"""The demo shop can be searched and paged through, and its prices change with time."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from gofer.apps.browse.types import BrowseInput
from gofer.demo import HOST, demo_input
from gofer.demo.catalogue import PERIOD, offer, search, shelf
from gofer.demo.shop import shop

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        """Always noon."""
        return NOON


async def get(path: str) -> httpx.Response:
    """A page of the shop."""
    transport = httpx.ASGITransport(shop(Noon()))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        return await client.get(path)


async def test_the_home_page_has_a_search_box() -> None:
    assert 'aria-label="Search the shop"' in (await get("/")).text


async def test_results_come_in_pages_that_lead_on_until_the_last() -> None:
    first, last = await get("/search?q=mug"), await get("/search?q=mug&page=3")
    assert first.text.count('class="card"') == 8
    assert "18 products, page 1 of 3" in first.text
    assert "Next page" in first.text
    assert "Previous page" not in first.text
    assert last.text.count('class="card"') == 2
    assert "Next page" not in last.text


async def test_words_of_a_search_are_shown_but_never_run() -> None:
    page = await get("/search?q=<script>alert(1)</script>")
    assert "<script>" not in page.text
    assert "Nothing here matches" in page.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "4"])
async def test_an_odd_page_number_shows_some_page(page: str) -> None:
    assert (await get(f"/search?q=mug&page={page}")).status_code == 200


async def test_a_product_has_a_page_and_an_unknown_one_is_missing() -> None:
    assert "Slate mug" in (await get("/product/slate-mug")).text
    assert (await get("/product/gold-mug")).status_code == 404
    assert (await get("/nowhere")).status_code == 404


def test_prices_hold_for_a_moment_and_drift_a_little_with_time() -> None:
    mugs = search(shelf(), "mug")
    now, later = ([offer(mug, at) for mug in mugs] for at in (NOON, NOON + timedelta(seconds=PERIOD)))
    assert now == [offer(mug, NOON + timedelta(seconds=PERIOD - 1)) for mug in mugs]
    assert 1 <= sum(old != new for old, new in zip(now, later, strict=True)) < len(mugs)
    assert all(0.9 < each.cents / each.product.base < 1.1 for each in now)


def test_a_week_of_prices_repeats_for_everybody() -> None:
    times = [NOON + timedelta(minutes=minute) for minute in range(0, 10_000, 100)]
    assert [offer(shelf()[0], at) for at in times] == [offer(shelf()[0], at) for at in times]
    assert len({offer(shelf()[0], at).price for at in times}) > 5


@pytest.mark.parametrize("recorded", [True, False])
def test_the_demo_errand_is_a_valid_errand(recorded: bool) -> None:
    asked = BrowseInput.model_validate(demo_input(recorded=recorded))
    assert (asked.playbook is not None) == recorded
