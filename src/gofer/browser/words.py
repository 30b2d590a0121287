"""Elements and values as people say them, for errors and events."""

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from gofer.core.browser import Target

TELLING = 4
"""Letters from which on a secret is one: shorter ones stand in every text by chance."""

_PLAIN_MARKS = str.maketrans("“”", '""')


def describe(target: Target) -> str:
    """The element in words, such as `button "Search"`."""
    if target.ref:
        return f"element {target.ref}" if target.ref.isalnum() else "the element"
    if target.role:
        return f'{target.role} "{target.name}"' if target.name else f"the {target.role}"
    if target.label:
        return f'the field "{target.label}"'
    return f'the text "{target.name}"' if target.name else f"`{target.css}`"


def clipped(text: str, limit: int = 60) -> str:
    """The text on one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def said(text: str, limit: int = 60) -> str:
    """Words of a page between marks that they cannot end by themselves."""
    return f"“{clipped(text, limit).translate(_PLAIN_MARKS)}”"


def covered(text: str, secrets: Iterable[str], cover: str = "••••") -> str:
    """The text with every secret hidden, also in the ways that addresses write it."""
    for secret in sorted(secrets, key=len, reverse=True):
        for form in {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}:
            text = text.replace(form, cover) if len(secret) >= TELLING else text
    return text
