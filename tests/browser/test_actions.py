"""What an errand can do with a page, and what it is told when it cannot."""

import asyncio
import time
from pathlib import Path

import pytest
from tests.browser.chromium import crash_the_tab, reference, running_chromium

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.core.action import Select, Target
from gofer.core.errors import Refused, Unavailable

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]

LOOPBACK = Options(private=True)
GO = Target(role="button", name="Go")


async def test_a_page_is_opened_and_read_with_a_reference_per_element(browser: PlaywrightBrowser, address: str) -> None:
    view = await browser.navigate(f"{address}/form")
    assert view.url == f"{address}/form"
    assert view.title == "form"
    assert '] textbox "City"' in view.text


async def test_a_form_is_filled_and_sent(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    await browser.fill_field(Target(label="City"), "Bergen")
    await browser.act(Select(target=Target(role="combobox", name="Size"), values=("Large",)))
    view = await browser.click_element(GO)
    assert "'Bergen'" in view.text
    assert "/echo?" in await browser.get_current_url()


async def test_a_reference_from_the_view_finds_its_element(browser: PlaywrightBrowser, address: str) -> None:
    view = await browser.navigate(f"{address}/form")
    ref = reference(view.text, 'textbox "City"')
    view = await browser.fill_field(Target(ref=ref), "Oslo")
    assert "Oslo" in view.text


async def test_a_reference_of_the_page_before_is_refused(browser: PlaywrightBrowser, address: str) -> None:
    view = await browser.navigate(f"{address}/form")
    ref = reference(view.text, 'button "Go"')
    await browser.navigate(f"{address}/twins")
    with pytest.raises(Refused, match="Read the page again"):
        await browser.click_element(Target(ref=ref))


async def test_an_element_inside_a_frame_is_reached_by_its_reference(browser: PlaywrightBrowser, address: str) -> None:
    view = await browser.navigate(f"{address}/frame")
    ref = reference(view.text, 'textbox "City"')
    assert "Tromsø" in (await browser.fill_field(Target(ref=ref), "Tromsø")).text


async def test_a_missing_element_is_refused_with_its_name(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match='no button "Nowhere"'):
        await browser.click_element(Target(role="button", name="Nowhere"))


async def test_two_matching_elements_are_refused_with_a_question(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/twins")
    with pytest.raises(Refused, match=r"2 elements match .*Which\?"):
        await browser.click_element(Target(role="button", name="Buy"))


async def test_a_hidden_element_is_said_to_be_hidden(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/twins")
    with pytest.raises(Refused, match="hidden"):
        await browser.click_element(Target(css="button[hidden]"))


async def test_a_disabled_button_is_said_to_be_disabled(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/disabled")
    with pytest.raises(Refused, match="disabled"):
        await browser.click_element(Target(role="button", name="Pay"))


async def test_a_covered_button_names_what_covers_it(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/covered")
    with pytest.raises(Refused, match="cookie banner#veil “Cookies” covers it"):
        await browser.click_element(Target(role="button", name="Below"))
    assert (await browser.observe()).title == "covered"


async def test_a_read_only_field_is_said_to_be_read_only(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match="read-only"):
        await browser.fill_field(Target(label="Fixed"), "y")


async def test_text_into_a_button_is_refused(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match="no text can be put into it"):
        await browser.fill_field(GO, "y")


async def test_an_unknown_option_is_refused_with_those_there_are(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match="“Small”, “Large”"):
        await browser.act(Select(target=Target(label="Size"), values=("Huge",)))


async def test_a_broken_selector_is_refused(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match="not a valid CSS selector"):
        await browser.click_element(Target(css="###"))
    with pytest.raises(Refused, match="not a valid CSS selector"):
        await browser.extract_data("li[", {"a": ""})


async def test_a_target_that_says_nothing_is_refused(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match="Say which element"):
        await browser.click_element(Target())


async def test_an_element_that_comes_late_is_waited_for(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/late")
    assert (await browser.click_element(Target(role="button", name="Late"))).title == "pressed"


async def test_a_navigation_that_begins_after_the_click_is_waited_for(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/delayed")
    assert (await browser.click_element(Target(role="button", name="Later"))).title == "slow"


async def test_a_new_tab_is_followed_even_when_its_page_is_slow(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/slowlink")
    assert (await browser.click_element(Target(role="link", name="Tab"))).title == "slow"


async def test_a_popup_is_followed_and_left_when_it_closes(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/popup")
    assert (await browser.click_element(Target(role="button", name="Open"))).title == "form"
    await browser.navigate(f"{address}/closing")
    await browser.click_element(Target(role="button", name="Flash"))
    await asyncio.sleep(0.5)
    assert (await browser.observe()).title == "closing"


async def test_an_alert_is_accepted_and_told(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/dialogs")
    assert "“Look out”; it was accepted" in (await browser.click_element(Target(role="button", name="Warn"))).text
    assert "Look out" not in (await browser.observe()).text


async def test_a_question_of_the_page_is_declined_and_told(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/dialogs")
    view = await browser.click_element(Target(role="button", name="Delete"))
    assert view.title == "kept"
    assert "“Delete all?”; it was declined" in view.text
    assert (await browser.click_element(Target(role="button", name="Name"))).title == "said null"


async def test_a_page_that_does_not_want_to_be_left_is_left(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/leaving")
    await browser.fill_field(Target(label="Note"), "unsaved")
    assert (await browser.navigate(f"{address}/form")).title == "form"


async def test_rows_are_read_with_texts_and_attributes(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/rows")
    rows = await browser.extract_data(".row", {"name": "b", "price": "i", "link": "a@href", "all": ""})
    assert rows[0] == {"name": "One", "price": "1.00", "link": "/1", "all": "One 1.00x"}
    assert rows[1] == {"name": "Two words", "price": "2.00", "link": "", "all": "Two words 2.00"}


async def test_a_picture_is_a_png(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    assert (await browser.take_screenshot()).startswith(b"\x89PNG")


async def test_presence_is_told_at_once_and_twins_are_refused(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    assert await browser.present(GO)
    began = time.monotonic()
    assert not await browser.present(Target(role="button", name="Nowhere"))
    assert time.monotonic() - began < 1
    await browser.navigate(f"{address}/disabled")
    assert not await browser.present(Target(role="button", name="Pay"))
    await browser.navigate(f"{address}/twins")
    with pytest.raises(Refused, match="2 elements"):
        await browser.present(Target(role="button", name="Buy"))


async def test_a_very_long_page_is_cut_and_says_so(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/long")
    view = await browser.observe()
    assert view.truncated
    assert len(view.text) < 17_000
    assert "are shortened or left out" in view.text


async def test_a_page_whose_picture_never_comes_is_read_all_the_same(browser: PlaywrightBrowser, address: str) -> None:
    began = time.monotonic()
    assert "Readable" in (await browser.navigate(f"{address}/hanging")).text
    assert time.monotonic() - began < 9


async def test_a_link_to_a_file_says_what_was_offered(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/download")
    assert "“data.csv”" in (await browser.click_element(Target(role="link", name="Get it"))).text


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "chrome://version", "data:text/html,x", "javascript:alert(1)", "ftp://a.example", "http://"],
)
async def test_only_web_addresses_are_opened(browser: PlaywrightBrowser, url: str) -> None:
    with pytest.raises(Refused, match="not an address to open"):
        await browser.navigate(url)


async def test_errors_of_the_site_are_told_apart(browser: PlaywrightBrowser, address: str) -> None:
    with pytest.raises(Refused, match="answered 404"):
        await browser.navigate(f"{address}/status/404")
    assert "Oh no" in (await browser.observe()).text
    with pytest.raises(Unavailable, match="answered 503"):
        await browser.navigate(f"{address}/status/503")
    with pytest.raises(Unavailable, match="circle"):
        await browser.navigate(f"{address}/around")
    with pytest.raises(Unavailable, match="no site of that name"):
        await browser.navigate("http://nowhere.invalid/")
    with pytest.raises(Refused, match="download"):
        await browser.navigate(f"{address}/file")


async def test_a_site_where_nothing_listens_is_unavailable(browser: PlaywrightBrowser, free_port: int) -> None:
    with pytest.raises(Unavailable, match="nothing answers"):
        await browser.navigate(f"http://127.0.0.1:{free_port}/")


async def test_a_browser_lives_on_when_its_driver_lets_go(driver: Driver, chromium: str, address: str) -> None:
    first = await driver.connect(chromium, LOOPBACK)
    await first.navigate(f"{address}/form")
    await first.fill_field(Target(label="City"), "Bodø")
    await first.close()
    second = await driver.connect(chromium, LOOPBACK)
    assert "Bodø" in (await second.observe()).text
    await second.close()


async def test_after_a_crash_of_the_tab_the_errand_goes_on_in_a_new_one(
    browser: PlaywrightBrowser, chromium: str, address: str
) -> None:
    await browser.navigate(f"{address}/form")
    await crash_the_tab(chromium)
    assert "The page crashed; this is another tab" in (await browser.observe()).text
    assert (await browser.navigate(f"{address}/form")).title == "form"


async def test_a_browser_that_died_is_told_as_lost(driver: Driver, address: str, tmp_path: Path) -> None:
    with running_chromium(tmp_path) as endpoint:
        browser = await driver.connect(endpoint, LOOPBACK)
        await browser.navigate(f"{address}/form")
    await asyncio.sleep(0.2)
    with pytest.raises(Unavailable) as told:
        await browser.observe()
    assert told.value.code == "ERR_SANDBOX_LOST"
    with pytest.raises(Unavailable):
        await driver.connect(endpoint, LOOPBACK)
