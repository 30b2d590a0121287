"""The head of a request to the proxy: read within bounds, understood strictly, written anew."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from gofer.sandboxes.egress.policy import Target, target

LIMIT = 64 * 1024
TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
}


class BadRequest(Exception):
    """The guest said something that is no request; the text says what, the status goes to the guest."""

    def __init__(self, text: str, status: str = "400 Bad Request") -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Head:
    """A request's first line and fields."""

    method: str
    url: str
    fields: list[tuple[str, str]]

    @property
    def is_tunnel(self) -> bool:
        """Whether the guest wants a tunnel (https, WebSocket) instead of one answer."""
        return self.method == "CONNECT"

    def target(self) -> Target:
        """Where the guest wants to go; raises `BadRequest`."""
        try:
            if self.is_tunnel:
                return target(self.url)
            parts = urlsplit(self.url)
            if parts.scheme != "http" or "@" in parts.netloc:
                raise ValueError("only http:// addresses and CONNECT pass")
            return target(parts.netloc, 80)
        except ValueError as error:
            raise BadRequest(str(error)) from error

    def onward(self, host: Target) -> bytes:
        """The request for the far server: path instead of address, one Host, and the end after one answer."""
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        dropped = HOP_BY_HOP | self._named() | {"host"}
        fields = [(name, value) for name, value in self.fields if name not in dropped]
        shown = f"[{host.host}]" if ":" in host.host else host.host
        fields.append(("host", shown if host.port == 80 else f"{shown}:{host.port}"))
        fields.append(("connection", "close"))
        lines = [f"{self.method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _named(self) -> set[str]:
        """The fields that the guest calls hop-by-hop in its Connection field."""
        values = [value for name, value in self.fields if name == "connection"]
        return {word.strip().lower() for value in values for word in value.split(",")} - {"content-length"}

    def body_length(self) -> int | None:
        """How many bytes follow; None for chunks. Raises `BadRequest` for two meanings at once."""
        lengths = {value for name, value in self.fields if name == "content-length"}
        encodings = [value.lower() for name, value in self.fields if name == "transfer-encoding"]
        if encodings:
            if lengths or encodings != ["chunked"]:
                raise BadRequest("the body's length is ambiguous")
            return None
        length = lengths.pop() if lengths else "0"
        if lengths or not (length.isascii() and length.isdigit()) or len(length) > 15:
            raise BadRequest("the body's length is ambiguous")
        return int(length)


async def read(reader: asyncio.StreamReader) -> Head:
    """The next request's head; raises `BadRequest` when it is too long or malformed, EOFError when there is none."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise BadRequest("the request's head is too long", "431 Request Header Fields Too Large") from error
    first, *lines = raw[:-4].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.1", "HTTP/1.0") or not is_token(words[0]) or not is_clean(words[1]):
        raise BadRequest("that is no request line")
    return Head(words[0], words[1], [as_field(line) for line in lines])


def as_field(line: str) -> tuple[str, str]:
    """Name in small letters, and value; raises `BadRequest` for folded and malformed lines."""
    name, colon, value = line.partition(":")
    if not colon or not is_token(name) or any(letter in value for letter in "\r\n\0"):
        raise BadRequest("a header field is malformed")
    return name.lower(), value.strip()


def is_token(word: str) -> bool:
    """Whether this may be a method or the name of a field."""
    return bool(word) and set(word) <= TOKEN


def is_clean(url: str) -> bool:
    """Whether an address holds only visible ASCII."""
    return bool(url) and all("!" <= letter <= "~" for letter in url)
