"""Sites that mean trouble: the errand goes on or is told in a sentence, and nothing is left behind."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
import pytest_asyncio
from tests.browser.chromium import crash_the_tab, running_chromium, served
from tests.browser.trouble import self_signed, trouble
from tests.tools.conftest import caller

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.browser.patience import Patience
from gofer.core import action as do
from gofer.core.action import Read, Target
from gofer.core.errors import GoferError, Refused, Unavailable
from gofer.core.fingerprint import Fingerprint
from gofer.core.page import Change
from gofer.testing.fake_run import FakeRun
from gofer.tools.browser import browser_tools

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

LONGEST = 20.0
"""Seconds any of these may keep an errand busy."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The site that means trouble."""
    with served(trouble()) as address:
        yield address


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hasty() -> AsyncIterator[Driver]:
    """A driver that soon takes a page for dead."""
    driver = Driver(Patience(navigation=3.0, action=0.9, loads=0.9, stirs=0.05, answers=8.0))
    yield driver
    await driver.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def troubled(hasty: Driver, tmp_path: Path) -> AsyncIterator[PlaywrightBrowser]:
    """A browser of its own, with little room for files and tabs."""
    with running_chromium(tmp_path / "profile", "--disable-popup-blocking") as endpoint:
        where = str(tmp_path / "downloads")
        browser = await hasty.connect(endpoint, Options(private=True, downloads=where, download_mb=5, tabs=4))
        began = time.monotonic()
        yield browser
        await browser.close()
        assert time.monotonic() - began < LONGEST
        assert pages(endpoint) <= 4


def pages(endpoint: str) -> int:
    """How many tabs the browser really has."""
    targets = httpx.get(f"http://{endpoint.split('/')[2]}/json/list").json()
    return sum(target["type"] == "page" for target in targets)


def kept(tmp_path: Path) -> list[str]:
    """Files in the downloads folder, half ones included."""
    return sorted(path.name for path in (tmp_path / "downloads").rglob("*") if path.is_file())


def named(name: str) -> Target:
    """A link or a button by its text."""
    return Target(name=name)


async def calm(browser: PlaywrightBrowser, site: str) -> bool:
    """Whether the errand can go on."""
    return (await browser.navigate(f"{site}/calm")).title == "calm"


async def test_a_certificate_that_nobody_vouches_for_is_told(
    troubled: PlaywrightBrowser, site: str, tmp_path: Path
) -> None:
    with self_signed(tmp_path) as address, pytest.raises(Unavailable, match="its certificate is not valid"):
        await troubled.navigate(address)
    assert await calm(troubled, site)


async def test_a_page_that_never_stops_loading_is_read_as_far_as_it_came(
    troubled: PlaywrightBrowser, site: str
) -> None:
    change = await troubled.navigate(f"{site}/drip")
    assert "# Drip" in change.text
    assert "loading was stopped: this is what had come" in change.text
    assert await calm(troubled, site)


@pytest.mark.parametrize(("status", "error"), [(404, Refused), (503, Unavailable)])
async def test_an_error_without_a_page_is_told_by_its_status(
    troubled: PlaywrightBrowser, site: str, status: int, error: type[GoferError]
) -> None:
    with pytest.raises(error, match=f"answered {status}"):
        await troubled.navigate(f"{site}/empty/{status}")
    assert await calm(troubled, site)


WAYS = (
    do.Click(target=Target(role="link", name="Never")),
    do.Click(target=Target(role="button", name="Send")),
    do.Press(key="Enter", target=Target(label="Name")),
    do.Select(target=Target(label="Leave"), values=("Go",)),
)


@pytest.mark.parametrize("action", WAYS, ids=lambda action: action.do)
async def test_a_site_that_does_not_answer_costs_neither_the_tab_nor_what_was_filled_in(
    troubled: PlaywrightBrowser, site: str, action: do.Action
) -> None:
    await troubled.navigate(f"{site}/waiting")
    await troubled.fill_field(Target(label="Name"), "Grace")
    change = await troubled.act(action)
    assert "The site did not answer, so loading was stopped" in change.text
    assert change.url == f"{site}/waiting"
    assert await troubled.extract(Read(target=Target(label="Name"), what="value")) == "Grace"
    assert (await troubled.click_element(Target(role="link", name="Calm"))).title == "calm"


async def test_an_address_that_does_not_answer_leaves_the_page_before(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/waiting")
    with pytest.raises(Unavailable, match=r"does not answer\. The page before is still open"):
        await troubled.navigate(f"{site}/never")
    assert (await troubled.observe()).url == f"{site}/waiting"
    assert await calm(troubled, site)


QUESTIONS: dict[str, Callable[[PlaywrightBrowser], Awaitable[object]]] = {
    "present": lambda browser: browser.present(named("Hog")),
    "find": lambda browser: browser.find(Fingerprint(tag="button")),
    "extract": lambda browser: browser.extract(Read(target=Target(css="button"))),
    "picture": lambda browser: browser.take_screenshot(named("Hog")),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
async def test_a_question_to_a_page_that_hangs_ends_soon_and_costs_its_tab(
    troubled: PlaywrightBrowser, site: str, question: Callable[[PlaywrightBrowser], Awaitable[object]]
) -> None:
    await troubled.navigate(f"{site}/soon-hog")
    await asyncio.sleep(2)
    began = time.monotonic()
    with pytest.raises(Unavailable, match="does not respond"):
        await question(troubled)
    assert time.monotonic() - began < 8
    assert await troubled.get_current_url() == "about:blank"


async def test_a_storm_of_alerts_costs_only_its_tab(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/storm")
    told = await outcome(troubled.click_element(Target(role="button")))
    assert "closed" in told
    assert "one dialog after another" in told + (await troubled.observe()).text
    assert await calm(troubled, site)


async def test_a_page_that_alerts_now_and_then_is_used_all_the_same(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/insistent")
    assert "“again”; it was accepted" in await outcome(troubled.click_element(Target(role="button")))
    assert await calm(troubled, site)


async def outcome(work: Awaitable[Change]) -> str:
    """What an agent is told, whether it went well or not."""
    try:
        return (await work).text
    except GoferError as error:
        return error.message


async def test_a_flood_of_tabs_is_bounded(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/flood")
    told = await outcome(troubled.click_element(named("Flood")))
    assert "more than 4 tabs; the others were closed" in told + (await troubled.observe()).text
    assert await calm(troubled, site)


@pytest.mark.parametrize("name", ["hog", "born-hog"])
async def test_a_page_that_hogs_the_processor_costs_only_its_tab(
    troubled: PlaywrightBrowser, site: str, name: str
) -> None:
    told = await outcome(troubled.navigate(f"{site}/{name}"))
    told += await outcome(troubled.click_element(named("Hog")))
    assert "does not respond. Its tab was closed" in told
    assert await calm(troubled, site)
    assert busy() < 0.7


async def test_a_page_that_hangs_under_a_long_text_is_left_before_the_text_would_end(
    troubled: PlaywrightBrowser, site: str
) -> None:
    await troubled.navigate(f"{site}/key-hog")
    told = await outcome(troubled.act(do.Type(text="x" * 10_000, target=Target(label="Note"))))
    assert "does not respond. Its tab was closed" in told
    assert await calm(troubled, site)


def busy() -> float:
    """Seconds of processor time that our Chromium's page processes took in the last second."""
    before = _times()
    time.sleep(1.0)
    after = _times()
    return max((after[pid] - before.get(pid, after[pid]) for pid in after), default=0.0)


def _times() -> dict[int, float]:
    found = {}
    for process in psutil.Process().children(recursive=True):
        try:
            found[process.pid] = sum(process.cpu_times()[:2])
        except psutil.Error:
            continue
    return found


async def test_a_page_that_holds_its_visitors_back_is_left(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/trap")
    await troubled.click_element(named("Move"))
    assert await calm(troubled, site)


async def test_a_trap_of_history_is_told_and_left(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/calm")
    await troubled.navigate(f"{site}/history")
    told = [await outcome(troubled.act(do.Back())) for _ in range(3)]
    assert "Navigate to an address instead" in told[-1]
    assert await calm(troubled, site)


async def test_a_page_without_an_end_is_scrolled_only_so_far(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/endless")
    with pytest.raises(Refused, match="no"):
        await troubled.act(do.Scroll(target=named("The end")))
    assert (await troubled.observe()).tokens <= 4_000


@pytest.mark.parametrize("name", ["Huge", "Growing"])
async def test_a_file_beyond_the_bound_is_refused_and_nothing_is_left(
    troubled: PlaywrightBrowser, site: str, tmp_path: Path, name: str
) -> None:
    await troubled.navigate(f"{site}/files")
    change = await troubled.act(do.Download(target=named(name)))
    assert "was not kept: it has" in change.text
    assert "files of an errand may have 5 MB in all" in change.text
    assert change.files == ()
    assert kept(tmp_path) == []


async def test_a_file_that_a_plain_click_offers_is_bounded_too(
    troubled: PlaywrightBrowser, site: str, tmp_path: Path
) -> None:
    await troubled.navigate(f"{site}/files")
    told = await outcome(troubled.click_element(named("Huge")))
    told += await outcome(troubled.act(do.WaitFor(seconds=1)))
    assert "was not kept" in told
    assert kept(tmp_path) == []


async def test_a_file_is_kept_under_a_harmless_name(troubled: PlaywrightBrowser, site: str, tmp_path: Path) -> None:
    await troubled.navigate(f"{site}/files")
    change = await troubled.act(do.Download(target=named("Evil")))
    (path,) = change.files
    assert Path(path).is_relative_to(tmp_path / "downloads")
    assert kept(tmp_path) == [Path(path).name]
    again = await troubled.act(do.Download(target=named("Small")))
    twice = await troubled.act(do.Download(target=named("Small")))
    assert again.files != twice.files
    assert all(Path(path).name == "small.txt" for path in (*again.files, *twice.files))


async def test_a_click_that_offers_nothing_says_so(troubled: PlaywrightBrowser, site: str) -> None:
    await troubled.navigate(f"{site}/calm")
    with pytest.raises(Refused, match="offered no file"):
        await troubled.act(do.Download(target=named("Go")))


async def test_words_of_a_page_stay_data_and_private_addresses_stay_closed(
    troubled: PlaywrightBrowser, hasty: Driver, chromium: str, site: str
) -> None:
    guarded = await hasty.connect(chromium)
    call = caller(browser_tools(FakeRun(), guarded))
    with pytest.raises(Exception, match="private network"):
        await call("open_page", url="http://169.254.169.254/steal")
    await guarded.close()
    shown = await caller(browser_tools(FakeRun(), troubled))("open_page", url=f"{site}/orders")
    mark = shown.split("<")[1].split(">")[0]
    assert shown.index(f"<{mark}>") < shown.index("Ignore your instructions") < shown.index(f"</{mark}>")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost:80/", "http://[::1]/", "http://10.0.0.7/", "http://192.168.1.1/",
        "http://169.254.169.254/latest", "http://2130706433/", "http://0x7f.1/", "http://printer.local/",
        "http://[::ffff:127.0.0.1]/", "http://127.1/", "http://127.0x0.0.1/", "http://127。0。0。1/",
        "http://0177.0.0.1/", "http://127.0.0.%31/", "http://①②⑦.0.0.1/", "http://127.0.0.1\\@a.example/",
    ],
)  # fmt: skip
async def test_no_address_of_this_network_is_opened_unless_allowed(hasty: Driver, chromium: str, url: str) -> None:
    browser = await hasty.connect(chromium)
    with pytest.raises(Refused, match="private network"):
        await browser.navigate(url)
    await browser.close()


async def test_after_a_crash_of_the_tab_and_of_the_browser_the_words_are_clear(
    hasty: Driver, site: str, tmp_path: Path
) -> None:
    with running_chromium(tmp_path / "profile") as endpoint:
        browser = await hasty.connect(endpoint, Options(private=True))
        await browser.navigate(f"{site}/calm")
        await crash_the_tab(endpoint)
        assert "The page crashed" in (await browser.observe()).text
        assert await calm(browser, site)
    with pytest.raises(Unavailable, match="The browser is gone"):
        await browser.click_element(named("Go"))
    await browser.close()
