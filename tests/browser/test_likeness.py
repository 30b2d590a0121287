"""Which element is meant is decided by rules that would rather say nobody than somebody else."""

from typing import Any

import pytest

from gofer.browser.likeness import Seen, Verdict, decide, like
from gofer.core.fingerprint import Fingerprint

SEND = Fingerprint(tag="button", role="button", name="Send", attributes={"id": "s"}, classes=("main",), path="/b[1]")


def seen(**more: Any) -> Seen:
    """The button as it was recorded, but for what is said."""
    return Seen.model_validate({**SEND.model_dump(), "nears": (SEND.near,) if SEND.near else (), **more})


@pytest.mark.parametrize(
    ("page", "level"),
    [
        ([seen()], "exact"),
        ([seen(path="/div/b", nears=("Elsewhere",))], "exact"),
        ([seen(classes=("k1",))], "stable"),
        ([seen(classes=("k1",), attributes={})], "stable"),
        ([seen(name="Submit", label="x")], "attribute"),
        ([seen(name="SEND!", attributes={})], "name"),
        ([seen(name="Send now", attributes={})], "path"),
        ([seen(name="Send now", attributes={}, path="/x")], "likeness"),
    ],
)
def test_the_first_level_that_fits_tells_the_element(page: list[Seen], level: str) -> None:
    assert decide(SEND, page) == Verdict(0, level)


@pytest.mark.parametrize(
    "page",
    [
        [],
        [seen(role="link", tag="a")],
        [seen(name="Discard", attributes={}, classes=())],
        [seen(name="Discard", attributes={}, classes=(), path="/b[1]")],
        [seen(name="Send a copy of everything to all", attributes={}, path="/x")],
    ],
)
def test_what_is_not_there_is_nobody(page: list[Seen]) -> None:
    assert decide(SEND, page) == Verdict()


def test_two_that_fit_equally_are_nobody() -> None:
    assert decide(SEND, [seen(path="/a"), seen(path="/b")]) == Verdict(None, "exact", 2)
    both = [seen(name="Send now", attributes={}, path="/x"), seen(name="Send all", attributes={}, path="/y")]
    assert decide(SEND, both).place is None


def test_of_several_with_one_name_the_one_under_the_same_heading_is_meant() -> None:
    wanted = SEND.model_copy(update={"attributes": {}, "classes": (), "near": "Ada", "of": 3, "alike": 3})
    page = [seen(attributes={}, classes=(), nears=(name,)) for name in ("Bo", "Ada", "Cleo")]
    assert decide(wanted, page).place == 1
    assert decide(wanted, [page[0], page[2]]).place is None


def test_twins_are_told_by_their_place_only_while_all_of_them_stand_there() -> None:
    wanted = SEND.model_copy(update={"of": 2, "alike": 2, "nth": 1, "path": "/b[2]"})
    twins = [seen(path="/b[1]"), seen(path="/b[2]")]
    assert decide(wanted, twins).place == 1
    assert decide(wanted, twins[1:]).place is None
    assert decide(wanted, [*twins, seen(path="/b[3]")]).place is None
    assert decide(wanted, [seen(path="/b[1]"), seen(path="/div/b[2]")]).place is None


def test_an_id_that_moved_to_something_else_is_not_followed() -> None:
    page = [seen(name="Discard", attributes={"id": "s"}), seen(name="Send now", attributes={"id": "d"}, path="/z")]
    assert decide(SEND, page).place == 1


def test_numbers_in_a_name_come_and_go() -> None:
    assert like("Basket (2)", "Basket (17)")
    assert not like("Order 1001", "Invoice 1001")
    assert not like("", "Send")
