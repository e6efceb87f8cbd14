"""The card of whoever writes a letter: face, name, role, phone, address, signature. Once in every letter.

Who writes is found out when a letter is written, so what changed about them reaches all letters that have not left.
Letters that were published before signatures stood on cards never change, but get them when they are written.
"""

import functools
import re
import string
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "templates" / "mail" / "card.mjml"


SIGNATURE = "{% for line in sender.lines %}<br>{{ line }}{% endfor %}"
SIGNATURE_AS_TEXT = """\
{% for line in sender.lines %}{{ line }}
{% endfor %}"""
SAID = re.compile(r"sender\.(?:lines|signature)\b")
END_OF_CARD = re.compile(r"(\{\{ sender\.email \}\}</a>\{% endif %\})(\s*</td>)")
END_OF_CARD_AS_TEXT = re.compile(r"(\{\{ sender\.phone \}\}\n\{% endif %\}\{\{ sender\.email \}\}\n)")


def mjml(*, padding: str, signed: bool = False) -> str:
    """The card as an element of MJML, with its Liquid.

    `signed`: the letter shows the signature in its own words, so that it does not come twice.
    """
    return string.Template(_source()).substitute(padding=padding, signature="" if signed else SIGNATURE)


@functools.lru_cache(maxsize=256)
def signed(page: str) -> str:
    """The page of a published letter, with the signature on a card that has none yet."""
    return page if SAID.search(page) else END_OF_CARD.sub(rf"\1{SIGNATURE}\2", page, count=1)


@functools.lru_cache(maxsize=256)
def signed_text(text: str) -> str:
    """The same for the text part."""
    return text if SAID.search(text) else END_OF_CARD_AS_TEXT.sub(rf"\1{SIGNATURE_AS_TEXT}", text, count=1)


@functools.cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")
