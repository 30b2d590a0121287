"""The detector on 340 pages in a real Chromium: what blocks is seen and named, what only looks like it is let be."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright
from tests.browser.pages import Fixture, fixtures, verdict

from gofer.browser.blockers import Lookout, Signs, detect
from gofer.browser.blockers.rules import RULES
from gofer.browser.blockers.saved import alone, read
from gofer.browser.blockers.signs import Frame, InputField, Widget
from gofer.browser.blockers.verdict import ENOUGH
from gofer.core.blocker import Blocker, BlockerKind
from gofer.core.egress import HEADER, Answer, Verdict

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

PARTS = ("known", "heldout", "second", "third")
TABS = 3


@dataclass(frozen=True)
class Seen:
    """A fixture and what was said of it."""

    fixture: Fixture
    verdict: Blocker
    milliseconds: float


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def context(chromium: str) -> AsyncIterator[BrowserContext]:
    """A browser without a network."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await alone(context)
        yield context
        await context.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(context: BrowserContext) -> list[Seen]:
    """Every fixture, looked at once."""
    lookout = Lookout(context)
    waiting = [fixture for part in PARTS for fixture in fixtures(part)]
    found: list[Seen] = []

    async def look(page: Page) -> None:
        while waiting:
            fixture = waiting.pop()
            found.append(Seen(fixture, *await verdict(lookout, page, fixture)))
        await page.close()

    await asyncio.gather(*[look(await context.new_page()) for _ in range(TABS)])
    return found


async def test_there_are_enough_pages_and_half_of_them_only_look_alike() -> None:
    found = [fixture for part in PARTS for fixture in fixtures(part)]
    assert len(found) >= 240
    assert len({fixture.page.html for fixture in found}) == len(found)
    assert sum(fixture.kind == "none" for fixture in found) >= 0.5 * len(found)


async def test_what_only_looks_like_a_blocker_is_let_be(seen: list[Seen]) -> None:
    wrong = [one.fixture.name for one in seen if one.fixture.kind == "none" and one.verdict.found]
    fired = sum(one.verdict.found for one in seen)
    assert 1 - len(wrong) / fired >= 0.98, wrong


async def test_what_blocks_is_seen(seen: list[Seen]) -> None:
    blocking = [one for one in seen if one.fixture.kind != "none"]
    missed = [one.fixture.name for one in blocking if not one.verdict.found]
    assert 1 - len(missed) / len(blocking) >= 0.95, missed


async def test_what_is_seen_is_called_by_its_name(seen: list[Seen]) -> None:
    named = [one for one in seen if one.fixture.kind != "none" and one.verdict.found]
    wrong = {one.fixture.name: one.verdict.kind for one in named if one.verdict.kind != one.fixture.kind}
    assert len(wrong) <= 0.03 * len(named), wrong
    vendors = {
        one.fixture.name: one.verdict.vendor for one in named if one.fixture.vendor not in (None, one.verdict.vendor)
    }
    assert len(vendors) <= 0.03 * len(named), vendors


async def test_every_verdict_has_evidence_that_weighs_enough(seen: list[Seen]) -> None:
    for one in seen:
        if one.verdict.found:
            assert len(one.verdict.evidence) >= 1
            assert one.verdict.confidence >= ENOUGH
            assert {evidence.source for evidence in one.verdict.evidence} != {"text"}, one.fixture.name


async def test_a_captcha_that_comes_back_after_it_was_solved_is_a_loop(context: BrowserContext) -> None:
    lookout, page = Lookout(context), await context.new_page()
    await page.route("https://loop.example/**", lambda route: route.fulfill(body="<div id=a></div>"))
    await page.goto("https://loop.example/")
    widget = "<iframe width=304 height=78 src='https://www.google.com/recaptcha/api2/anchor?k=1'></iframe>"
    kinds = []
    for inside in (widget, "<p>Welcome back</p>", widget):
        await page.evaluate("html => { document.body.innerHTML = html }", inside)
        kinds.append((await lookout.blocker(page)).kind)
    await page.close()
    assert kinds == [BlockerKind.CAPTCHA, BlockerKind.NONE, BlockerKind.CAPTCHA_LOOP]


async def test_a_page_held_by_a_script_is_what_it_was(context: BrowserContext) -> None:
    lookout, page = Lookout(context), await context.new_page()
    await page.set_content("<h1>Hello</h1>")
    assert not (await lookout.blocker(page)).found
    await page.evaluate("setTimeout(() => { const end = Date.now() + 2600; while (Date.now() < end); }, 0)")
    assert not (await lookout.blocker(page)).found
    await page.close()


async def test_looking_changes_nothing_on_the_page(context: BrowserContext) -> None:
    lookout, page = Lookout(context), await context.new_page()
    await page.set_content("<h1>Hello</h1><input value=x><div class=g-recaptcha></div>")
    before = await page.content()
    await lookout.blocker(page)
    assert await page.content() == before
    await page.close()


async def test_the_same_signs_give_the_same_verdict(context: BrowserContext) -> None:
    signs = Signs(url="http://a.example/", status=429, headers={"retry-after": "5"}, text="Too many requests")
    assert detect(signs) == detect(signs)
    assert detect(signs).kind is BlockerKind.RATE_LIMITED


@pytest.mark.parametrize("word", ["Access denied", "I'm not a robot", "Too many requests", "unusual traffic"])
async def test_a_keyword_alone_never_fires(word: str) -> None:
    assert not detect(Signs(title=word, headings=(word,), text=f"{word} {'story ' * 80}", links=30)).found
    assert not detect(Signs(text=word, fields=(InputField(type="search"),), controls=9)).found


async def test_a_login_that_was_asked_for_is_no_blocker() -> None:
    field = InputField(type="password")
    wall = Signs(url="https://a.example/login?next=/x", asked="https://a.example/x", text="Log in", fields=(field,))
    assert detect(wall).kind is BlockerKind.LOGIN
    assert not detect(wall).apart_from({BlockerKind.LOGIN}).found
    assert not detect(
        wall.model_copy(update={"url": "https://a.example/login", "asked": "https://a.example/login"})
    ).found


async def test_a_login_page_that_says_too_many_requests_says_so_to_an_errand_that_logs_in() -> None:
    fields, words = (
        (InputField(type="text"), InputField(type="password")),
        "Please log in to continue. Too many requests.",
    )
    page = Signs(url="https://a.example/login?next=/x", asked="https://a.example/x", text=words, fields=fields)
    limited = page.model_copy(update={"status": 429})
    assert detect(limited).apart_from({BlockerKind.LOGIN}).kind is BlockerKind.RATE_LIMITED
    assert detect(limited).kind is BlockerKind.LOGIN
    assert not detect(page).apart_from({BlockerKind.LOGIN}).found


async def test_what_gofers_own_way_out_refuses_is_no_blocker_unless_a_site_says_so_over_https() -> None:
    words = "gofer's egress proxy refused this: a.example port 80 is not on this run's allow list."
    written = Answer(Verdict.UNLISTED, "a.example", 80, "a.example port 80 is not on this run's allow list").written()
    page = Signs(url="http://a.example/", status=403, title="Access denied", text=words)
    assert detect(page).kind is BlockerKind.ACCESS_DENIED
    ours = page.model_copy(update={"headers": {HEADER: written}})
    assert not detect(ours).found
    assert detect(ours.model_copy(update={"url": "https://a.example/"})).found


async def test_a_solved_widget_is_gone() -> None:
    frame = Frame(url="https://www.google.com/recaptcha/api2/anchor?k=1&size=normal", width=304, height=78)
    holder = Widget(selector=".g-recaptcha", width=304, height=78)
    name = "[name^='g-recaptcha-response']"
    signs = Signs(text="Post a comment", frames=(frame,), widgets=(holder,), responses={name: False})
    assert detect(signs).vendor == "recaptcha"
    assert not detect(signs.model_copy(update={"responses": {name: True}})).found


async def test_no_progress_tips_the_scales_only_where_something_else_speaks() -> None:
    assert not detect(Signs(text="Hello", unchanged=9)).found
    refused = Signs(title="Hm", headings=("Unusual traffic from your network",), text="x" * 600, unchanged=4)
    assert detect(refused).kind is BlockerKind.BOT_BLOCKED
    assert not detect(refused.model_copy(update={"unchanged": 0})).found


async def test_every_rule_says_why_and_no_text_weighs_enough() -> None:
    assert all(rule.why for rule in RULES)
    assert max(rule.weight for rule in RULES if rule.group == "text") < ENOUGH


async def test_a_saved_page_says_how_it_was_answered_above_its_html() -> None:
    page = read("<!-- gofer\nstatus: 403\nheader: Server: AkamaiGHost\nurl: http://a.example/\n-->\n<p>No")
    assert page.facts == {"status": "403", "url": "http://a.example/"}
    assert page.headers == (("server", "AkamaiGHost"),)
    assert page.html == "<p>No"
    assert read("<p>Plain").html == "<p>Plain"
