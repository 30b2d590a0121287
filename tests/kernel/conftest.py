"""A kernel with small applications, on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.kernel.applications import APPLICATIONS

from gofer.testing.harness import Harness, Setup, harness


@pytest.fixture
async def gofer(folder: Path, database: str | None) -> AsyncIterator[Harness]:
    """A kernel at work."""
    async with harness(Setup(folder, APPLICATIONS, database=database)) as ready:
        yield ready
