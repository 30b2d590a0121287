"""gofer as a program: one for a test alone, and one that serves for all of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.program import Program


@pytest.fixture
def gofer(tmp_path: Path) -> Program:
    """A gofer that does not serve."""
    return Program(tmp_path)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A gofer that serves."""
    program = Program(tmp_path_factory.mktemp("served"))
    with program.up():
        yield program
