"""A real Chromium, and the demo shop with a clock that a test sets."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pytest
from tests.browser.chromium import browser, chromium, driver, served

from gofer.apps.browse import flow
from gofer.browser.replay import Manner
from gofer.demo.shop import shop

__all__ = ["browser", "chromium", "driver"]


class HandClock:
    """Stands still until it is set."""

    time = datetime(2030, 1, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """What it was set to."""
        return self.time


@pytest.fixture
def clock() -> HandClock:
    """The shop's clock."""
    return HandClock()


@pytest.fixture
def shop_address(clock: HandClock) -> Iterator[str]:
    """The demo shop on loopback."""
    with served(shop(clock)) as address:
        yield f"{address}/"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replays do not wait five seconds for what the test took off the page."""
    monkeypatch.setattr(flow, "Manner", partial(Manner, appears=1.0))
