"""Addresses without what opens doors: names and passwords before the host, tokens and personal values in the query."""

import re
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from gofer.browser.playbook import PLACE
from gofer.browser.secrecy import is_personal

_KEYS = re.compile(
    r"token|secret|passw|pwd|passphrase|credential|signature|session|api_?key|access_?key|auth(?!or)|jwt|otp|nonce"
    r"|(?:^|[_.-])(?:sid|sig|key|code|pin|pass|hash|ticket|state|code_verifier|e-?mail|user(?:name)?|phone|tel)$",
    re.I,
)
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=.~-]{16,}$|^eyJ|[0-9a-f]{16,}$", re.I)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.I)


def bare(url: str) -> str:
    """The address without what must not be kept; one that holds nothing of the kind stays as it is."""
    return _changed(url, "")


def masked(url: str) -> str:
    """The address as a pattern, with * for what must not be kept."""
    return _changed(url, "*")


def bare_text(text: str) -> str:
    """A text with every address in it made bare."""
    return _ADDRESS.sub(lambda found: bare(found[0]), text)


def _changed(url: str, instead: str) -> str:
    parts = urlsplit(url)
    kept = {name: _pairs(getattr(parts, name), instead) for name in ("query", "fragment")}
    told = parts._replace(netloc=parts.netloc.rpartition("@")[2], **kept)
    return url if told == parts else urlunsplit(told)


def _pairs(query: str, instead: str) -> str:
    told = (_pair(*pair.partition("=")[::2], pair, instead) for pair in query.split("&"))
    return "&".join(pair for pair in told if pair) if "=" in query else query


def _pair(key: str, value: str, pair: str, instead: str) -> str:
    confided = value and not PLACE.search(value) and _is_confided(unquote_plus(key), unquote_plus(value))
    return (instead and f"{key}={instead}") if confided else pair


def _is_confided(key: str, value: str) -> bool:
    """Whether a pair of a query gives away more than which page it is."""
    return _KEYS.search(key) is not None or _RANDOM.match(value) is not None or is_personal(value, None)
