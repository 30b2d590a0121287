"""Each action on a real page: what it does, what it returns, and what it says when it cannot."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.browser.chromium import reference, served
from tests.browser.site import site
from tests.browser.workshop import PAGES

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.driver import Driver
from gofer.browser.options import Options
from gofer.browser.patience import Patience
from gofer.core import action as do
from gofer.core.action import Action, Read, Target
from gofer.core.errors import Refused
from gofer.core.page import Look

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="session")
def workshop() -> Iterator[str]:
    """Pages to try each action on."""
    with served(site(PAGES)) as address:
        yield address


def field(label: str) -> Target:
    """A field by its label."""
    return Target(label=label)


def button(name: str) -> Target:
    """A button by its name."""
    return Target(role="button", name=name)


async def title(browser: PlaywrightBrowser, action: Action) -> str:
    """What the page's title says after an action."""
    return (await browser.act(action)).title


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Date", "2026-12-31"),
        ("At", "23:59"),
        ("Colour", "#1a2b3c"),
        ("Volume", "7"),
        ("Count", "12"),
        ("Notes", "a\nb"),
    ],
)
async def test_every_kind_of_field_is_filled(browser: PlaywrightBrowser, workshop: str, label: str, value: str) -> None:
    await browser.navigate(f"{workshop}/fields")
    await browser.fill_field(field(label), value)
    assert await browser.extract(Read(target=field(label), what="value")) == value


async def test_a_letter_that_is_no_input_is_filled_too(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/fields")
    await browser.fill_field(field("Letter"), "Dear Ada")
    assert await browser.extract(Read(target=field("Letter"))) == "Dear Ada"


@pytest.mark.parametrize(
    ("label", "told"), [("Date", "date field. Give 2026-12-31"), ("Count", "number field"), ("Colour", "#1a2b3c")]
)
async def test_a_value_of_the_wrong_form_is_refused_with_the_form(
    browser: PlaywrightBrowser, workshop: str, label: str, told: str
) -> None:
    await browser.navigate(f"{workshop}/fields")
    with pytest.raises(Refused, match=told):
        await browser.fill_field(field(label), "soon")


async def test_keys_are_typed_and_pressed_where_the_focus_is(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/keys")
    await browser.act(do.Type(text="ab", target=field("Box")))
    change = await browser.act(do.Press(key="Enter"))
    assert "a b Enter" in (await browser.observe()).text, change.text
    assert await title(browser, do.Press(key="Control+ArrowLeft", target=field("Box"))) == "ctrl ArrowLeft"


async def test_an_unknown_key_is_refused_with_the_likely_one(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/keys")
    with pytest.raises(Refused, match=r"no key “Return”. Perhaps Enter\?"):
        await browser.act(do.Press(key="Return"))


async def test_several_options_are_chosen_where_a_list_allows_it(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/lists")
    await browser.act(do.Select(target=field("Toppings"), values=("Ham", "olives")))
    assert await browser.extract(Read(target=field("Toppings"), what="value")) == "Ham, Olives"
    with pytest.raises(Refused, match="only one of its options"):
        await browser.act(do.Select(target=field("Size"), values=("Small", "Small")))
    with pytest.raises(Refused, match="“Large” is disabled"):
        await browser.act(do.Select(target=field("Size"), values=("Large",)))


async def test_a_list_of_the_sites_own_making_says_how_to_use_it(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/lists")
    with pytest.raises(Refused, match=r"no native list\. Click it"):
        await browser.act(do.Select(target=field("Town"), values=("Oslo",)))
    with pytest.raises(Refused, match=r"no list\. Click it to see what opens"):
        await browser.act(do.Select(target=button("Menu"), values=("Oslo",)))


@pytest.mark.parametrize(
    "target",
    [
        Target(label="Spam"),
        Target(role="radio", name="Pears"),
        Target(role="switch", name="Night"),
        Target(role="checkbox", name="I agree"),
        Target(css="label[for=far]"),
        Target(name="I agree"),
    ],
)
async def test_boxes_switches_and_radios_are_set_even_hidden_behind_their_labels(
    browser: PlaywrightBrowser, workshop: str, target: Target
) -> None:
    await browser.navigate(f"{workshop}/boxes")
    await browser.act(do.Check(target=target))
    await browser.act(do.Check(target=target))
    assert await title(browser, do.Check(target=target)) == "1 on"


async def test_a_checked_box_says_so_in_the_view_and_can_be_unchecked(
    browser: PlaywrightBrowser, workshop: str
) -> None:
    await browser.navigate(f"{workshop}/boxes")
    await browser.act(do.Check(target=Target(role="checkbox", name="I agree")))
    assert "checked" in (await browser.observe(Look(find="I agree", mode="find"))).text
    await browser.act(do.Check(target=Target(role="checkbox", name="I agree"), on=False))
    await browser.act(do.Check(target=Target(role="radio", name="Apples")))
    with pytest.raises(Refused, match="Choose another one of its group"):
        await browser.act(do.Check(target=Target(role="radio", name="Apples"), on=False))
    with pytest.raises(Refused, match="no checkbox, switch or radio"):
        await browser.act(do.Check(target=button("No box")))


async def test_hovering_opens_what_only_shows_under_the_pointer(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/hovering")
    await browser.act(do.Hover(target=Target(role="link", name="Shop")))
    assert "Sale" in (await browser.observe()).text


async def test_one_element_is_dragged_onto_another_or_by_pixels(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/dragging")
    assert (
        await title(browser, do.Drag(target=button("Card"), onto=Target(role="region", name="Bin"))) == "dropped card"
    )
    assert await title(browser, do.Drag(target=Target(role="slider", name="Knob"), by=(40, 0))) == "moved 40"
    with pytest.raises(Refused, match="where to drag it"):
        await browser.act(do.Drag(target=button("Card")))


async def test_the_page_and_an_area_of_its_own_are_scrolled(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/scrolling")
    area = Target(role="region", name="Log")
    assert await title(browser, do.Scroll(target=area, screens=1)) == "area 108"
    assert (await title(browser, do.Scroll(screens=1))).startswith("page ")
    await browser.act(do.Scroll(screens=-9))
    change = await browser.act(do.Scroll(screens=-1))
    assert "Nothing scrolled" in change.text
    assert (await title(browser, do.Scroll(target=button("Bottom")))).startswith("page 2")


async def test_a_page_that_scrolls_inside_itself_is_scrolled(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/inner")
    change = await browser.act(do.Scroll(screens=2))
    assert "Nothing scrolled" not in change.text


async def test_a_list_that_loads_as_it_scrolls_is_followed_until_the_item_shows(
    browser: PlaywrightBrowser, workshop: str
) -> None:
    await browser.navigate(f"{workshop}/lazy")
    await browser.act(do.Scroll(target=button("Item 95")))
    assert await browser.present(button("Item 95"))
    with pytest.raises(Refused, match='no button "Item 500"'):
        await browser.act(do.Scroll(target=button("Item 500")))


async def test_waiting_ends_when_it_is_so_and_says_when_it_is_not(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/waiting")
    await browser.act(do.WaitFor(text="Ready", url="?done"))
    await browser.act(do.WaitFor(text="Working", gone=True))
    with pytest.raises(Refused, match=r"wait until “Never” shows: after 0.3 seconds it is not so"):
        await browser.act(do.WaitFor(text="Never", seconds=0.3))


async def test_going_back_works_until_there_is_nothing_before(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/first")
    await browser.click_element(Target(role="link", name="On"))
    assert await title(browser, do.Back()) == "first"
    await browser.click_element(Target(role="link", name="On"))
    await browser.click_element(Target(role="link", name="Tab"))
    with pytest.raises(Refused, match="no page before this one"):
        await browser.act(do.Back())


async def test_tabs_are_told_switched_and_closed(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/second")
    change = await browser.click_element(Target(role="link", name="Tab"))
    assert change.title == "third"
    assert "2 tabs are open" in (await browser.observe()).text
    assert await title(browser, do.SwitchTab(number=1)) == "second"
    assert await title(browser, do.SwitchTab(number=2, close=True)) == "second"
    with pytest.raises(Refused, match="no tab 2"):
        await browser.act(do.SwitchTab(number=2))


async def test_a_canvas_is_clicked_and_dragged_on_by_pixels(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/canvas")
    assert await title(browser, do.Point(x=30, y=40)) == "0 30,40 30,40"
    assert await title(browser, do.Point(x=30, y=40, to=(90, 60))) == "0 30,40 90,60"
    assert await title(browser, do.Point(x=30, y=40, button="right")) == "2 30,40 30,40"
    assert await title(browser, do.Point(x=30, y=40, double=True)) == "double"
    with pytest.raises(Refused, match="outside of the visible page"):
        await browser.act(do.Point(x=5000, y=1))


async def test_files_are_uploaded_from_the_browsers_own_computer(
    browser: PlaywrightBrowser, workshop: str, tmp_path: Path
) -> None:
    (tmp_path / "cv.txt").write_text("hello")
    await browser.navigate(f"{workshop}/upload")
    assert (await browser.upload_file(Target(css="#f"), ["cv.txt"])).title == "cv.txt 5"
    both = [str(tmp_path / "cv.txt"), "./cv.txt"]
    assert (await browser.upload_file(button("Attach"), both)).title == "many cv.txt,cv.txt"
    await browser.navigate(f"{workshop}/frames")
    view = await browser.observe()
    assert "Paper" in view.text


async def test_an_upload_that_cannot_be_says_why(browser: PlaywrightBrowser, workshop: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    await browser.navigate(f"{workshop}/upload")
    with pytest.raises(Refused, match=r"no file “gone\.txt”"):
        await browser.upload_file(Target(css="#f"), ["gone.txt"])
    with pytest.raises(Refused, match="only one file"):
        await browser.upload_file(Target(css="#f"), ["a", "a"])
    with pytest.raises(Refused, match="no file field"):
        await browser.upload_file(button("Nothing"), ["a"])


async def test_a_file_goes_into_a_field_inside_a_frame(
    browser: PlaywrightBrowser, workshop: str, tmp_path: Path
) -> None:
    (tmp_path / "cv.txt").write_text("hello")
    await browser.navigate(f"{workshop}/frames")
    ref = reference((await browser.observe()).text, 'file field "Paper"')
    await browser.upload_file(Target(ref=ref), ["cv.txt"])
    assert "cv.txt" in str(await browser.extract(Read(target=Target(ref=ref), what="value")))


async def test_a_text_a_table_and_an_attribute_are_read(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/table")
    table = await browser.extract(Read(target=Target(css="#t"), what="table"))
    assert table == [["Name", "Age"], ["Ada", "36"]]
    assert await browser.extract(Read(target=Target(css="#a"), what="attribute", attribute="title")) == "Tip"
    assert await browser.extract(Read(target=Target(css="#s"), what="value")) == "Big"
    with pytest.raises(Refused, match="no attribute “alt”"):
        await browser.extract(Read(target=Target(css="#a"), what="attribute", attribute="alt"))
    with pytest.raises(Refused, match="no table"):
        await browser.extract(Read(target=Target(css="#a"), what="table"))


async def test_a_disabled_button_says_what_it_waits_for(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/until")
    with pytest.raises(Refused, match="disabled until “E-mail” is filled in"):
        await browser.click_element(button("Send"))


async def test_a_covered_button_names_the_banner_and_its_buttons(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/banner")
    with pytest.raises(Refused, match=r"the cookie banner “Privacy” covers it.*“Accept all”, “Settings”"):
        await browser.click_element(button("Below"))
    await browser.click_element(button("Accept all"))
    assert (await browser.click_element(button("Below"))).title == "hit"


async def test_twins_are_told_apart_by_their_references(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/twins")
    with pytest.raises(Refused) as told:
        await browser.click_element(button("Buy"))
    ref = told.value.message.rsplit('] button "Buy"', 1)[0].rsplit("[", 1)[1]
    await browser.click_element(Target(ref=ref))


async def test_the_second_of_two_that_fit_is_meant_when_that_is_said(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/boxes")
    await browser.act(do.Check(target=Target(role="radio", nth=1)))
    assert "Pears" in await browser.extract(Read(target=Target(css="label:has(:checked)")))


async def test_a_button_outside_of_the_page_is_said_to_be(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/ghost")
    with pytest.raises(Refused, match="outside of what can be shown"):
        await browser.click_element(button("Away"))
    with pytest.raises(Refused, match="covers it"):
        await browser.click_element(button("Stone"))


async def test_a_person_is_imitated_where_the_operator_wants_it(driver: Driver, chromium: str, workshop: str) -> None:
    browser = await driver.connect(chromium, Options(private=True, human_like=True))
    await browser.navigate(f"{workshop}/human")
    gaps = (await browser.fill_field(field("Name"), "Grace")).title.split()
    assert len(gaps) >= 4
    assert all(45 <= int(gap) <= 400 for gap in gaps[-4:])
    spots = {(await browser.click_element(button("Big"))).title for _ in range(4)}
    assert len(spots) > 1
    await browser.close()


@pytest.mark.parametrize("action", [do.Fill, do.Type])
async def test_a_text_that_takes_long_to_type_is_typed_to_its_end(
    chromium: str, workshop: str, action: type[do.Fill | do.Type]
) -> None:
    driver = Driver(Patience(action=0.9, loads=0.9, stirs=0.05, answers=4.0))
    browser = await driver.connect(chromium, Options(private=True, human_like=True))
    await browser.navigate(f"{workshop}/human")
    text = "Grace Brewster Murray Hopper, who found the first bug of all"
    await browser.act(action.model_validate({"target": field("Name"), "text" if action is do.Type else "value": text}))
    assert await browser.extract(Read(target=field("Name"), what="value")) == text
    await browser.close()
    await driver.stop()


async def test_an_action_told_to_nobody_costs_no_look(browser: PlaywrightBrowser, workshop: str) -> None:
    await browser.navigate(f"{workshop}/first")
    change = await browser.act(do.Click(target=Target(role="link", name="On")), tell=False)
    assert (change.text, change.url) == ("", f"{workshop}/second")
