"""Lists, checkboxes, switches and radio buttons."""

from playwright.async_api import Error, Locator

from gofer.browser.acting.reasons import explained
from gofer.browser.hand import Hand
from gofer.browser.mishaps import Reason
from gofer.browser.words import clipped, said
from gofer.core.action import Check, Select

SHOWN = 20
"""Options that a refusal lists."""

_OPTIONS = """e => e.tagName === 'SELECT'
  ? {multiple: e.multiple, options: [...e.options].map(o =>
      ({label: o.label.replace(/\\s+/g, ' ').trim(), value: o.value,
        off: o.disabled || !!(o.closest('optgroup') ?? {}).disabled}))}
  : null"""

CLICK_MS = 2_000

_LABEL = """e => {
  const box = e.control ?? e.closest('label')?.control ?? e;
  const area = box.getBoundingClientRect(), style = getComputedStyle(box);
  const unseen = area.width <= 1 || area.height <= 1 || style.opacity === '0' || style.visibility === 'hidden'
    || style.clipPath !== 'none' || style.clip !== 'auto' || area.right < 0 || area.bottom < 0;
  return unseen && !box.disabled ? box.labels?.[0] ?? null : null; }"""

_STATE = """e => { const box = e.control ?? e.closest('label')?.control ?? e;
  return box.checked ?? box.getAttribute('aria-checked') === 'true' }"""

_CHECKABLE = """e => {
  const kinds = 'input[type=checkbox], input[type=radio], [role=checkbox], [role=radio], [role=switch],'
    + '[role=menuitemcheckbox], [role=menuitemradio], [aria-checked]';
  if (e.matches(kinds) || (e.control ?? e.closest('label')?.control)?.matches(kinds)) return true;
  return false; }"""


async def select(hand: Hand, action: Select) -> None:
    """Choose options by their labels or values; a refusal lists those there are."""
    element = await hand.one(action.target)
    native = await element.evaluate(_OPTIONS, timeout=hand.ready_ms)
    if native is None:
        raise Reason(await _no_list(element, action))
    chosen = [_option(native["options"], value) for value in action.values]
    if len(chosen) > 1 and not native["multiple"]:
        raise Reason("Only one of its options can be chosen. Say which.")
    async with explained(element):
        await element.select_option(index=chosen, timeout=hand.ready_ms)


async def check(hand: Hand, action: Check) -> None:
    """Set a checkbox, a switch or a radio button; its label will do where the box itself is hidden."""
    element = await hand.one(action.target, hidden=True)
    if not await element.evaluate(_CHECKABLE, timeout=hand.ready_ms):
        raise Reason("It is no checkbox, switch or radio button. Perhaps click it?")
    async with explained(element):
        try:
            if not await _by_label(element, action.on):
                await element.set_checked(action.on, timeout=hand.ready_ms)
        except Error as error:
            if "Cannot uncheck radio" in error.message:
                raise Reason("A radio button cannot be taken back. Choose another one of its group.") from error
            raise


async def _by_label(element: Locator, on: bool) -> bool:
    """Sites hide the real box and draw their own: a click on its label is what a person would do."""
    label = (await element.evaluate_handle(_LABEL)).as_element()
    if label is None:
        return False
    if await element.evaluate(_STATE) != on:
        await label.click(timeout=CLICK_MS)
    return bool(await element.evaluate(_STATE) == on)


def _option(options: list[dict[str, str]], wanted: str) -> int:
    tidy = " ".join(wanted.split())
    exact = [place for place, option in enumerate(options) if tidy in (option["label"], option["value"])]
    lenient = [place for place, option in enumerate(options) if tidy.casefold() == option["label"].casefold()]
    for place in [*exact, *lenient][:1]:
        if options[place]["off"]:
            raise Reason(f"The option “{clipped(wanted)}” is disabled")
        return place
    labels = ", ".join(said(option["label"]) for option in options[:SHOWN])
    more = f" and {len(options) - SHOWN} more" if len(options) > SHOWN else ""
    raise Reason(f"It has no option “{clipped(wanted)}”. It has: {labels}{more}")


async def _no_list(element: Locator, action: Select) -> str:
    kind = await element.evaluate("e => e.getAttribute('role') ?? (e.tagName === 'INPUT' ? 'field' : '')")
    value = clipped(action.values[0])
    if kind in ("combobox", "field"):
        return f"It is no native list. Click it, type “{value}” if it takes text, then click the option that shows."
    return f"It is no list. Click it to see what opens, then click “{value}” there."
