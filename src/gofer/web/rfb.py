"""RFB, the protocol of VNC, as far as a guard must read it: which of a viewer's bytes are input (RFC 6143, 7.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

VERSIONS = frozenset({b"RFB 003.007\n", b"RFB 003.008\n"})
NO_SECURITY = b"\x01"
SHARED = b"\x01"

SET_ENCODINGS, KEY, POINTER, CUT_TEXT = 2, 4, 5, 6
FENCE, POWER, RESIZE, QEMU = 248, 250, 251, 255

LENGTHS = {0: 20, 3: 10, KEY: 8, POINTER: 6, 150: 10, POWER: 4, QEMU: 12}
"""Messages of one length: SetPixelFormat, FramebufferUpdateRequest, EnableContinuousUpdates and those named above."""

CUT_TEXT_BYTES = 256 * 1024
"""The longest clipboard text that a viewer may send."""


class BadRfb(Exception):
    """A viewer sent what no viewer of ours sends; the connection ends."""


class Kind(Enum):
    """What a message means for the desktop."""

    VIEW = "view"
    """Only about what the viewer sees."""
    INPUT = "input"
    """Keyboard, mouse or clipboard."""
    NEVER = "never"
    """Nobody may do this from a page: power, resizing the desktop."""


@dataclass(frozen=True)
class Message:
    """One whole message of a viewer."""

    kind: Kind
    data: bytes


class ViewerStream:
    """Cuts a viewer's bytes into messages, from the handshake on."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._handshake = [self._version, self._security, self._init]

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that these bytes complete; raises `BadRfb`."""
        self._buffer += data
        while self._buffer:
            message = self._handshake[0]() if self._handshake else self._message()
            if message is None:
                return
            yield message

    def _version(self) -> Message | None:
        data = self._take(12)
        if data is not None and data not in VERSIONS:
            raise BadRfb("unknown version")
        return self._greeted(data)

    def _security(self) -> Message | None:
        data = self._take(1)
        if data is not None and data != NO_SECURITY:
            raise BadRfb("unknown security type")
        return self._greeted(data)

    def _init(self) -> Message | None:
        # Always shared: a viewer must not be able to throw the others out.
        return self._greeted(SHARED if self._take(1) else None)

    def _greeted(self, data: bytes | None) -> Message | None:
        if data is None:
            return None
        self._handshake.pop(0)
        return Message(Kind.VIEW, data)

    def _message(self) -> Message | None:
        length = message_length(self._buffer)
        data = None if length is None else self._take(length)
        return None if data is None else Message(kind_of(data[0]), data)

    def _take(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        data = bytes(self._buffer[:length])
        del self._buffer[:length]
        return data


def kind_of(number: int) -> Kind:
    """What messages with this number mean for the desktop."""
    if number in (KEY, POINTER, CUT_TEXT, QEMU):
        return Kind.INPUT
    return Kind.NEVER if number in (POWER, RESIZE) else Kind.VIEW


def message_length(buffer: bytearray) -> int | None:
    """How long the message at the head of the buffer is; None while that cannot be told yet."""
    number = buffer[0]
    if number in LENGTHS:
        return qemu_length(buffer) if number == QEMU else LENGTHS[number]
    if number == SET_ENCODINGS:
        return counted(buffer, 2, 2, header=4, each=4)
    if number == CUT_TEXT:
        return cut_text_length(buffer)
    if number == FENCE:
        return counted(buffer, 8, 1, header=9, each=1)
    if number == RESIZE:
        return counted(buffer, 6, 1, header=8, each=16)
    raise BadRfb(f"unknown message {number}")


def counted(buffer: bytearray, at: int, width: int, *, header: int, each: int) -> int | None:
    """The length of a message that says how many things follow its header."""
    if len(buffer) < header:
        return None
    return header + each * int.from_bytes(buffer[at : at + width], "big")


def cut_text_length(buffer: bytearray) -> int | None:
    """ClientCutText; a negative length marks the extended clipboard."""
    if len(buffer) < 8:
        return None
    length = abs(int.from_bytes(buffer[4:8], "big", signed=True))
    if length > CUT_TEXT_BYTES:
        raise BadRfb("clipboard text too long")
    return 8 + length


def qemu_length(buffer: bytearray) -> int | None:
    """QEMU's extended key event; its other messages (audio) are refused."""
    if len(buffer) > 1 and buffer[1] != 0:
        raise BadRfb("unknown QEMU message")
    return LENGTHS[QEMU]


class Held:
    """The keys and buttons a viewer holds down, so that they can be let go for them."""

    def __init__(self) -> None:
        self._keys: dict[bytes, bytes] = {}
        self._position = b""

    def note(self, message: bytes) -> None:
        """Remember one input message that reached the desktop."""
        if message[0] == KEY:
            self._note_key(message[4:8], message[1] != 0, message[:1] + b"\0\0\0" + message[4:])
        elif message[0] == QEMU:
            self._note_key(message[4:12], message[3] != 0, message[:2] + b"\0\0" + message[4:])
        elif message[0] == POINTER:
            self._position = message[2:6] if message[1] else b""

    def _note_key(self, key: bytes, down: bool, release: bytes) -> None:
        if down and len(self._keys) < 64:
            self._keys[key] = release
        else:
            self._keys.pop(key, None)

    def let_go(self) -> bytes:
        """The messages that release whatever is still held."""
        releases = b"".join(self._keys.values())
        if self._position:
            releases += bytes([POINTER, 0]) + self._position
        self._keys.clear()
        self._position = b""
        return releases
