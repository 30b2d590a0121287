"""Which element is meant is decided by rules that would rather say nobody than somebody else."""

from typing import Any

import pytest

from gofer.browser.likeness import Seen, Verdict, decide, like, renamed
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
        ([seen(name="Send it by post", label="x")], "attribute"),
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
        [seen(name="Send later")],
        [seen(name="Send by post", attributes={}, path="/x")],
        [seen(name="Submit")],
        [seen(name="")],
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


def test_where_the_name_says_one_and_the_id_another_nobody_is_meant() -> None:
    page = [seen(name="Discard", attributes={"id": "s"}), seen(name="Send now", attributes={"id": "d"}, path="/z")]
    assert decide(SEND, page) == Verdict(None, "likeness", 2)
    swapped = [seen(name="Discard"), seen(attributes={"id": "d"}, classes=("plain",), path="/b[2]")]
    assert decide(SEND, swapped).place is None
    bare = SEND.model_copy(update={"attributes": {}})
    dressed = [seen(name="Discard", attributes={}), seen(attributes={}, classes=("plain",), path="/b[2]")]
    assert decide(bare, dressed).place is None


def test_numbered_ids_may_move_on() -> None:
    wanted = SEND.model_copy(update={"attributes": {"id": "b-2"}})
    page = [seen(name="Discard", attributes={"id": "b-2"}, classes=()), seen(attributes={"id": "b-3"})]
    assert decide(wanted, page).place == 1


@pytest.mark.parametrize(
    ("recorded", "now"),
    [
        ("Follow", "Unfollow"),
        ("Send", "Do not send"),
        ("Send", "Don't send"),
        ("Do not send", "Send"),
        ("Delete", "Delete all messages permanently"),
        ("Subscribe", "Cancel: subscribe"),
        ("Pay", "Pay later"),
        ("Senden", "Nicht senden"),
        ("送信", "送信しない"),
        ("+", "−"),
        ("Copy from A to B", "Copy from B to A"),
        ("Accept the terms", "I do not accept the terms"),
    ],
)
def test_a_name_that_says_the_opposite_is_not_followed_whatever_else_agrees(recorded: str, now: str) -> None:
    wanted = SEND.model_copy(update={"name": recorded, "near": "Here", "label": "x"})
    assert decide(wanted, [seen(name=recorded, near="Here", nears=("Here",), label="x")]).place == 0
    page = [seen(name=now, near="Here", nears=("Here",), label="x")]
    assert decide(wanted, page).place is None
    assert decide(wanted.model_copy(update={"attributes": {}}), page).place is None


def test_other_words_in_a_name_need_something_else_that_agrees() -> None:
    wanted = SEND.model_copy(update={"attributes": {}, "near": "Letter"})
    assert decide(wanted, [seen(name="Send by post", attributes={}, nears=("Letter",))]).place == 0
    assert decide(wanted, [seen(name="Send by post", attributes={}, nears=("Parcel",))]).place is None
    order = SEND.model_copy(update={"name": "Order 1001", "attributes": {"href": "/orders/1001"}})
    other = seen(name="Order 1002", attributes={"href": "/orders/1002"})
    assert decide(order, [other]).place is None


def test_an_element_without_any_name_needs_more_than_that() -> None:
    icon = Fingerprint(tag="button", role="button", path="/b[1]")
    bare = Seen.model_validate(icon.model_dump())
    assert decide(icon, [bare]).place == 0
    assert decide(icon, [bare.model_copy(update={"path": "/b[7]"})]).place is None
    assert decide(icon, [bare.model_copy(update={"path": "/b[7]", "name": "✕"})]).place is None


def test_what_stands_there_instead_is_told() -> None:
    assert renamed(SEND, [seen(name="Discard", attributes={}), seen(name="Do not send")]) == "Do not send"
    assert renamed(SEND, [seen()]) == ""


def test_numbers_in_a_name_come_and_go() -> None:
    assert like("Basket (2)", "Basket (17)")
    assert not like("Order 1001", "Invoice 1001")
    assert not like("", "Send")
