"""Where outgoing webhooks may go: to public addresses only, so that nobody makes us knock on our own inner doors.

A name is resolved once, every address it stands for is checked, and the connection goes to the one that was checked:
a name that changes its mind in between (DNS rebinding) gains nothing. OWASP, "Server-Side Request Forgery Prevention".
"""

import ipaddress
import socket
from dataclasses import dataclass
from urllib import parse

from django.conf import settings
from django.utils.translation import gettext as _

PORTS = {"https": 443, "http": 80}
# Look public and are not: the metadata of Azure's machines, and what is set aside for protocols (RFC 6890).
REFUSED = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24")))
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64 (RFC 6052): an IPv4 address in the last 32 bits
LONGEST = 500
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class Forbidden(ValueError):
    """This address is not one that we call; the message says why."""


@dataclass(frozen=True)
class Target:
    """One address that was checked: the name for TLS and `Host`, the numbers to connect to, the path to ask for."""

    host: str
    port: int
    address: str
    path: str
    is_tls: bool


def check(url: str) -> parse.SplitResult:
    """The parts of an address that may be stored; nothing is looked up. Raises Forbidden."""
    if len(url) > LONGEST:
        raise Forbidden(_("This address is too long; %d characters are the most.") % LONGEST)
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\"):
        raise Forbidden(_("Write the address in plain letters, signs as %XX."))
    try:
        parts = parse.urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Forbidden(_("This is no address: %s") % error) from error
    wanted = ("https", "http") if settings.WEBHOOKS_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in wanted or not parts.hostname or port == 0:
        raise Forbidden(_("Write an address like https://example.com/hook."))
    if parts.username is not None or parts.password is not None:
        raise Forbidden(_("Leave the user name and password out of the address."))
    return parts


def resolve(url: str) -> Target:
    """Looks the name up, once, and checks every address behind it. Raises Forbidden, or OSError: it has none."""
    parts = check(url)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    numbers = list(dict.fromkeys(str(sockaddr[0]) for *_rest, sockaddr in found))
    inner = [number for number in numbers if not is_public(number)]
    if inner and not settings.WEBHOOKS_ALLOW_PRIVATE:
        raise Forbidden(
            _("%(host)s leads to %(number)s, which is not a public address.")
            % {
                "host": host,
                "number": inner[0],
            }
        )
    path = parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return Target(host, port, numbers[0], path, parts.scheme == "https")


def is_public(number: str) -> bool:
    """Whether an IP address is one of the open internet, whatever form it hides in."""
    ip: Ip = ipaddress.ip_address(number)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip.sixtofour or ip.teredo:  # tunnels to any IPv4 address, long out of use
            return False
    is_odd = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    return ip.is_global and not is_odd and not any(ip in network for network in REFUSED)
