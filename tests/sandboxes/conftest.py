"""Sandboxes for the tests of this folder."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gofer.sandboxes.local import LocalSandboxes


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalSandboxes]:
    """A provider whose sandboxes all end with the test."""
    provider = LocalSandboxes(tmp_path / "sandboxes")
    yield provider
    for ref in await provider.living():
        await provider.destroy(ref)
