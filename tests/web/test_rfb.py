"""What the guard of live desktops reads in a viewer's bytes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofer.web.rfb import BadRfb, Held, Kind, Message, ViewerStream

HELLO = b"RFB 003.008\n" + b"\x01" + b"\x00"
KEY_DOWN = struct.pack(">BBxxI", 4, 1, 0x61)
KEY_UP = struct.pack(">BBxxI", 4, 0, 0x61)
PRESSED = struct.pack(">BBHH", 5, 1, 10, 20)
VIEWS = [
    b"\0" + b"\0" * 19,
    b"\x02\0\0\x02" + b"\0" * 8,
    b"\x03" + b"\0" * 9,
    b"\x96" + b"\0" * 9,
    b"\xf8" + b"\0" * 7 + b"\x03abc",
]
INPUTS = [
    KEY_DOWN,
    KEY_UP,
    PRESSED,
    b"\x06\0\0\0" + struct.pack(">i", 2) + b"hi",
    b"\x06\0\0\0" + struct.pack(">i", -4) + b"\0\0\0\1",
    b"\xff\0\0\1" + b"\0" * 8,
]
NEVERS = [b"\xfa\0\1\2", b"\xfb\0\4\0\3\0\1\0" + b"\0" * 16]


def messages(data: bytes, cuts: list[int]) -> list[Message]:
    """The messages of bytes that arrive in pieces."""
    stream, found, at = ViewerStream(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        found += list(stream.feed(data[at:cut]))
        at = max(at, cut)
    return found


@given(st.lists(st.sampled_from(VIEWS + INPUTS + NEVERS)), st.lists(st.integers(0, 200)))
def test_messages_are_told_apart_however_they_are_cut(sent: list[bytes], cuts: list[int]) -> None:
    found = messages(HELLO + b"".join(sent), cuts)
    assert [message.data for message in found[3:]] == sent
    for message in found[3:]:
        expected = VIEWS if message.kind is Kind.VIEW else INPUTS if message.kind is Kind.INPUT else NEVERS
        assert message.data in expected


def test_every_viewer_shares_the_desktop() -> None:
    assert [message.data for message in messages(HELLO, [])] == [b"RFB 003.008\n", b"\x01", b"\x01"]


@pytest.mark.parametrize(
    "data",
    [
        b"RFB 003.003\n",
        b"RFB 003.008\n\x02",
        HELLO + b"\x07",
        HELLO + b"\xff\x01\0\0",
        HELLO + b"\x06\0\0\0" + struct.pack(">i", 2**30),
        HELLO + b"\x06\0\0\0" + struct.pack(">i", -(2**31)),
    ],
)
def test_what_no_viewer_of_ours_sends_ends_the_connection(data: bytes) -> None:
    with pytest.raises(BadRfb):
        messages(data, [])


@given(st.binary(max_size=300))
def test_no_bytes_can_break_the_guard(data: bytes) -> None:
    try:
        found = messages(HELLO + data, [])
    except BadRfb:
        return
    assert all(message.kind in Kind for message in found)


def test_what_is_held_down_can_be_let_go() -> None:
    held = Held()
    for data in (KEY_DOWN, PRESSED):
        held.note(data)
    assert held.let_go() == KEY_UP + struct.pack(">BBHH", 5, 0, 10, 20)
    assert held.let_go() == b""


def test_what_was_released_is_not_let_go_again() -> None:
    held = Held()
    for data in (KEY_DOWN, KEY_UP, PRESSED, struct.pack(">BBHH", 5, 0, 11, 20)):
        held.note(data)
    assert held.let_go() == b""
