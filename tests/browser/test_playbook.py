"""A playbook is checked before anything is done with it."""

import pytest

from gofer.browser.binding import bind, hosts
from gofer.browser.playbook import Open, bundled, load
from gofer.browser.words import sentence
from gofer.core.errors import Refused

SEARCH = '{"parameters": {"q": "what to look for"}, "steps": [{"do": "open", "url": "{start_url}find?q={q}"}]}'


def test_values_are_quoted_in_addresses_but_the_start_is_not() -> None:
    step = bind(load(SEARCH), {"q": "a b&c/../", "start_url": "http://a.example/"})[0]
    assert isinstance(step, Open)
    assert step.url == "http://a.example/find?q=a%20b%26c%2F..%2F"


def test_a_value_with_braces_is_put_in_as_it_is() -> None:
    step = bind(bundled("price_watch"), {"search": "{start_url}", "start_url": "http://a.example/"})[1]
    assert sentence(step).endswith("with “{start_url}”")


def test_a_missing_parameter_is_named_with_what_it_is_for() -> None:
    with pytest.raises(Refused, match="needs the parameter “q”: what to look for"):
        bind(load(SEARCH), {"start_url": "http://a.example/"})


def test_an_unknown_parameter_is_named_with_those_there_are() -> None:
    with pytest.raises(Refused, match=r"no parameter “qq”\. It has: q"):
        bind(load(SEARCH), {"q": "x", "qq": "y"})


def test_the_sites_that_steps_open_are_known_beforehand() -> None:
    assert hosts(bind(load(SEARCH), {"q": "x", "start_url": "https://a.example:8443/"})) == ("a.example",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "JSON"),
        ('{"steps": []}', "steps"),
        ('{"steps": [{"do": "fly"}]}', r"steps\.0"),
        ('{"steps": [{"do": "open", "url": "http://a.example", "fast": 1}]}', r"steps\.0\.open\.fast"),
        ('{"steps": [{"do": "save", "name": "../x.csv"}]}', r"steps\.0\.save\.name"),
        ('{"version": 2, "steps": [{"do": "open", "url": "http://a.example"}]}', "version"),
        ('{"steps": [{"do": "open", "url": "http://{site}"}]}', "site"),
        ('{"parameters": {"q": ""}, "steps": [{"do": "open", "url": "http://a.example"}]}', "differ: q"),
    ],
)
def test_a_playbook_that_is_not_valid_is_refused_with_the_place(text: str, told: str) -> None:
    with pytest.raises(Refused, match=told):
        load(text)


def test_an_unknown_bundled_playbook_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="there are: price_watch"):
        bundled("../secrets")


def test_every_step_of_the_bundled_playbook_reads_as_a_sentence() -> None:
    steps = bind(bundled("price_watch"), {"search": "mug", "start_url": "http://a.example/"})
    assert [sentence(step) for step in steps] == [
        "Open http://a.example/",
        'Fill searchbox "Search the shop" with “mug”',
        'Click button "Search"',
        "Take a picture, results.png",
        "Read name, price, stock, link of every `.card`",
        "Save prices.csv",
    ]
