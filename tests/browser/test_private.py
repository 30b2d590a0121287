"""What looks private and what does not: fields, words before a value, greetings, addresses."""

import pytest

from gofer.browser.bare import bare, bare_text, masked
from gofer.browser.private import greets, is_asked_as_private, is_private, takes_secrets, tells_a_secret
from gofer.core.fingerprint import Fingerprint


def field(label: str = "", **attributes: str) -> Fingerprint:
    """A text field."""
    return Fingerprint(tag="input", role="textbox", name=label, label=label, attributes=attributes)


@pytest.mark.parametrize("label", ["PIN", "Passcode *", "Your password", "CVC", "One-time code", "API key", "Code"])
def test_a_field_that_is_called_like_a_secret_takes_secrets(label: str) -> None:
    assert takes_secrets(field(label))


@pytest.mark.parametrize("label", ["Search", "Pinned notes", "Product code", "Explore", "Expert", "Passenger count"])
def test_a_field_whose_name_only_sounds_like_it_does_not(label: str) -> None:
    assert not takes_secrets(field(label))
    assert not is_private("kettle", field(label))


def test_a_field_is_known_by_what_it_is_marked_as_too() -> None:
    assert takes_secrets(field("Until", autocomplete="billing cc-exp-year"))
    assert is_private("x", field("Where", autocomplete="shipping address-level2"))
    assert is_private("x", field("Who", name="firstName"))
    assert is_private("x", field("Write to us", type="email"))


def test_nobody_knows_what_a_field_without_words_takes_unless_it_searches() -> None:
    assert is_private("kettle", field())
    assert is_private("kettle", None)
    assert is_private("kettle", Fingerprint(tag="iframe", name="Editor"))
    assert not is_private("kettle", Fingerprint(tag="input", role="searchbox"))


def test_the_words_before_a_value_tell_what_it_is() -> None:
    assert is_asked_as_private("hunter2", "Log in with the password: hunter2 please")
    assert is_asked_as_private("ada", "my username is ada")
    assert not is_asked_as_private("kettle", "Find the cheapest kettle")


def test_a_goal_that_tells_a_secret_is_known_and_one_that_names_it_is_let_be() -> None:
    assert tells_a_secret("Log in with pin 4711")
    assert tells_a_secret("Write to ada@example.org")
    assert not tells_a_secret("Log in with pin {pin} and password {the_password}, then stop")
    assert not tells_a_secret("Reset the password.")


@pytest.mark.parametrize(
    "line", ["Welcome, Ada", "Hello Ada!", "Good morning, Ada", "Signed in as ada", "Thank you, Bo"]
)
def test_a_line_that_speaks_to_somebody_greets(line: str) -> None:
    assert greets(line)


@pytest.mark.parametrize("line", ["Welcome", "Welcome to the shop", "High prices", "Thank you for it", "Results"])
def test_a_line_that_speaks_to_nobody_does_not(line: str) -> None:
    assert not greets(line)


@pytest.mark.parametrize(
    ("url", "told", "pattern"),
    [
        ("https://bob:pw@a.example/x", "https://a.example/x", "https://a.example/x"),
        ("https://a.example/x?a=1&token=t", "https://a.example/x?a=1", "https://a.example/x?a=1&token=*"),
        ("https://a.example/#access_token=t&b=2", "https://a.example/#b=2", "https://a.example/#access_token=*&b=2"),
        ("https://a.example/?v=eyJhbGciOi", "https://a.example/", "https://a.example/?v=*"),
        ("https://a.example/?w=ada%40b.example", "https://a.example/", "https://a.example/?w=*"),
        ("https://a.example/?code={code}&q=a+b", "https://a.example/?code={code}&q=a+b", None),
        ("https://a.example/orders?id=10442&author=x", "https://a.example/orders?id=10442&author=x", None),
    ],
)
def test_an_address_is_kept_without_what_opens_doors(url: str, told: str, pattern: str | None) -> None:
    assert bare(url) == told
    assert masked(url) == (pattern or url)


def test_addresses_inside_a_text_are_made_bare() -> None:
    assert bare_text("go to https://a:b@c.example/?key=1 now") == "go to https://c.example/ now"
