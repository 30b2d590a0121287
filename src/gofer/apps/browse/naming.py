"""What a recorded playbook is called: its site, what kind of errand it is, and a few letters that make it its own."""

import re
from urllib.parse import urlsplit

from gofer.apps.browse.types import BrowseInput
from gofer.apps.browse.words import errand_key

MOST_WORDS = 4

DEEDS = """add apply archive ask book browse buy cancel change check choose click close collect compare complete confirm
    copy count create delete download edit enter export extract fill filter find follow gather get import list log login
    look monitor move open order pay pick post print publish read register remove rename renew reply report request
    reserve return save schedule search select send share show sign sort submit subscribe summarise summarize track
    translate update upload verify view watch write"""

THINGS = """account address appointment article balance basket book booking calendar card cart catalogue category
    comment company contact contract course customer delivery discount document email entry event file flight folder
    form hotel image invoice issue item job link mail meeting member menu message name news newsletter number offer
    order package page parcel payment photo picture post price product profile project question rating receipt recipe
    record report reservation result review room row sale seat settings shipment shop song status stock story
    subscription table task template ticket timetable train transaction trip user vacancy video weather"""

PLAIN = frozenset(f"{DEEDS} {THINGS}".split())
"""The only words of a goal that get into a name: whatever else it says may be somebody's own."""


def name_of(asked: BrowseInput) -> str:
    """Such as `shop-example-list-prices-3f9a1c`: nothing in it is a value, or tells of a person."""
    return "-".join([*_site(asked)[-4:], *_deeds(asked), errand_key(asked)[:6]])[-80:].strip("-")


def _site(asked: BrowseInput) -> list[str]:
    host = (urlsplit(asked.start_url).hostname or "").removeprefix("www.")
    own = _values(asked)
    labels = [label for label in host.split(".") if own.isdisjoint(re.findall(r"[a-z0-9]+", label))]
    return [told[:20] for label in labels if (told := re.sub(r"[^a-z0-9]", "", label.casefold()))]


def _deeds(asked: BrowseInput) -> list[str]:
    first, *others = re.findall(r"[^\W\d_]+", asked.goal) or [""]
    said = dict.fromkeys([first.casefold(), *(word for word in others if word.islower())])
    return [word for word in said if _plain(word) and word not in _values(asked)][:MOST_WORDS]


def _plain(word: str) -> bool:
    return word in PLAIN or word.removesuffix("s") in PLAIN


def _values(asked: BrowseInput) -> frozenset[str]:
    """Every word of every value."""
    return frozenset(re.findall(r"\w+", " ".join(asked.parameters.values()).casefold()))
