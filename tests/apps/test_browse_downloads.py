"""What an errand downloads is handed over, by a model as by a playbook, and not without bound."""

from pathlib import Path

import pytest
from pydantic_ai.workspaces import LocalWorkspaceBackend
from tests.apps.shop_errands import Typist
from tests.browser.chromium import served
from tests.browser.site import site

from gofer.apps.browse import handing
from gofer.apps.browse.flow import browse
from gofer.apps.browse.handing import HandOver, Kept
from gofer.apps.browse.types import BrowseInput, BrowseResult, HandedOver
from gofer.browser.actions import PlaywrightBrowser
from gofer.testing.fake_run import FakeRun

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

GET = ("download", {"element": 'link "Get it"'})
DONE = ("final_result", {"text": "Here it is."})
STEPS = """playbook 2
name get-it
start "{address}/download"

open "{{start_url}}"

download link "Get it"
  expect file
"""
DATA = HandedOver(name="data.csv", media_type="text/csv", size=3)


class Computer(LocalWorkspaceBackend):
    """A sandbox without a screen: this folder."""

    screen = None


async def fetched(browser: PlaywrightBrowser, box: Computer | None, *calls: object) -> tuple[FakeRun, BrowseResult]:
    """An errand for a file, by a model that makes these calls."""
    with served(site()) as address:
        opening = ("open_page", {"url": f"{address}/download"})
        run = FakeRun(browser, box=box, model=Typist(opening, *calls, DONE).model)  # type: ignore[arg-type]
        return run, await browse(run, BrowseInput(goal="Download the data", start_url=f"{address}/download"))


async def test_what_a_model_downloads_is_a_file_of_the_run(browser: PlaywrightBrowser, tmp_path: Path) -> None:
    run, result = await fetched(browser, Computer(tmp_path), GET)
    assert result.files == [DATA]
    assert run.memory.files["data.csv"] == b"a,b"
    assert "Downloaded data.csv (3 bytes)." in result.text


async def test_what_a_replay_downloads_is_a_file_of_the_run(browser: PlaywrightBrowser, tmp_path: Path) -> None:
    run = FakeRun(browser, box=Computer(tmp_path))  # type: ignore[arg-type]
    with served(site()) as address:
        result = await browse(run, BrowseInput.model_validate({"playbook": STEPS.format(address=address)}))
    assert result.files == [DATA]
    assert run.memory.files["data.csv"] == b"a,b"


async def test_the_same_file_twice_is_handed_over_once(browser: PlaywrightBrowser, tmp_path: Path) -> None:
    _, result = await fetched(browser, Computer(tmp_path), GET, GET)
    assert result.files == [DATA]


async def test_files_beyond_the_bound_are_named_and_not_kept(
    browser: PlaywrightBrowser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "MOST_BYTES", 2)
    run, result = await fetched(browser, Computer(tmp_path), GET)
    assert result.files == []
    assert "data.csv" not in run.memory.files
    assert "The file “data.csv” was not handed over" in result.text


async def test_an_errand_in_a_shared_browser_says_that_its_file_stays_behind(browser: PlaywrightBrowser) -> None:
    _, result = await fetched(browser, None, GET)
    assert result.files == []
    assert "“data.csv” was not handed over: the errand shares its computer" in result.text


async def test_a_file_never_takes_the_name_of_another_or_of_the_errand_s_own() -> None:
    handed = HandOver(kept=[Kept(offered="data.csv", sha256="1", as_=DATA)])
    names = ("data.csv", "other.csv", "page.png", "step-001.png", "rows.csv")
    assert [handed.free_name(name) for name in names] == [
        "data-2.csv",
        "other.csv",
        "page-2.png",
        "step-001-2.png",
        "rows-2.csv",
    ]
