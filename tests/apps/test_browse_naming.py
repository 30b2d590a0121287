"""The name of a recorded playbook tells the site and the kind of errand, and nothing that is somebody's own."""

import re

import pytest

from gofer.apps.browse.naming import name_of
from gofer.apps.browse.types import BrowseInput


def named(goal: str, start_url: str = "https://www.shop.example/a", **parameters: str) -> str:
    """What it would be called, without the letters at the end."""
    name = name_of(BrowseInput(goal=goal, start_url=start_url, parameters=parameters))
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", name)
    return name.rpartition("-")[0]


@pytest.mark.parametrize(
    ("goal", "name"),
    [
        ("List every mug with its price", "shop-example-list-price"),
        ("Send a mail to anna about x", "shop-example-send-mail"),
        ("send mail to Anna Müller <anna@example.org>, tel. 0171 2345678", "shop-example-send-mail"),
        ("Anna's invoices of 2026: download them", "shop-example-invoices-download"),
        ("Finde alle Tassen", "shop-example"),
    ],
)
def test_a_name_is_made_of_the_site_and_plain_words(goal: str, name: str) -> None:
    assert named(goal) == name


def test_a_name_holds_no_value_even_if_it_is_a_plain_word_or_part_of_the_address() -> None:
    values = {"who": "Anna Order", "shop": "anna-shop"}
    assert named("Order news for anna", "https://anna-shop.host.example/", **values) == "host-example-news"


def test_two_errands_of_the_same_words_have_names_of_their_own() -> None:
    goals = ("List mugs", "List cups")
    assert len({name_of(BrowseInput(goal=goal, start_url="https://shop.example/")) for goal in goals}) == 2


def test_the_same_errand_with_another_value_has_the_same_name() -> None:
    asked = [
        BrowseInput(goal=f"Find {word}", start_url="https://shop.example/", parameters={"search": word})
        for word in ("mugs", "lamps")
    ]
    assert len({name_of(one) for one in asked}) == 1
