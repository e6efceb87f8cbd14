"""What the name server says of a domain that letters leave from: its entries for SPF, DKIM and DMARC."""

import re

import dns.exception
import dns.resolver

PATIENCE = 3.0  # seconds for each of the three questions
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")


class Silent(Exception):
    """No name server answered in time, or it could not say."""


def spf(domain: str) -> list[str]:
    """The SPF entries (RFC 7208 4.5); one is right. Raises Silent."""
    return [text for text in _texts(domain) if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE)]


def dmarc(domain: str) -> list[str]:
    """The DMARC entries (RFC 7489 6.6.3). Raises Silent."""
    return [text for text in _texts(f"_dmarc.{domain}") if text.lower().startswith("v=dmarc1")]


def dkim(domain: str, selector: str) -> list[str]:
    """The keys under this selector (RFC 6376 3.6.2); none for what cannot be a selector. Raises Silent."""
    if not NAME.fullmatch(selector):
        return []
    return [text for text in _texts(f"{selector}._domainkey.{domain}") if "p=" in text]


def resolver() -> dns.resolver.Resolver:
    """Who is asked: the name servers of this machine."""
    return dns.resolver.Resolver()


def _texts(name: str) -> list[str]:
    try:
        asked = resolver()
        asked.lifetime = PATIENCE
        return [b"".join(line.strings).decode("utf-8", "replace") for line in asked.resolve(name, "TXT")]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Silent(name) from error
