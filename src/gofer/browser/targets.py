"""From a Target to exactly one element of the page, or a refusal that says how to tell elements apart."""

from contextlib import suppress

from playwright.async_api import Locator, Page, TimeoutError

from gofer.browser.mishaps import told_as
from gofer.browser.pins import PIN, held, pinned
from gofer.browser.words import clipped, describe
from gofer.core.attempt import Attempt, refusal
from gofer.core.browser import Target
from gofer.core.errors import Refused

SHOWN = 5
"""How many rivals a refusal names."""


def locate(page: Page, target: Target) -> Locator:
    """Every visible element that the target's words fit."""
    found = _matches(page, target).filter(visible=True)
    return found if target.nth is None else found.nth(target.nth)


def _matches(page: Page, target: Target) -> Locator:
    if target.ref:
        return pinned(page, target.ref) if target.ref.startswith(PIN) else page.locator(f"aria-ref={target.ref}")
    if target.role:
        # The role comes from a playbook or a model: an unknown one simply matches nothing.
        return page.get_by_role(target.role, name=target.name, exact=target.name is not None)  # type: ignore[arg-type]
    if target.label:
        # The text of a label around a list has the list's options in it; the list's accessible name has not.
        labelled = page.get_by_label(target.label, exact=True)
        for role in ("combobox", "listbox"):
            labelled = labelled.or_(page.get_by_role(role, name=target.label, exact=True))
        return labelled
    if target.css:
        return page.locator(f"css={target.css}")
    if target.name:
        return page.get_by_text(target.name, exact=True)
    raise Refused("Say which element: its role and name, its label, or a reference from the page.")


async def only(page: Page, target: Target, timeout: float, *, hidden: bool = False) -> Locator:
    """The one visible element that fits, given `timeout` ms to appear; Refused (undone) for none and several.

    With `hidden` an element that sites hide behind its label or button will do as well.
    """
    if target.ref and target.ref.startswith(PIN):
        return await held(page, target.ref)
    found = locate(page, target)
    if hidden and not await found.count() and await _matches(page, target).count() == 1:
        return _matches(page, target)
    async with told_as(f"Could not look for {describe(target)}"):
        if not target.ref:
            with suppress(TimeoutError):
                await found.first.wait_for(state="visible", timeout=timeout)
        count = await found.count()
        if count == 1:
            return found
        told = await _many(page, found, count, target) if count else await _none(page, target)
        raise refusal(told, Attempt.UNDONE)


async def _none(page: Page, target: Target) -> str:
    if target.ref:
        return f"There is no element {target.ref} on {page.url} now. Read the page again and use a reference from it."
    if await _matches(page, target).count():
        return f"{describe(target)} is on {page.url}, but hidden.".capitalize()
    return f"There is no {describe(target).removeprefix('the ')} on {page.url}. Read the page to see what there is."


async def _many(page: Page, found: Locator, count: int, target: Target) -> str:
    rivals = "; ".join([await _rival(found.nth(place)) for place in range(min(count, SHOWN))])
    await page.aria_snapshot(mode="ai")  # references stand for the newest snapshot, which must be of the whole page
    more = "; …" if count > SHOWN else ""
    return f"{count} elements match {describe(target)}: {rivals}{more}. Which? Use a reference, or words that fit one."


async def _rival(element: Locator) -> str:
    """Such as `[e3] button "Buy"`, as the view has it."""
    lines = (await element.aria_snapshot(mode="ai")).strip().splitlines()
    words = clipped(lines[0].removeprefix("- ").removesuffix(":"), 100) if lines else "an element without words"
    plain, _, ref = words.partition(" [ref=")
    return f"[{ref.partition(']')[0]}] {plain}" if ref else plain
