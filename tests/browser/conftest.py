"""A real Chromium and a small site of oddities."""

import socket
from collections.abc import Iterator

import pytest
from tests.browser.chromium import browser, chromium, driver, served
from tests.browser.site import site

__all__ = ["browser", "chromium", "driver"]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Where the site of oddities is."""
    with served(site()) as address:
        yield address


@pytest.fixture
def free_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
