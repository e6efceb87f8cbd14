"""The text part of a letter, read off its HTML: for those who read without pictures, by ear or on a watch."""

from __future__ import annotations

import re
from html.parser import HTMLParser

BREAKS = {
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "blockquote",
    "pre",
    "tr",
    "mj-text",
    "mj-image",
    "mj-button",
    "mj-section",
}


def from_html(fragment: str) -> str:
    """The fragment as lines of text: lists with dashes, links with their address behind them."""
    writer = Writer()
    writer.feed(fragment)
    writer.close()
    lines = [line.strip() if line.strip() else "" for line in "".join(writer.parts).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class Writer(HTMLParser):
    """Writes text while reading HTML or MJML."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._lists: list[int] = []
        self._link, self._from = "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line, a list entry or a link."""
        values = {name: value or "" for name, value in attrs}
        if tag in BREAKS and not (self._lists and tag == "p"):
            self.parts.append("\n\n")
        if tag in ("ul", "ol"):
            self._lists.append(int(values.get("start", "1")) if tag == "ol" else 0)
        elif tag == "li":
            self.parts.append("\n" + self._mark())
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("hr", "mj-divider"):
            self.parts.append("\n\n* * *\n\n")
        elif tag in ("img", "mj-image"):
            self.parts.append(values.get("alt", ""))
        if tag in ("a", "mj-button"):
            self._link, self._from = values.get("href", ""), len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        """End a block, or put the address behind the words of a link."""
        if tag in ("a", "mj-button") and self._link:
            self._address()
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in BREAKS and not (self._lists and tag == "p"):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        """Write words; the line breaks of the source are only spaces."""
        self.parts.append(re.sub(r"\s+", " ", data))

    def handle_comment(self, data: str) -> None:
        """Keep what stands for a condition between two blocks (placeholders)."""
        self.parts.append(data)

    def _mark(self) -> str:
        if not self._lists or not self._lists[-1]:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1] - 1}. "

    def _address(self) -> None:
        words = "".join(self.parts[self._from :]).strip()
        address = re.sub(r"^(mailto|tel):", "", self._link)
        answer = self._link.startswith("mailto:") and "?" in self._link and words
        if words != address and not answer:  # A ready answer is given by replying: its words are enough.
            self.parts.append(f": {address}" if words else address)
        self._link = ""
