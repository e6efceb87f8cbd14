"""A letter as a stranger's mail server and mail program see it: raw bytes, and every rule they hold it to.

Nothing of the product is imported here. `faults` names what breaks a rule, with the rule's source.
"""

from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import re
import warnings
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import html5lib

ONCE = ("From", "To", "Date", "Message-ID", "Subject", "Reply-To", "MIME-Version", "Content-Type")
MACHINES = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID", "Message-ID")
LARGEST = 60_000  # bytes; Gmail cuts a letter off at 102 kB, and ours promise less
# What the table layout of letters needs, and the checker of pages for browsers does not like.
OLD_WAYS = {"expected-doctype-but-got-quirky-doctype"}


def faults(raw: bytes, *, marketing: bool, said: str = "", https: bool = True) -> list[str]:
    """Everything that is wrong with the letter; empty when nothing is. `said` is what its member is called."""
    letter = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    return [
        *_lines(raw),
        *_head(raw, letter),
        *_folds(raw),
        *_machines(raw, letter, marketing=marketing),
        *_parts(letter),
        *_body(letter, marketing=marketing, said=said, https=https),
    ]


def part(letter: EmailMessage, kind: str) -> str:
    """The text of the part `plain` or `html`."""
    found = letter.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def links(page: str) -> list[str]:
    """Every address that the page leads to or loads."""
    return _links(html5lib.parse(page, namespaceHTMLElements=False))


def _links(tree: Any) -> list[str]:
    found = [one.get(name) for one in tree.iter() for name in ("href", "src", "background")]
    return [link for link in found if link is not None]


def header(raw: bytes, name: str) -> list[str]:
    """The raw values of a header, still folded and encoded."""
    head = raw.split(b"\r\n\r\n", 1)[0].decode("ascii", "replace")
    return re.findall(rf"(?im)^{name}:[ \t]*([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)", head)


def _lines(raw: bytes) -> Iterator[str]:
    """RFC 5322 2.1.1, 2.3: CRLF only, at most 998 octets, ASCII; RFC 5321 4.5.2 is the sender's work."""
    if re.search(rb"(?<!\r)\n|\r(?!\n)", raw):
        yield "bare CR or LF (RFC 5322 2.3)"
    if not raw.isascii():
        yield "8-bit octets (RFC 5322 2.1)"
    if (longest := max(map(len, raw.split(b"\r\n")))) > 998:
        yield f"a line of {longest} octets (RFC 5322 2.1.1)"
    if len(raw) > LARGEST:
        yield f"{len(raw)} bytes"
    if b"\0" in raw:
        yield "NUL (RFC 5322 4)"


def _head(raw: bytes, letter: EmailMessage) -> Iterator[str]:
    for name in ONCE:
        if len(header(raw, name)) != 1:
            yield f"{len(header(raw, name))} × {name} (RFC 5322 3.6)"
    for name in ("From", "To", "Reply-To"):
        if len(letter[name].addresses) != 1:
            yield f"{name}: {letter[name]!r} (RFC 5322 3.4)"
    if email.utils.parsedate_to_datetime(header(raw, "Date")[0]).tzinfo is None:
        yield "Date without a zone (RFC 5322 3.3)"
    if not re.fullmatch(r"<[A-Za-z0-9.]+@[A-Za-z0-9.-]+>", header(raw, "Message-ID")[0]):
        yield "Message-ID (RFC 5322 3.6.4)"
    if not str(letter["Subject"]).strip():
        yield "no subject"
    if header(raw, "Auto-Submitted") != ["auto-generated"]:
        yield "Auto-Submitted (RFC 3834 5)"
    yield from (f"{name}: {field.defects}" for name, field in letter.items() if field.defects)


def _folds(raw: bytes) -> Iterator[str]:
    head = raw.split(b"\r\n\r\n", 1)[0]
    for line in head.split(b"\r\n"):
        if len(line) > 78 and line.split(b":")[0].decode() not in MACHINES:
            yield f"unfolded: {line[:90]!r} (RFC 5322 2.1.1 should)"
        if not line.strip():
            yield "a fold of white space alone (RFC 5322 3.2.2)"
    for words in re.findall(rb"=\?[^?\s]+\?[bqBQ]\?[^?\s]*\?=", head):
        if len(words) > 75:
            yield f"encoded word of {len(words)} (RFC 2047 2)"


def _machines(raw: bytes, letter: EmailMessage, *, marketing: bool) -> Iterator[str]:
    found = {name: header(raw, name) for name in MACHINES}
    for name, values in found.items():
        if any("=?" in value or "\r\n" in value for value in values):
            yield f"{name} is encoded or folded: machines do not read that"
    if not marketing:
        yield from (f"{name} on a letter nobody can refuse" for name in MACHINES[:3] if found[name])
        return
    if found["List-Unsubscribe-Post"] != ["List-Unsubscribe=One-Click"]:
        yield "List-Unsubscribe-Post (RFC 8058 3.1)"
    if len(found["List-Unsubscribe"]) != 1 or not re.fullmatch(
        r"<https://\S+>", found["List-Unsubscribe"][0]
    ):
        yield "List-Unsubscribe (RFC 8058 3.1: one https link)"
    if not re.fullmatch(r"<[a-z0-9_-]+(\.[a-z0-9-]+)+>", (found["List-Id"] or [""])[0]):
        yield "List-Id (RFC 2919 2)"
    if not re.fullmatch(r"[^:]*:[^:]*:[^:]*:[A-Za-z0-9.-]{5,15}", (found["Feedback-ID"] or [""])[0]):
        yield "Feedback-ID (Google: three fields, then a sender of 5 to 15 characters)"


def _parts(letter: EmailMessage) -> Iterator[str]:
    """RFC 2046 5.1.4: the plainest part first; RFC 2045 6: encodings."""
    if letter.get_content_type() != "multipart/alternative":
        yield f"the letter is {letter.get_content_type()}"
        return
    parts = list(letter.iter_parts())
    if [one.get_content_type() for one in parts] != ["text/plain", "text/html"]:
        yield "parts are not text, then HTML (RFC 2046 5.1.4)"
    for one in [letter, *parts]:
        if one.defects:
            yield f"{one.get_content_type()}: {one.defects}"
    for one in parts:
        if one.get_content_charset() != "utf-8":
            yield f"charset {one.get_content_charset()}"
        for line in one.as_bytes().split(b"\r\n\r\n", 1)[-1].splitlines():
            if len(line) > 76:
                yield f"an encoded line of {len(line)} (RFC 2045 6.7, 6.8)"
                break
        if "�" in str(one.get_content()):
            yield "letters that were lost on the way"


def _body(letter: EmailMessage, *, marketing: bool, said: str, https: bool) -> Iterator[str]:
    text, page = part(letter, "plain"), part(letter, "html")
    if said:
        text = text.replace(said, "")
    tree, errors = _parsed(page)
    yield from _html(page, tree, errors)
    yield from _text(text)
    addresses = _links(tree)
    for link in addresses:
        if not re.match(r"https://|mailto:|tel:" if https else r"https?://|mailto:|tel:", link):
            yield f"link {link!r}"
    if marketing:
        for name in ("unsubscribe", "preferences"):
            if not re.search(rf"https?://\S+/u/{name}/[\w-]+/", text):
                yield f"no link to {name} in the text"
            if not any(f"/u/{name}/" in link for link in addresses):
                yield f"no link to {name} on the page"
    if lost := _seen(tree) - _words(text) - _words(said):
        yield f"the text part lacks {sorted(lost)[:5]}"


def _text(text: str) -> Iterator[str]:
    if re.search(r"<[a-z/!][^>\n]{0,80}>", text, re.IGNORECASE):
        yield "markup in the text part"
    if re.search(r"&(?:[a-z]+|#\d+);", text):
        yield "entities in the text part"
    if re.search(r"\{\{|\}\}|\{%|%\}", text):
        yield "Liquid in the text part"
    if re.search(r"\n{4,}|[ \t]+\n", text):
        yield "ragged white space in the text part"
    if len(text.split()) < 20:
        yield "hardly any text"


def _unlike(page: str, named: list[str]) -> Iterator[str]:
    if len(named) != len(set(named)):
        yield "two things with one id (HTML 3.2.6)"
    if dropped := set(re.findall(r"[\s;\"](position|float|flex|grid|transform|animation)\s*:", page)):
        yield f"style that big mail programs drop: {dropped}"


def _parsed(page: str) -> tuple[Any, list[Any]]:
    """The page as a tree, and what the parser had to put right."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return parser.parse(page), parser.errors


def _seen(tree: Any) -> set[str]:
    """The words that somebody sees on the page: no comments for one mail program, no preheader.

    Takes the rest out of the tree.
    """
    body = tree.find("body")
    for parent in list(body.iter()):
        for child in list(parent):
            style = (child.get("style") or "").replace(" ", "") if isinstance(child.tag, str) else ""
            if not isinstance(child.tag, str) or child.tag == "style" or "display:none" in style:
                child.text = ""
                for inside in list(child):
                    child.remove(inside)
    return _words(" ".join(body.itertext()))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))


def _html(page: str, tree: Any, errors: list[Any]) -> Iterator[str]:
    for _place, code, data in errors:
        if code not in OLD_WAYS:
            yield f"HTML: {code} {data}"
    if re.search(r"\{\{|\}\}|\{%|%\}", page):
        yield "Liquid on the page"
    yield from _unlike(page, [one.get("id") for one in tree.iter() if one.get("id")])
    if not tree.get("lang"):
        yield "the page says no language (WCAG 3.1.1)"
    if not (tree.findtext("head/title") or "").strip():
        yield "the page has no title (WCAG 2.4.2)"
    for one in tree.iter():
        if one.tag == "img" and one.get("alt") is None:
            yield "a picture without alt (WCAG 1.1.1)"
        if one.tag == "table" and one.get("role") != "presentation" and not list(one.iter("th")):
            yield "a table for layout that does not say so (WCAG 1.3.1)"
        if one.tag in {"script", "form", "iframe", "object", "embed", "base", "link"}:
            yield f"<{one.tag}> in a letter"
        yield from (f"{name} in a letter" for name in one.attrib if str(name).startswith("on"))
