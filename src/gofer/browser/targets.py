"""From a Target to exactly one element of the page, or a refusal that says how to tell elements apart."""

from contextlib import suppress

from playwright.async_api import Locator, Page, TimeoutError

from gofer.browser.mishaps import told_as
from gofer.browser.words import clipped, describe
from gofer.core.browser import Target
from gofer.core.errors import Refused

SHOWN = 5
"""How many rivals a refusal names."""


def locate(page: Page, target: Target) -> Locator:
    """Every visible element that the target's words fit."""
    return _matches(page, target).filter(visible=True)


def _matches(page: Page, target: Target) -> Locator:
    if target.ref:
        return page.locator(f"aria-ref={target.ref}")
    if target.role:
        # The role comes from a playbook or a model: an unknown one simply matches nothing.
        return page.get_by_role(target.role, name=target.name, exact=target.name is not None)  # type: ignore[arg-type]
    if target.label:
        return page.get_by_label(target.label, exact=True)
    if target.css:
        return page.locator(f"css={target.css}")
    if target.name:
        return page.get_by_text(target.name, exact=True)
    raise Refused("Say which element: its role and name, its label, or a reference from the page.")


async def only(page: Page, target: Target, timeout: float) -> Locator:
    """The one visible element that fits, given `timeout` ms to appear; raises Refused for none and for several."""
    found = locate(page, target)
    async with told_as(f"Could not look for {describe(target)}"):
        if not target.ref:
            with suppress(TimeoutError):
                await found.first.wait_for(state="visible", timeout=timeout)
        count = await found.count()
        if count == 1:
            return found
        raise Refused(await _many(found, count, target) if count else await _none(page, target))


async def _none(page: Page, target: Target) -> str:
    if target.ref:
        return f"There is no element {target.ref} on {page.url} now. Read the page again and use a reference from it."
    if await _matches(page, target).count():
        return f"{describe(target)} is on {page.url}, but hidden.".capitalize()
    return f"There is no {describe(target).removeprefix('the ')} on {page.url}. Read the page to see what there is."


async def _many(found: Locator, count: int, target: Target) -> str:
    texts = [clipped(text) for text in (await found.all_inner_texts())[:SHOWN]]
    names = ", ".join(f"“{text}”" for text in texts if text)
    rivals = f": {names}{', …' if count > SHOWN else ''}" if names else ""
    return f"{count} elements match {describe(target)}{rivals}. Which? Use a reference, or words that fit only one."
