"""Page texts made fit for a view: one line, visible letters only, and nothing that could pass for a reference."""

import re

NAME = 100
"""Letters of an element's name that are shown."""

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]")
_FORGED = re.compile(r"\[\s*((?:ref\s*=?\s*)?(?:f\d+)?e\d+|note)\s*\]", re.I)


def plain(text: str) -> str:
    """The text on one line, without letters that cannot be seen, and with `[e1]` written `(e1)`."""
    usual = text.isascii() and text.isprintable() and "  " not in text
    line = text.strip() if usual else _BLANK.sub(" ", _UNSEEN.sub("", text)).strip()
    return _FORGED.sub(r"(\1)", line) if "[" in line else line


def clipped(text: str, limit: int) -> str:
    """At most so many letters of the text, an ellipsis where it was cut."""
    return text if len(text) <= limit else f"{text[: max(limit - 1, 0)].rstrip()}…"


def quoted(text: str, limit: int = NAME) -> str:
    """A name or value between quotation marks that it cannot break out of."""
    inner = clipped(plain(text), limit).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
