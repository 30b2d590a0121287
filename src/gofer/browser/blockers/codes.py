"""Clues of a second factor: fields that want a one-time code. A PIN of a gift card and a postcode look much alike."""

import re
from collections import defaultdict
from collections.abc import Iterator

from gofer.browser.blockers import phrases
from gofer.browser.blockers.clues import Clue
from gofer.browser.blockers.signs import InputField, Signs
from gofer.core.blocker import BlockerKind as Kind

DIGITS = re.compile(r"numeric|tel|\\d|\[0-9\]|decimal")
NAMED = re.compile(
    r"otp|totp|mfa|2fa|one.?time|(verif\w*|security|auth\w*|sms|login|confirm\w*|access)[-_ ]?(code|"
    r"pin|token)|passcode|tan\b",
    re.I,
)
TYPES = ("text", "tel", "number", "password")


def codes(signs: Signs) -> Iterator[Clue]:
    """Every clue of a field for a one-time code."""
    near = [field for field in signs.fields if field.type in TYPES and (field.near or signs.short)]
    for field in near:
        yield from _declared(field)
        yield from _short_number(field)
    yield from _boxes(near)


def _declared(field: InputField) -> Iterator[Clue]:
    if "one-time-code" in field.autocomplete and not phrases.NOT_A_LOGIN_CODE.search(field.label):
        yield Clue(Kind.MFA, "field", 0.65, f"autocomplete=one-time-code ({field.label or field.name})".strip())


def _short_number(field: InputField) -> Iterator[Clue]:
    numeric = field.type in ("tel", "number") or bool(DIGITS.search(field.mode))
    named = bool(NAMED.search(field.name))
    sized = 4 <= field.longest <= 8 and (numeric or named or "code" in field.name.lower())
    if (sized or named) and (said := _wants_code(field)):
        size = f", at most {field.longest} characters" if field.longest > 0 else ""
        yield Clue(Kind.MFA, "field", 0.35, f"field {field.name or field.label}{size}")
        yield Clue(Kind.MFA, "text", 0.35, said)


def _boxes(fields: list[InputField]) -> Iterator[Clue]:
    rows: dict[int, list[InputField]] = defaultdict(list)
    for field in fields:
        if field.longest == 1:
            rows[field.group].append(field)
    for row in rows.values():
        if 4 <= len(row) <= 8 and (said := _wants_code(row[0])):
            yield Clue(Kind.MFA, "field", 0.4, f"{len(row)} boxes of one character each")
            yield Clue(Kind.MFA, "text", 0.35, said)


def _wants_code(field: InputField) -> str | None:
    """The words that say so; a label that names another kind of code wins over what stands around it."""
    if phrases.NOT_A_LOGIN_CODE.search(f"{field.label} {field.name}"):
        return None
    said = phrases.ONE_TIME_CODE.search(field.label)
    other = phrases.NOT_A_LOGIN_CODE.search(field.around)
    if said and other and phrases.ANY_SECURITY_CODE.search(said[0]):
        return None
    if not said and not other:
        said = phrases.ONE_TIME_CODE.search(field.around)
    return " ".join(said[0].split())[:120] if said else None
