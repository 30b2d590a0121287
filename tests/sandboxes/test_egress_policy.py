"""Where the egress proxy lets a sandbox go."""

import ipaddress

import pytest

from gofer.core.sandbox import Egress
from gofer.sandboxes.egress.policy import Forbidden, Target, is_public, judge, require_public, target

SHOP = {"shop.gofer.example": "/nowhere"}


@pytest.mark.parametrize(
    ("pattern", "host", "port"),
    [
        ("example.org", "example.org", 443),
        ("Example.org", "example.org", 80),
        ("*.example.org", "www.example.org", 443),
        ("*", "anything.test", 443),
        ("example.org:8443", "example.org", 8443),
        ("*:*", "example.org", 25),
    ],
)
def test_a_listed_host_is_allowed(pattern: str, host: str, port: int) -> None:
    assert judge(Target(host, port), Egress(allow=(pattern,)), {})


@pytest.mark.parametrize(
    ("pattern", "host", "port"),
    [
        ("example.org", "www.example.org", 443),
        ("*.example.org", "example.org", 443),
        ("*.example.org", "badexample.org", 443),
        ("example.org", "example.org.evil.test", 443),
        ("example.org", "example.org", 22),
        ("*", "example.org", 25),
        ("example.org:8443", "example.org", 443),
    ],
)
def test_what_is_not_listed_is_refused(pattern: str, host: str, port: int) -> None:
    with pytest.raises(Forbidden, match="not on this run's allow list"):
        judge(Target(host, port), Egress(allow=(pattern,)), {})


def test_the_deny_list_wins_on_every_port() -> None:
    rules = Egress(allow=("*", "*:*"), deny=("*.bad.test",))
    for port in (80, 443, 8080):
        with pytest.raises(Forbidden, match="deny list"):
            judge(Target("a.bad.test", port), rules, {})


@pytest.mark.parametrize(
    "host", ["93.184.216.34", "1572395042", "0x5db8d822", "0135.0270.0330.042", "93.12114978", "::1"]
)
def test_an_address_in_any_spelling_is_no_way_around_names(host: str) -> None:
    with pytest.raises(Forbidden, match="allow list"):
        judge(Target(host, 443), Egress(allow=("*", "*:*", "93.*")), {})
    assert judge(Target(host, 443), Egress(allow=(host if ":" not in host else f"[{host}]:443",)), {})
    with pytest.raises(Forbidden, match="deny list"):
        judge(Target(host, 443), Egress(allow=(f"[{host}]:443",), deny=("*",)), {})


def test_an_international_name_is_listed_as_people_write_it() -> None:
    rules = Egress(allow=("*.Bücher.example",), deny=("böse.bücher.example",))
    assert judge(Target("a.xn--bcher-kva.example", 443), rules, {})
    with pytest.raises(Forbidden, match="deny list"):
        judge(Target("xn--bse-sna.xn--bcher-kva.example", 443), rules, {})


def test_gofers_own_names_need_no_listing_and_have_one_port() -> None:
    assert judge(Target("shop.gofer.example", 80), Egress(), SHOP)
    with pytest.raises(Forbidden):
        judge(Target("shop.gofer.example", 443), Egress(), SHOP)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2001:db8::1",
        "3fff::1",
        "fec0::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "64:ff9b:1::7f00:1",
        "2001:0:7f00:1::f5ff:fffe",
        "2002:a9fe:a9fe::1",
        "192.0.0.192",
        "168.63.129.16",
        "100.100.100.200",
        "192.88.99.1",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    with pytest.raises(Forbidden):
        require_public([address])


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert require_public([address]) == [address]


def test_one_private_address_among_public_ones_spoils_all() -> None:
    with pytest.raises(Forbidden):
        require_public(["93.184.216.34", "127.0.0.1"])


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("Example.ORG.:443", "example.org", 443), ("[::1]:80", "::1", 80), ("10.0.0.1:22", "10.0.0.1", 22)],
)
def test_a_target_is_read_in_one_way_only(text: str, host: str, port: int) -> None:
    assert target(text) == Target(host, port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":80",
        "a b:80",
        "host",
        "host:0",
        "host:99999",
        "ho%73t:80",
        "a@b:80",
        "x:80:90",
        "[fe80::1%25eth0]:80",
        "[::1",
        "bücher.example:443",
    ],
)
def test_a_malformed_target_is_no_target(text: str) -> None:
    with pytest.raises(ValueError, match="no host with a port"):
        target(text)
