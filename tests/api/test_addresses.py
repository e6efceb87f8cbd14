"""Outgoing webhooks go to public addresses alone, whatever an inner one is dressed as."""

import socket
from typing import Any

import pytest
from django.conf import LazySettings

from api import addresses

INNER = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # private
    "169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192",  # metadata of cloud machines
    "0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "198.18.0.1", "203.0.113.5", "192.0.2.1",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",  # mapped
    "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",  # compatible, translated
    "2002:7f00:1::1", "2002:808:808::1", "2001:0:808:808::1",  # tunnels
]  # fmt: skip
PUBLIC = ["1.1.1.1", "93.184.216.34", "2606:2800:220:1::1", "::ffff:1.1.1.1", "64:ff9b::101:101"]


@pytest.mark.parametrize("number", INNER)
def test_what_is_not_of_the_open_internet_is_refused(number: str) -> None:
    assert not addresses.is_public(number)


@pytest.mark.parametrize("number", PUBLIC)
def test_what_is_public_is_not(number: str) -> None:
    assert addresses.is_public(number)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "file:///etc/passwd", "https://", "https:///x", "example.com",
        "https://anna:secret@example.com/", "https://example.com:99999/", "https://example.com:0/",
        "https://exam ple.com/", "https://example.com/\r\nHost: x", "https://exämple.com/", "https://a\\@b.com/", "",
        "https://x.org/" + "x" * 500,
    ],
)  # fmt: skip
def test_what_is_no_address_of_ours_is_refused_before_it_is_looked_up(url: str) -> None:
    with pytest.raises(addresses.Forbidden):
        addresses.check(url)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "017700000001", "127.1", "[::ffff:7f00:1]"],
)
def test_no_way_of_writing_this_machine_leads_to_it(host: str) -> None:
    with pytest.raises((addresses.Forbidden, OSError)):
        addresses.resolve(f"https://{host}/")


def test_a_name_with_one_inner_address_among_its_own_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _names(monkeypatch, ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(addresses.Forbidden, match=r"10\.0\.0\.1, which is not a public address"):
        addresses.resolve("https://example.com/")


def test_a_name_is_looked_up_once_and_the_checked_address_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _names(monkeypatch, ["93.184.216.34"])
    target = addresses.resolve("https://example.com:8443/hook?a=b#c")
    assert target == addresses.Target("example.com", 8443, "93.184.216.34", "/hook?a=b", is_tls=True)
    assert asked == ["example.com"]


def test_inner_addresses_and_plain_http_are_for_development(settings: LazySettings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    assert addresses.resolve("http://127.0.0.1:8000").address == "127.0.0.1"


def _names(monkeypatch: pytest.MonkeyPatch, numbers: list[str]) -> list[str]:
    """Names lead to these numbers; what was asked is noted."""
    asked: list[str] = []

    def found(host: str, port: int, **_more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked
