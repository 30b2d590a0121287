"""Post-conditions can fail: what a page does not show, or cannot show, is not so."""

import pytest

from gofer.browser.actions import PlaywrightBrowser
from gofer.browser.checks import Done, unmet
from gofer.browser.fitting import address_fits, says
from gofer.browser.playbook import Act, Expect, Step
from gofer.browser.soundness import sound
from gofer.browser.written import load
from gofer.core.action import Click, Fill, Target
from gofer.core.errors import Refused

BUTTON = Target(role="button", name="Go")


@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        ("https://shop/*", "https://shop/mugs", True),
        ("https://shop/*", "https://shop/login?next=1", False),
        ("https://shop/*", "https://shop/a/b", False),
        ("https://shop/**", "https://shop/a/b", True),
        ("https://shop/**", "https://shop/login?next=1", False),
        ("https://shop/*?page=*", "https://shop/mugs?page=2", True),
        ("https://shop/", "https://shop", True),
        ("https://shop/?q=a+b", "https://shop/?q=a%20b", True),
        ("*/search?q=mug", "http://127.0.0.1:8080/de/search?q=mug", True),
        ("*/search?q=mug", "http://127.0.0.1:8080/login?next=/search?q=mug", False),
        ("*/search?q=mug*", "http://h/search?q=mug&page=2", True),
        ("https://shop/#/orders/*", "https://shop/#/orders/7", True),
        ("https://shop/#/orders/*", "https://shop/#/login", False),
        ("https://shop/orders", "https://shop/orders#/login", False),
        ("https://*.shop.example/", "https://evil.example/www.shop.example/", False),
    ],
)
def test_a_star_stands_for_one_part_of_an_address(pattern: str, url: str, fits: bool) -> None:
    assert address_fits(pattern, url) is fits


@pytest.mark.parametrize(
    ("page", "text", "said"),
    [
        ("Thank you, Ada!", "thank you ada", True),
        ("Scattered", "cat", False),
        ("エラーが発生しました", "エラー", True),
        ("送信しました。 ありがとう", "送信しました", True),
        ("送信", "エラー", False),
        ("오류가 발생했습니다", "오류", True),
        ("เกิดข้อผิดพลาด", "ข้อผิดพลาด", True),
        ("Paid ✓", "✓", True),
        ("Not paid", "✓", False),
        ("anything", "", False),
        ("anything", "  ", False),
        ("", "anything", False),
    ],
)
def test_a_page_says_what_stands_on_it_in_any_script(page: str, text: str, said: bool) -> None:
    assert says(page, text) is said


def click(*expect: Expect) -> Act:
    return Act(action=Click(target=BUTTON), expect=expect)


@pytest.mark.parametrize(
    "expect",
    [
        Expect(see="text"),
        Expect(see="no text", what=" "),
        Expect(see="element"),
        Expect(see="no element"),
        Expect(see="url", what="*"),
        Expect(see="url"),
        Expect(see="state", what="=x"),
    ],
)
def test_a_sign_that_could_never_fail_is_refused_before_anything_is_done(expect: Expect) -> None:
    with pytest.raises(Refused, match=r"Step 1 .*cannot be relied on"):
        sound([click(expect)])


@pytest.mark.parametrize(
    "steps",
    [
        [click()],
        [click(Expect(see="text", what="Sent")), click()],
        [Act(action=Fill(target=BUTTON, value="x"))],
    ],
)
def test_a_playbook_whose_end_nothing_tells_is_refused(steps: list[Step]) -> None:
    with pytest.raises(Refused, match="nothing tells whether it worked"):
        sound(steps)


@pytest.mark.parametrize(
    "text",
    [
        'open "http://a.example/"',
        'open "http://a.example/"\nclick button "Go"\n  expect text "✓"\npicture "a.png"',
        'click button "Go"\nread ".row"\n  column "name" from "b"\nsave "a.csv"',
        'for each page at most 2\n  next link "Next"\n  read ".row"\n    column "name" from "b"',
        'open "http://a.example/"\nclick button "Later"\n  optional',
    ],
)
def test_a_playbook_that_ends_with_a_sign_or_with_data_is_sound(text: str) -> None:
    sound(load(f"playbook 2\n{text}\n").steps)


chromium = pytest.mark.chromium
session = pytest.mark.asyncio(loop_scope="session")


@chromium
@session
async def test_what_cannot_be_read_says_neither_yes_nor_no(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate("about:blank")
    for see in ("text", "no text"):
        expect = Expect.model_validate({"see": see, "what": "Error"})
        assert await unmet(browser, [expect], Done(), 0) == expect


@chromium
@session
async def test_on_another_page_nothing_is_gone(browser: PlaywrightBrowser, address: str) -> None:
    gone = Expect(see="gone")
    await browser.navigate(f"{address}/form")
    element = await browser.fingerprint(BUTTON)
    before = await browser.get_current_url()
    await browser.navigate(f"{address}/rows")
    assert await unmet(browser, [gone], Done(BUTTON, element, before=before), 0) == gone
    told = [Expect(see="url", what="*/rows"), gone]
    assert await unmet(browser, told, Done(BUTTON, element, before=before), 0) is None
    assert await unmet(browser, [gone], Done(BUTTON, element, before=f"{address}/rows?from=mail"), 0) is None


@chromium
@session
async def test_an_element_that_nobody_names_is_not_looked_for(browser: PlaywrightBrowser, address: str) -> None:
    await browser.navigate(f"{address}/form")
    with pytest.raises(Refused, match="does not say which"):
        await unmet(browser, [Expect(see="no element")], Done(), 0)
