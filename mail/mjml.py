"""Letters that an editor writes in MJML themselves: checked, cleaned inside, and set into the frame of all letters."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mail import brand, cleaning, colours

if TYPE_CHECKING:
    from mail.placeholders import Placeholders

LAYOUT = {"mj-section", "mj-column", "mj-group"}
CONTENT = {"mj-text", "mj-button", "mj-table"}
ALONE = {"mj-image", "mj-divider", "mj-spacer"}
ATTRIBUTE = re.compile(r"[a-z]+(-[a-z]+)*")


def errors(source: str, hidden: Placeholders, original: str) -> list[str]:
    """What the MJML may not hold, in plain words. Liquid must be hidden; `original` is the body with it."""
    reader = Reader(hidden, original)
    reader.feed(source)
    reader.close()
    if reader.content:
        reader.errors.append(f"<{reader.content}> is never closed")
    return reader.errors


def cleaned(source: str, hidden: Placeholders) -> str:
    """The MJML with only what a letter may hold, as sections for the body of the frame."""
    reader = Reader(hidden, "")
    reader.feed(source)
    reader.close()
    written = "".join(reader.written)
    if re.search(r"<mj-section\b", written):
        return written
    return f"<mj-section>{written}</mj-section>" if "<mj-column" in written else _in_column(written)


def _in_column(written: str) -> str:
    return f"<mj-section><mj-column>{written}</mj-column></mj-section>"


class Reader(cleaning.Inspector):
    """Walks MJML, notes what is refused and writes again what may stand."""

    def __init__(self, hidden: Placeholders, source: str) -> None:
        super().__init__(hidden, source, cleaning.TAGS | LAYOUT | CONTENT | ALONE)
        self.written: list[str] = []
        self.content, self._inside = "", [""]
        self._grounds = [brand.DEFAULTS["surface"]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write an element of the layout; collect the HTML inside text, buttons and tables."""
        super().handle_starttag(tag, attrs)
        if self.content:
            self._inside.append(self.get_starttag_text() or "")
        elif tag in LAYOUT | CONTENT | ALONE:
            self._look(tag, {name: value or "" for name, value in attrs})
            kept = [
                (name, value or "") for name, value in attrs if ATTRIBUTE.fullmatch(name) and name[:2] != "on"
            ]
            written = "".join(f' {name}="{html.escape(value)}"' for name, value in kept)
            self.written.append(f"<{tag}{written}{'/' if tag in ALONE else ''}>")
            if tag in CONTENT:
                self.content, self._inside = tag, []
        elif tag in cleaning.TAGS:
            self.errors.append(f"<{tag}> must stand inside <mj-text>")

    def check(self, tag: str, name: str, value: str) -> None:
        """As for HTML; and what a member is called must not become a colour or a size."""
        if name == "background-url":
            name = "src"
        super().check(tag, name, value)
        if "{" in value and name not in ("href", "src", "alt", "title"):
            self.errors.append(f"The attribute “{name}” of <{tag}> cannot hold a field")

    def _look(self, tag: str, given: Mapping[str, str]) -> None:
        """Note words that cannot be read on what lies behind them."""
        ground = given.get("container-background-color") or given.get("background-color") or self._grounds[-1]
        if tag in LAYOUT:
            self._grounds.append(ground)
        ink = given.get("color") or (brand.DEFAULTS["text"] if tag != "mj-button" else "")
        if tag not in CONTENT or not (colours.is_colour(ink) and colours.is_colour(ground)):
            return
        if (ratio := colours.contrast(ink, ground)) < colours.ENOUGH:
            self.errors.append(
                f"{ink} on {ground} has a contrast of {ratio:.1f} to 1, and {colours.ENOUGH} is needed to be read;"
                f" take {colours.readable(ink, ground)}"
            )

    def handle_endtag(self, tag: str) -> None:
        """Close an element; what was collected is cleaned first."""
        if self.content and tag != self.content:
            self._inside.append(f"</{tag}>")
        elif self.content:
            self.written.append(f"{_clean(self.content, ''.join(self._inside))}</{tag}>")
            self.content = ""
        elif tag in LAYOUT:
            self._grounds[1:] = self._grounds[1:-1]
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Collect text; between elements only Liquid tags may stand."""
        if self.content:
            self._inside.append(html.escape(data, quote=False))
        elif re.fullmatch(rf"(?:\s*{self.hidden.tag})+\s*", data):
            tags = re.findall(self.hidden.tag, data)
            self.written.append("".join(f"<mj-raw><!--{tag}--></mj-raw>" for tag in tags))
        elif data.strip():
            self.errors.append(f"“{self.hidden.show(data.strip())[:60]}” must stand inside <mj-text>")


def _clean(tag: str, inside: str) -> str:
    if tag != "mj-table":
        return cleaning.clean(inside)
    return cleaning.clean(f"<table>{inside}</table>").removeprefix("<table>").removesuffix("</table>")
