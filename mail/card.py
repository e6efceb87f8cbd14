"""The card of whoever writes a letter: face, name, role, phone, address. Once in every letter."""

import functools
import string
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "templates" / "mail" / "card.mjml"


SIGNATURE = "{% for line in sender.lines %}<br>{{ line }}{% endfor %}"


def mjml(*, padding: str, signed: bool = False) -> str:
    """The card as an element of MJML, with its Liquid.

    `signed`: the letter shows the signature in its own words, so that it does not come twice.
    """
    return string.Template(_source()).substitute(padding=padding, signature="" if signed else SIGNATURE)


@functools.cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")
