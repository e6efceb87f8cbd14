"""From a published letter and one member's values to what that member reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mail import brand, card, liquid

CONTROLS = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], None)
UNSEEN = {code: None for code in CONTROLS if chr(code) not in "\n\t"}
DEEPEST = 6


class RenderError(Exception):
    """The letter cannot be written for this member; the message says why in plain words."""


@dataclass(frozen=True)
class Rendered:
    """One finished letter: subject on one line, text with \\n line ends, HTML as a whole page."""

    subject: str
    html: str
    text: str


def render(compiled: Mapping[str, str], values: Mapping[str, Any]) -> Rendered:
    """Write the compiled letter (`subject`, `html`, `text`) for one member.

    `values` is a nested dict of text, numbers, true/false, lists and dicts; what is empty or absent becomes
    empty text. Values are data: Liquid inside them is never carried out, and HTML in them is shown, not used.
    RenderError when a limit is passed or a value is of another kind.
    """
    context = plain(values)
    try:
        return Rendered(
            subject=one_line(liquid.text(compiled["subject"]).render(context)),
            html=liquid.html(brand.dressed(card.signed(compiled["html"]), values.get("brand"))).render(
                context
            ),
            text=tidy(liquid.text(card.signed_text(compiled["text"])).render(context)),
        )
    except (liquid.LiquidError, ValueError, TypeError, ArithmeticError) as error:
        raise RenderError(reason(error)) from error


def line(source: str, values: Mapping[str, Any]) -> str:
    """One line of text with its merge fields filled, such as the title of a task; RenderError as above."""
    try:
        return one_line(liquid.text(source).render(plain(values)))
    except (liquid.LiquidError, ValueError, TypeError, ArithmeticError) as error:
        raise RenderError(reason(error)) from error


def plain(value: Any, depth: int = 0) -> Any:
    """The value as Liquid may see it: exact text and numbers, nil for everything empty, nothing with methods."""
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > DEEPEST:
        raise RenderError("the values are nested too deeply")
    if isinstance(value, Mapping):
        return {str(key): plain(one, depth + 1) for key, one in value.items()} or ({} if depth == 0 else None)
    if isinstance(value, list | tuple):
        return [plain(one, depth + 1) for one in value] or None
    raise RenderError(f"a letter cannot show a value of the kind {type(value).__name__}")


def _text(value: str) -> str | None:
    # Exact str: a subclass that calls itself safe HTML (SafeString) would be left unescaped.
    value = str.__str__(value).translate(UNSEEN)
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    return value if value and not value.isspace() else None


def one_line(value: str) -> str:
    """The text on one line, without control characters: a subject must not become a second header."""
    return " ".join(value.split()).translate(CONTROLS)


def tidy(value: str) -> str:
    """The text part without the holes that unmet conditions leave."""
    value = re.sub(r"[ \t]+\n", "\n", value)
    return re.sub(r"\n{3,}", "\n\n", value).strip() + "\n"


def reason(error: Exception) -> str:
    """What Liquid said, on one line, with the line of the letter where it is known."""
    said = one_line(str(error.args[0])) if error.args else type(error).__name__
    place = error.context() if isinstance(error, liquid.LiquidError) and error.token else None
    return f"line {place[0]}: {said}" if place else said
