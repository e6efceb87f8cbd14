"""The card of whoever writes a letter: face, name, role, phone, address. Once in every letter."""

import functools
import string
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "templates" / "mail" / "card.mjml"


def mjml(*, padding: str) -> str:
    """The card as an element of MJML, with its Liquid."""
    return string.Template(_source()).substitute(padding=padding)


@functools.cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")
