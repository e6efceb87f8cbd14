"""What changed between two texts, word by word, and between two versions of a letter, as people read them."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mail import merge_fields, rendering
from mail.models import LetterVersion

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
AROUND = 6  # words kept on either side of what changed


@dataclass(frozen=True)
class Piece:
    """A run of words: `kept`, `gone`, `new`, or `cut` where unchanged text is left out."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One text of a letter that says something else than before."""

    language: str
    what: str
    pieces: Sequence[Piece]


def words(before: str, after: str) -> list[Piece]:
    """The words that went and came, with a few around them."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    found: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += _shortened(old[a:b], is_first=not a, is_last=b == len(old))
            continue
        if gone := "".join(old[a:b]):
            found.append(Piece("gone", gone))
        if come := "".join(new[c:d]):
            found.append(Piece("new", come))
    return found


def versions(before: LetterVersion, after: LetterVersion) -> list[Change]:
    """What a member would read otherwise, by language: both written with the same made-up values."""
    languages = dict.fromkeys([*before.texts, *after.texts])
    return [change for language in languages for change in _in(language, before, after)]


def _in(language: str, before: LetterVersion, after: LetterVersion) -> Iterator[Change]:
    names = (("subject", _("Subject")), ("preheader", _("Line below the subject")), ("text", _("Text")))
    for part, name in names:
        was, now = (_read(version, language, part) for version in (before, after))
        if was != now:
            yield Change(language, name, words(was, now))


def _read(version: LetterVersion, language: str, part: str) -> str:
    source = str(version.texts.get(language, {}).get(part, ""))
    if part != "text":
        return rendering.line(source, merge_fields.samples())
    return rendering.render({"subject": "", "html": "", "text": source}, merge_fields.samples()).text.strip()


def _shortened(kept: Sequence[str], *, is_first: bool, is_last: bool) -> list[Piece]:
    most = 2 * AROUND
    if len(kept) <= 2 * most:
        return [Piece("kept", "".join(kept))]
    begin = [] if is_first else [Piece("kept", "".join(kept[:most]))]
    end = [] if is_last else [Piece("kept", "".join(kept[-most:]))]
    return [*begin, Piece("cut", " … "), *end]
