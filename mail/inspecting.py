"""What of a finished letter is worth a second look before it is published. Nothing here stops it.

Remarks carry no words, so that they can be kept; `words` says them in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.utils.translation import gettext_lazy

from mail import checking, merge_fields, rendering

LONG_SUBJECT = 70  # characters; a phone shows about 40 of them, a wide window about 70
LONG_PREHEADER = 140
HEAVY = 60_000  # bytes
FEW_WORDS = 25
ALWAYS = {"business.url", "links.browser"}  # no member lacks them
EMPTY_ALT = re.compile(r"(?i)(picture|image|photo|img|billede|bild)?[\s\d_-]*|.*\.(png|jpe?g|webp|gif)")

WORDS = {
    "long_subject": gettext_lazy(
        "The subject has %(number)d characters. Most programs cut it after 70, phones after 40: say first what matters."
    ),
    "no_preheader": gettext_lazy(
        "The line below the subject is empty: mail programs then show how the letter happens to begin. Write one."
    ),
    "long_preheader": gettext_lazy(
        "The line below the subject has %(number)d characters, and about 100 are shown. Make it shorter."
    ),
    "same_preheader": gettext_lazy(
        "The line below the subject only repeats the subject. Say something new there."
    ),
    "heavy": gettext_lazy(
        "The letter weighs %(number)d kB. Above 100 it cannot be published, because Gmail cuts it off; make it shorter."
    ),
    "plain_link": gettext_lazy(
        "The link to %(address)s begins with http://. Write https:// so that nobody can read along."
    ),
    "poor_alt": gettext_lazy(
        "A picture is described as “%(alt)s”. Say what can be seen on it, for those who do not see it."
    ),
    "only_pictures": gettext_lazy(
        "There are hardly any words beside the pictures. Many people read without pictures: say it in words too."
    ),
    "dead_link": gettext_lazy(
        "A link leads nowhere for members of whom “%(field)s” is not known. Show it only where it is known."
    ),
}


@dataclass(frozen=True)
class Remark:
    """One thing worth a look, and what its sentence needs."""

    code: str
    values: tuple[tuple[str, Any], ...] = ()


def words(remark: Remark, **more: Any) -> str:
    """The remark as a sentence; `more` replaces values, such as a field by what it is called."""
    return str(WORDS[remark.code]) % {**dict(remark.values), **more}


def remarks(compiled: Mapping[str, str]) -> list[Remark]:
    """What is worth a look in a letter of one language (`subject`, `preheader`, `html`, `text`), as it is published."""
    letter = rendering.render(compiled, merge_fields.samples())
    preheader = rendering.line(compiled.get("preheader", ""), merge_fields.samples())
    seen = _Reader()
    seen.feed(letter.html)
    seen.close()
    return [
        *_of_lines(letter.subject, preheader),
        *_of_page(letter, seen),
        *(
            Remark("plain_link", (("address", address),))
            for address in dict.fromkeys(_plain(compiled["html"]))
        ),
        *(Remark("dead_link", (("field", path),)) for path in _dead(compiled["html"])),
    ]


def _of_lines(subject: str, preheader: str) -> Iterator[Remark]:
    if len(subject) > LONG_SUBJECT:
        yield Remark("long_subject", (("number", len(subject)),))
    if not preheader:
        yield Remark("no_preheader")
    elif len(preheader) > LONG_PREHEADER:
        yield Remark("long_preheader", (("number", len(preheader)),))
    elif preheader.casefold().strip(" .") == subject.casefold().strip(" ."):
        yield Remark("same_preheader")


def _of_page(letter: rendering.Rendered, seen: _Reader) -> Iterator[Remark]:
    weight = len(letter.html.encode())
    if weight > HEAVY:
        yield Remark("heavy", (("number", weight // 1000),))
    yield from (Remark("poor_alt", (("alt", alt),)) for alt in seen.alts if EMPTY_ALT.fullmatch(alt))
    if seen.alts and seen.words < FEW_WORDS:
        yield Remark("only_pictures")


def _dead(page: str) -> list[str]:
    return [path for path in checking.unguarded_links(page) if path not in ALWAYS]


def _plain(page: str) -> list[str]:
    """Addresses that an editor wrote with http; those of fields are the house's own."""
    return re.findall(r'href="(http://[^"{]+)', page)


class _Reader(HTMLParser):
    """Counts the words of the letter's own part and gathers what its pictures are said to show."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: list[str] = []
        self.words = 0
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin with the letter's own part; leave the sender's face and the logo out."""
        values = {name: value or "" for name, value in attrs}
        kinds = values.get("class", "").split()
        if kinds and tag in ("td", "div"):
            self._is_inside = bool({"letter", "button", "picture", "answers", "box"} & set(kinds))
        if tag == "img" and self._is_inside:
            self.alts.append(values.get("alt", ""))

    def handle_data(self, data: str) -> None:
        """Count words."""
        if self._is_inside:
            self.words += len(data.split())
