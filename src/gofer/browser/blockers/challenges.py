"""Clues of challenges that show something: vendors' frames, widgets and scripts, and a site's own picture to read."""

from collections.abc import Iterator

from gofer.browser.blockers import phrases
from gofer.browser.blockers.clues import Clue
from gofer.browser.blockers.signs import Frame, InputField, Signs, Widget
from gofer.browser.blockers.vendors import VENDORS, Vendor
from gofer.core.blocker import BlockerKind as Kind

FRAME, FAR_FRAME = 0.8, 0.25
"""A visible challenge is one; below the fold of a long page it is some form's, and may wait."""

WIDGET, FAR_WIDGET = 0.45, 0.1
"""Its holder alone may be empty: with its script or words it is enough."""

SCRIPT = 0.2
"""Normal pages load these too (reCAPTCHA v3, protected sites)."""

INLINE = {"cloudflare": 0.5, "aws-waf": 0.3, "kasada": 0.4, "imperva": 0.4}
"""How much a vendor's word in the page's own script says; normal pages have the others' too."""

NO_TASK = ("kasada", "imperva")
"""Vendors that turn visitors away without a task."""


def challenges(signs: Signs) -> Iterator[Clue]:
    """Every clue that a vendor's challenge leaves; none of a challenge that is passed already."""
    for vendor in VENDORS:
        if not passed(signs, vendor):
            yield from _frames(signs, vendor)
            yield from _widgets(signs, vendor)
            yield from _scripts(signs, vendor)
    if not all_passed(signs):
        yield from _own(signs)
        yield from _pictures(signs)


def passed(signs: Signs, vendor: Vendor) -> bool:
    """Whether every response field of this vendor holds its token."""
    found = [signs.responses[selector] for selector in vendor.response if selector in signs.responses]
    return bool(found) and all(found)


def all_passed(signs: Signs) -> bool:
    """Whether there are response fields and all hold tokens, or each widget says that it is solved."""
    if signs.responses:
        return all(signs.responses.values())
    usable = [widget for widget in signs.widgets if widget.shown and not widget.invisible]
    return bool(usable) and any(widget.solved for widget in usable)


def _frames(signs: Signs, vendor: Vendor) -> Iterator[Clue]:
    for frame in signs.frames:
        if vendor.frames.search(frame.url) and not vendor.hidden.search(frame.url) and _large(frame, vendor):
            refused = vendor.refusing.search(frame.url)
            kind = Kind.BOT_BLOCKED if refused else Kind.CAPTCHA
            weight = FRAME if frame.near or signs.short else FAR_FRAME
            yield Clue(kind, "frame", weight, _told(frame.url, frame), vendor.name)


def _widgets(signs: Signs, vendor: Vendor) -> Iterator[Clue]:
    for widget in signs.widgets:
        if widget.selector in vendor.widgets and _usable(widget, vendor):
            weight = WIDGET if widget.near or signs.short else FAR_WIDGET
            yield Clue(Kind.CAPTCHA, "marker", weight, _told(widget.selector, widget), vendor.name)


def _scripts(signs: Signs, vendor: Vendor) -> Iterator[Clue]:
    kind = Kind.BOT_BLOCKED if vendor.name in NO_TASK else Kind.CAPTCHA
    for address in signs.scripts:
        if vendor.scripts.search(address):
            weight = 0.4 if vendor.name in NO_TASK else 0.5 if vendor.name == "cloudflare" else SCRIPT
            yield Clue(kind, "script", weight, address, vendor.name, supports=weight == SCRIPT)
            break
    for word in vendor.inline:
        if word in signs.inline:
            weight = INLINE.get(vendor.name, SCRIPT)
            yield Clue(kind, "script", weight, word, vendor.name, supports=weight < 0.4 and kind is Kind.CAPTCHA)


def _own(signs: Signs) -> Iterator[Clue]:
    for widget in signs.widgets:
        large = widget.width >= 80 and widget.height >= 30
        if widget.selector == "own" and widget.shown and large and not widget.solved and (widget.near or signs.short):
            yield Clue(Kind.CAPTCHA, "marker", 0.35, _told("the site's own challenge", widget))
            return


def _pictures(signs: Signs) -> Iterator[Clue]:
    for field in signs.fields:
        if not asks_for_picture(field) or field.filled or not (field.near or signs.short):
            continue
        yield Clue(Kind.CAPTCHA, "field", 0.35, f"field {field.name or field.label}".strip())
        if field.picture:
            yield Clue(Kind.CAPTCHA, "marker", 0.35, f"picture beside it: {field.picture}")
        elif phrases.SUM.search(field.label or field.around):
            yield Clue(Kind.CAPTCHA, "text", 0.35, f"a sum to solve: {field.label or field.around[:80]}")


def asks_for_picture(field: InputField) -> bool:
    """Whether this field wants what a picture shows."""
    if field.type not in ("text", "tel", "number", "search") or field.autocomplete.startswith("cc-"):
        return False
    return bool(phrases.CAPTCHA_NAME.search(f"{field.name} {field.label}") or phrases.CAPTCHA.search(field.label))


def _large(frame: Frame, vendor: Vendor) -> bool:
    return frame.shown and frame.width >= vendor.least[0] and frame.height >= vendor.least[1]


def _usable(widget: Widget, vendor: Vendor) -> bool:
    """Visible and large enough; a holder without height waits for its script."""
    high = widget.height < 1 or widget.height >= min(vendor.least[1], 30)
    return widget.shown and high and widget.width >= 60 and not widget.invisible and not widget.solved


def _told(what: str, seen: Frame | Widget) -> str:
    return f"{what[:200]} ({seen.width:.0f}x{seen.height:.0f})"
