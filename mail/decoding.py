"""Reads a mail from anywhere into plain text: headers, what is written, what is attached. Nothing in it is believed.

Mail from outside breaks parsers in ways that nobody lists: what cannot be decoded is replaced, never raised.
"""

import contextlib
import re
from collections.abc import Iterator
from email import errors, utils
from email import header as headers
from email.message import Message as Mail
from html.parser import HTMLParser
from typing import Any

LONGEST = 100_000  # characters of text that are kept
MOST_PARTS, DEEPEST, MOST_FILES = 200, 12, 50
# Controls, and the marks by which text is made to read in another order than it is written.
UNSEEN = dict.fromkeys(
    (*(code for code in range(32) if chr(code) not in "\n\t"), *range(127, 160), *range(0xD800, 0xE000))
) | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0xFEFF))


def header(mail: Mail, name: str, most: int = 1000) -> str:
    """The header on one line, its encoded words read; empty where there is none."""
    return next(iter(_values(mail, name, most)), "")


def all_headers(mail: Mail, *names: str) -> list[str]:
    """Every header of these names, in that order, each on one line."""
    return [value for name in names for value in _values(mail, name, 10_000)]


def address(mail: Mail, name: str) -> tuple[str, str]:
    """The first person in a header: name and address, empty where there is none."""
    found: list[tuple[str, str]] = []
    with contextlib.suppress(RecursionError, ValueError, IndexError):  # many brackets inside each other
        found = utils.getaddresses([header(mail, name)])
    person, where = next(((one, at) for one, at in found if "@" in at), ("", ""))
    return " ".join(person.split())[:200], where.strip()[:254]


def text(mail: Mail) -> str:
    """What is written: the plain part, else the HTML read as text, its quotations marked with `>`."""
    plain: list[str] = []
    rich: list[str] = []
    for part in _parts(mail):
        kind = part.get_content_type()
        if _is_file(part) or kind not in ("text/plain", "text/html"):
            continue
        (plain if kind == "text/plain" else rich).append(_content(part))
    written = "\n".join(one for one in plain if one.strip()) or "\n".join(map(_from_html, rich))
    return clean(written)[:LONGEST].strip()


def files(mail: Mail) -> list[dict[str, Any]]:
    """What is attached: name, type and size in bytes of each. The content stays where it is."""
    return [_file(part) for part in _parts(mail) if _is_file(part)][:MOST_FILES]


def clean(said: str) -> str:
    """The text without what nobody can see and no database keeps."""
    return said.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN)


def _values(mail: Mail, name: str, most: int) -> list[str]:
    """Every header of this name as it was written: the library's own parsers raise on hostile ones."""
    raw = [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]
    return [_read(value[:most]) for value in raw[:MOST_PARTS]]


def _read(value: str) -> str:
    raw = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    with contextlib.suppress(LookupError, ValueError, errors.HeaderParseError):
        raw = str(headers.make_header(headers.decode_header(raw))) if "=?" in raw else raw
    return " ".join(clean(raw.encode("utf-8", "replace").decode()).split())


def _parts(mail: Mail, depth: int = 0) -> Iterator[Mail]:
    """The parts that are no containers; a mail inside the mail is one part, not looked into."""
    yield from list(_walk(mail, depth))[:MOST_PARTS]


def _walk(mail: Mail, depth: int) -> Iterator[Mail]:
    inner = mail.get_payload() if mail.get_content_maintype() == "multipart" else None
    if not isinstance(inner, list) or depth >= DEEPEST:
        yield mail
        return
    for part in inner[:MOST_PARTS]:
        if isinstance(part, Mail):
            yield from _walk(part, depth + 1)


def _is_file(part: Mail) -> bool:
    """Whether it is attached: it says so, has a name, or is no text."""
    if part.get_content_maintype() == "multipart":
        return False
    named = part.get_content_disposition() == "attachment" or bool(_name(part))
    return named or part.get_content_type() not in ("text/plain", "text/html")


def _name(part: Mail) -> str:
    try:
        found = str(part.get_filename() or "")
    except Exception:  # names in parameters are decoded by parsers that raise anything
        found = ""
    return " ".join(clean(found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).split())[:200]


def _file(part: Mail) -> dict[str, Any]:
    return {"name": _name(part), "type": part.get_content_type()[:100], "size": len(_bytes(part))}


def _bytes(part: Mail) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except Exception:
        return b""
    if isinstance(content, bytes):
        return content
    return str(part).encode("utf-8", "replace") if part.is_multipart() else b""


def _content(part: Mail) -> str:
    charset = part.get_content_charset() or "utf-8"
    raw = _bytes(part)[: 8 * LONGEST]
    try:
        return raw.decode(charset, "replace")
    except (LookupError, ValueError, UnicodeError):
        return raw.decode("utf-8", "replace")


def _from_html(page: str) -> str:
    reader = _Reader()
    try:
        reader.feed(page[: 4 * LONGEST])
        reader.close()
    except (AssertionError, ValueError):  # html.parser on what is no HTML at all
        pass
    return reader.text()


class _Reader(HTMLParser):
    """HTML as lines of text. What a mail program marks as repeated gets `>` before each of its lines."""

    LINES = frozenset("p div br li tr h1 h2 h3 h4 h5 h6 blockquote hr table ul ol pre dt dd".split())
    SILENT = frozenset(("script", "style", "head", "title", "template", "noscript"))
    QUOTES = re.compile(r"(^|\s)(gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote|divRplyFwdMsg)")
    REST = ("divRplyFwdMsg", "appendonsend", "x_divRplyFwdMsg")
    VOID = frozenset("br hr img meta link input area base col embed source track wbr".split())

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[str]] = [[]]
        self.quoted: list[bool] = [False]
        self.open: list[tuple[str, bool, bool]] = []  # tag, quotes from here, is silent
        self.quotes = self.silences = 0
        self.rest = False

    def text(self) -> str:
        """What was read."""
        found = []
        for words, quoted in zip(self.lines, self.quoted, strict=True):
            line = " ".join("".join(words).split())
            found.append(f"> {line}" if quoted and line else line)
        return "\n".join(found)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, or what is repeated."""
        values = {name: value or "" for name, value in attrs}
        marks = f"{values.get('class', '')} {values.get('id', '')}"
        quotes = tag == "blockquote" or bool(self.QUOTES.search(marks))
        self.rest = self.rest or values.get("id", "") in self.REST
        if tag not in self.VOID and len(self.open) < 1000:
            self.open.append((tag, quotes, tag in self.SILENT))
            self._count(self.open[-1], 1)
        if tag in self.LINES or quotes:
            self._line()

    def handle_endtag(self, tag: str) -> None:
        """End what this tag began; a tag that began nothing ends nothing."""
        for place in range(len(self.open) - 1, max(-1, len(self.open) - 30), -1):
            if self.open[place][0] == tag:
                for one in self.open[place:]:
                    self._count(one, -1)
                del self.open[place:]
                break
        if tag in self.LINES:
            self._line()

    def handle_data(self, data: str) -> None:
        """Write words."""
        if not self.silences:
            self.lines[-1].append(data)

    def _count(self, one: tuple[str, bool, bool], by: int) -> None:
        self.quotes += by * one[1]
        self.silences += by * one[2]

    def _line(self) -> None:
        self.lines.append([])
        self.quoted.append(self.rest or self.quotes > 0)
