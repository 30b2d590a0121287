"""Whether an address is like a pattern, and whether a page says a text, in any script."""

import re
import unicodedata
from urllib.parse import urlsplit

_STAR = re.compile(r"(\*\*?)")

_RUNS_ON = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "IDEOGRAPHIC")
"""How Unicode calls the letters of scripts in which words are not set apart."""

_TOKEN = re.compile(r"\w+")


def address_fits(pattern: str, url: str) -> bool:
    """Whether an address is like a pattern.

    * stands for one part of a path, ** for any number of them, and in a query for anything; a * at the very
    beginning is any site and folder. Where a pattern has no query or fragment, the address has none either.
    """
    pattern, url = _plain(pattern), _plain(url)
    told, asked, place = _parts(pattern)
    here, query, fragment = _parts(url)
    first = "**" + told.lstrip("*") if told.startswith("*") else told
    fits = re.fullmatch(_as_regex(first, "[^/]*"), here) and re.fullmatch(_as_regex(asked, ".*"), query)
    return bool(fits and re.fullmatch(_as_regex(place, "[^/]*"), fragment))


def place(url: str) -> str:
    """Site and path of an address, with the part of its fragment that single-page sites use as one."""
    parts = urlsplit(url)
    route = parts.fragment if parts.fragment.lstrip("!").startswith("/") else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}#{route}"


def sayable(text: str) -> bool:
    """Whether there is anything in a text that a page can say."""
    return bool(text.strip())


def says(page: str, text: str) -> bool:
    """Whether a page holds these words one after another, whatever their case and punctuation.

    A text without any word, such as ✓, is looked for as it is.
    """
    wanted = _spoken(text)
    if not wanted:
        return sayable(text) and _tidy(text) in _tidy(page)
    start = "" if _runs_on(wanted[0]) else r"(?<!\S)"
    end = "" if _runs_on(wanted[-1]) else r"(?!\S)"
    return re.search(start + re.escape(wanted) + end, _spoken(page)) is not None


def _plain(url: str) -> str:
    """Addresses that differ in how a space is written, or in a last slash, are the same."""
    return url.replace("+", "%20").rstrip("/")


def _parts(url: str) -> tuple[str, str, str]:
    rest, hash_, fragment = url.partition("#")
    address, mark, query = rest.partition("?")
    return address.rstrip("/"), mark + query, hash_ + fragment


def _as_regex(pattern: str, star: str) -> str:
    meant = {"*": star, "**": ".*"}
    return "(?s:" + "".join(meant.get(part) or re.escape(part) for part in _STAR.split(pattern)) + ")"


def _spoken(text: str) -> str:
    """Its words, set apart by single spaces where their script sets words apart."""
    told = ""
    for word in _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()):
        joined = told and _runs_on(told[-1]) and _runs_on(word[0])
        told += word if joined or not told else f" {word}"
    return told


def _runs_on(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(_RUNS_ON)


def _tidy(text: str) -> str:
    return " ".join(text.split()).casefold()
