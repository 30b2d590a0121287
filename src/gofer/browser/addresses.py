"""Which addresses an errand may open. The egress proxy checks again, after DNS and on each redirect."""

import ipaddress
from urllib.parse import urlsplit

from gofer.browser.words import clipped
from gofer.core.errors import Refused

_LOCAL = ("localhost", ".localhost", ".local", ".internal")


def allowed(url: str, *, private: bool = False) -> str:
    """The address as it is, if it is http(s) or about:blank and not of this machine or its network."""
    address = url.strip()
    parts = urlsplit(address)
    if address == "about:blank":
        return address
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"“{clipped(url)}” is not an address to open: it must begin with http:// or https://.")
    if not private and _is_private(parts.hostname):
        raise Refused(f"{clipped(url)} is an address of a private network; an errand may not go there.")
    return address


def _is_private(host: str) -> bool:
    name = host.rstrip(".").lower()
    if name.endswith(_LOCAL) or name == "localhost":
        return True
    try:
        return not ipaddress.ip_address(name.strip("[]").split("%")[0]).is_global
    except ValueError:
        return name.replace(".", "").isdigit() or name.startswith("0x")  # 2130706433 and 0x7f.1 are 127.0.0.1 too
