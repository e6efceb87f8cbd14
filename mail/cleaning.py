"""Which HTML a letter may hold: what is refused at publishing in words, and the cleaner that stands behind it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib import parse

import nh3

from api import addresses
from mail import merge_fields

if TYPE_CHECKING:
    from mail.placeholders import Placeholders

TAGS = set(
    "a b strong i em u s del br p ul ol li h1 h2 h3 h4 blockquote hr code pre img span sup sub small"
    " table thead tbody tr th td".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"align", "colspan"},
    "th": {"align", "colspan"},
}
VOID = {"br", "hr", "img"}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
)
INNER = (".local", ".localhost", ".internal", ".lan", ".home.arpa")  # RFC 6762, 6761, 8375, and common use
FIXED = re.compile(r"https?://[\w.-]+(:\d+)?([/?#]|$)|mailto:|tel:|#", re.IGNORECASE)
OUTPUT = re.compile(r"\{\{-?\s*([\w.\[\]]+)\s*(\|.*?)?-?\}\}", re.DOTALL)
LOOP = re.compile(r"\{%-?\s*for\s+(\w+)\s+in\s+([\w.]+)")


def clean(html: str) -> str:
    """The HTML fragment with everything removed that a letter may not hold. Liquid must be hidden."""
    return CLEANER.clean(html)


def errors(html: str, hidden: Placeholders, source: str) -> list[str]:
    """What a letter may not hold, in plain words: tags, attributes, addresses, pictures without words."""
    inspector = Inspector(hidden, source)
    inspector.feed(html)
    inspector.close()
    return inspector.errors


def address_error(address: str, source: str) -> str:
    """Why the address (Liquid shown) cannot stand in a letter, or empty.

    Only http, https, mailto, tel and anchors leave a letter, and no member's value may choose where a link leads.
    """
    if "{%" in address:
        return f"The address “{address}” holds a condition; put the condition around the whole link"
    found = OUTPUT.match(address)
    if found and _is_url(found[1], source):
        return (
            "" if found.end() == len(address) else f"Nothing can follow the field in the address “{address}”"
        )
    if not FIXED.match(address):
        return (
            f"The address “{address}” must begin with https://, http://, mailto: or tel:,"
            " or be a field that holds an address, such as {{ links.preferences }}"
        )
    return _private(address) or _unencoded(address)


def _private(address: str) -> str:
    """A house's own machine or network, which no member can reach."""
    if address.lower().startswith(("mailto:", "tel:", "#")):
        return ""
    host = (parse.urlsplit(address).hostname or "").rstrip(".")
    is_inner = "." not in host or host.endswith(INNER) or not _is_public(host)
    if is_inner:
        return f"The address “{address}” leads to a machine that members cannot reach; write a public address"
    return ""


def _is_public(host: str) -> bool:
    try:
        return addresses.is_public(host)
    except ValueError:
        return True  # a name; where it leads is not looked up


def _unencoded(address: str) -> str:
    if address.lower().startswith(("mailto:", "tel:")):
        return ""
    for output in OUTPUT.finditer(address):
        if "url_encode" not in (output[2] or ""):
            return f"In the address “{address}” write {{{{ {output[1]} | url_encode }}}}"
    return ""


def _is_url(path: str, source: str) -> bool:
    first, _, rest = path.partition(".")
    for name, items in LOOP.findall(source):
        if name == first:
            path = f"{items}[].{rest}"
    field = merge_fields.find(path)
    return field is not None and field.kind == "url"


class Inspector(HTMLParser):
    """Reads a fragment and notes what it may not hold."""

    def __init__(self, hidden: Placeholders, source: str, tags: set[str] | None = None) -> None:
        super().__init__()
        self.hidden, self.source, self.tags = hidden, source, tags or TAGS
        self.errors: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag or attribute that is refused."""
        if tag not in self.tags:
            self.errors.append(f"<{tag}> cannot stand in a letter")
            return
        for name, value in attrs:
            self.check(tag, name, self.hidden.show(value or ""))
        if tag in ("img", "mj-image") and not dict(attrs).get("alt"):
            self.errors.append("A picture needs words for those who do not see it: ![words](address)")

    def check(self, tag: str, name: str, value: str) -> None:
        """Note a refused attribute or address."""
        if name in ("href", "src"):
            self.errors += [wrong] if (wrong := address_error(value, self.source)) else []
        elif (tag in TAGS and name not in ATTRIBUTES.get(tag, set())) or name.startswith("on"):
            self.errors.append(f"The attribute “{name}” of <{tag}> cannot stand in a letter")


class Balance(HTMLParser):
    """Whether every tag of a finished page is closed where it was opened."""

    OPEN_ENDED = VOID | {"meta", "link", "col", "input"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.broken = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what has to be closed."""
        if tag not in self.OPEN_ENDED:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, or note that it was something else."""
        if tag in self.OPEN_ENDED:
            return
        if not self.open or self.open.pop() != tag:
            self.broken = True


def balanced(page: str) -> bool:
    """Whether the page's tags nest, whatever conditions left out."""
    balance = Balance()
    balance.feed(page)
    balance.close()
    return not balance.broken and not balance.open
