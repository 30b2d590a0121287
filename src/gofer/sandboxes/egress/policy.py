"""Where a sandbox may go: a decision over host, port and addresses, without any input or output."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gofer.core.egress import Verdict
from gofer.core.sandbox import Egress

WEB_PORTS = (80, 443)
HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?|[0-9a-f:.]*:[0-9a-f:.]*")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
ALSO_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # IETF's own; 192.0.0.192 is a cloud's metadata service
            "168.63.129.16/32",  # a cloud's host, under a public address
            "192.88.99.0/24",  # 6to4 relays
            "fec0::/10",  # site-local, of old
            "3fff::/20",  # documentation
        ),
    )
)
"""What Python 3.11 takes for public and is not."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(Exception):
    """The sandbox may not go there; the text says why."""

    def __init__(self, text: str, verdict: Verdict = Verdict.PRIVATE) -> None:
        super().__init__(text)
        self.verdict = verdict


@dataclass(frozen=True)
class Target:
    """A host and a port, as the guest asked for them."""

    host: str
    port: int


def target(authority: str, default_port: int | None = None) -> Target:
    """Host and port out of "host:port" or "[address]:port"; raises `ValueError` for anything else."""
    match = re.fullmatch(r"(?:\[([^\]]+)\]|([^:\[\]]+))(?::([0-9]{1,5}))?", authority)
    if not match:
        raise ValueError(f"{authority[:80]!r} is no host with a port")
    host = (match[1] or match[2]).lower().rstrip(".")
    port = int(match[3]) if match[3] else default_port
    if not _is_host(host) or port is None or not 0 < port < 65536:
        raise ValueError(f"{authority[:80]!r} is no host with a port")
    return Target(host, port)


def _is_host(host: str) -> bool:
    """Whether a resolver can be asked for it: a part of a name has 1 to 63 letters."""
    named = ":" in host or all(0 < len(part) < 64 for part in host.split("."))
    return named and HOST.fullmatch(host) is not None


def judge(asked: Target, rules: Egress, names: Mapping[str, str]) -> str:
    """The rule that lets this target through; raises `Forbidden` with the reason when there is none."""
    if any(matches(pattern, asked, any_port=True) for pattern in rules.deny):
        raise Forbidden(f"{asked.host} is on this run's deny list", Verdict.DENIED)
    if asked.host in names and asked.port == 80:
        return "gofer's own name"
    for pattern in rules.allow:
        if matches(pattern, asked):
            return f"allowed by {pattern!r}"
    raise Forbidden(f"{asked.host} port {asked.port} is not on this run's allow list", Verdict.UNLISTED)


def matches(pattern: str, asked: Target, any_port: bool = False) -> bool:
    """Whether "host", "*.host", "*" or one of these with ":port" means this target.

    Without a port an allowed host means the web's two ports, a denied one means every port. In a list of
    what is allowed, a `*` means no addresses: by its address a guest could reach what is denied by name.
    """
    host, colon, port = pattern.lower().rpartition(":")
    if not colon or not (port.isdigit() or port == "*"):
        host, port = pattern.lower(), "*" if any_port else ""
    right_port = asked.port in WEB_PORTS if port == "" else port in ("*", str(asked.port))
    if "*" in host and is_numeric(asked.host) and not any_port:
        return False
    return right_port and fnmatchcase(asked.host, as_ascii(host.strip("[]").rstrip(".")))


def as_ascii(host: str) -> str:
    """An international name as it goes over the wire; patterns that are none stay as they are."""
    try:
        return host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        return host


def is_numeric(host: str) -> bool:
    """Whether a resolver would take this for an address, in any of the ways to write one."""
    last = host.rpartition(".")[2]
    return ":" in host or last.isdigit() or re.fullmatch("0x[0-9a-f]*", last) is not None


def require_public(addresses: list[str]) -> list[str]:
    """The same addresses; raises `Forbidden` when any of a host's addresses is not a public one.

    One private address among public ones is how a hostile name server would probe, so it spoils all.
    """
    for text in addresses:
        if not is_public(ipaddress.ip_address(text.partition("%")[0])):
            raise Forbidden(f"{text} is a private, local or reserved address")
    if not addresses:
        raise Forbidden("the host has no address", Verdict.NO_SUCH_HOST)
    return addresses


def is_public(address: Address) -> bool:
    """Whether an address, and the one it may carry inside, belongs to the public Internet."""
    inner = carried(address)
    if any(address in network for network in ALSO_REFUSED):
        return False
    ordinary = address.is_global and not address.is_multicast and not address.is_reserved
    return is_public(inner) if inner else ordinary


def carried(address: Address) -> ipaddress.IPv4Address | None:
    """The version 4 address inside a version 6 one (mapped, 6to4, Teredo, NAT64), or None."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
