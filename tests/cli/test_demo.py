"""`gofer demo`, whole: the shop, a desktop, Chromium, and an honest account."""

import re
from pathlib import Path

import pytest
from tests.cli.program import Program

pytestmark = [pytest.mark.chromium, pytest.mark.slow]


def test_the_demo_says_what_it_did_and_where_its_files_are(gofer: Program) -> None:
    result = gofer("demo")
    assert result.returncode == 0, result
    assert "replaying the recorded playbook" in result.stdout
    assert "first run of this errand" in result.stdout
    csv, picture = (Path(path(result.stdout, kind)) for kind in ("CSV", "Screenshot"))
    assert csv.read_text().startswith("name,price,stock")
    assert picture.read_bytes().startswith(b"\x89PNG")


def path(text: str, kind: str) -> str:
    """The path printed after a word."""
    found = re.search(rf"^{kind}: (.+)$", text, re.MULTILINE)
    assert found is not None, text
    return found[1]
