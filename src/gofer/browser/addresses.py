"""Which addresses an errand may open. The egress proxy checks again, after DNS and on each redirect."""

import ipaddress
import socket
import unicodedata
from urllib.parse import unquote, urlsplit

from gofer.browser.words import clipped
from gofer.core.errors import Refused

_LOCAL = ("localhost", ".localhost", ".local", ".internal")


def allowed(url: str, *, private: bool = False) -> str:
    """The address as it is, if it is http(s) or about:blank and not of this machine or its network."""
    address = url.strip()
    if address == "about:blank":
        return address
    host = _host(address)
    if not host:
        raise Refused(f"“{clipped(url)}” is not an address to open: it must begin with http:// or https://.")
    if not private and _is_private(host):
        raise Refused(f"{clipped(url)} is an address of a private network; an errand may not go there.")
    return address


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address.replace("\\", "/"))  # as browsers read it
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


def _is_private(host: str) -> bool:
    name = _as_browsers_read(host)
    if name.endswith(_LOCAL) or name == "localhost":
        return True
    try:
        return not ipaddress.ip_address(name.strip("[]").split("%")[0]).is_global
    except ValueError:
        return _is_private_number(name)


def _as_browsers_read(host: str) -> str:
    """Without quoting, and with the letters and dots of every script made plain: `127。0。0。1` is 127.0.0.1."""
    plain = unicodedata.normalize("NFKC", unquote(host))
    return plain.replace("。", ".").rstrip(".").lower()


def _is_private_number(name: str) -> bool:
    """Whether it is a private address written as numbers: 2130706433, 0x7f.1 and 0177.1 are 127.0.0.1 too."""
    last = name.rpartition(".")[2]
    if not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        return not ipaddress.ip_address(socket.inet_aton(name)).is_global
    except OSError:
        return True  # it looks like a number and is none: who knows what a resolver makes of it
