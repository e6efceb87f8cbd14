"""How letters of this house look: its colours, font and logo, put into a compiled letter when it is written.

A published letter holds words such as `house-brand-accent` in place of colours. So a new colour reaches every letter
from then on, and what was sent is read again as it looked: the brand is among the values kept with it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mail import colours

if TYPE_CHECKING:
    from mail.models import Brand

DEFAULTS = {"accent": "#0B6B57", "text": "#1E2A2F", "paper": "#FBFAF7", "surface": "#FFFFFF"}
# Mail programs show only what the reader's machine has: each list ends with what every machine has.
FONTS = {
    "inter": "Inter, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
    "arial": "Arial, Helvetica, sans-serif",
    "verdana": "Verdana, Geneva, Tahoma, sans-serif",
    "trebuchet": "'Trebuchet MS', 'Segoe UI', Tahoma, sans-serif",
    "georgia": "Georgia, 'Times New Roman', Times, serif",
}
FONT = "inter"
DARK = {"paper": "#12181B", "surface": "#192125", "box": "#222C31", "line": "#2C373C"}
DARK_TEXT = {"text": "#E8ECEA", "quiet": "#A9B4B7"}
# The usual brand to the digit, as it was drawn; of other ones these are worked out.
DERIVED = {
    "on-accent": "#FFFFFF",
    "quiet": "#55636A",
    "line": "#E3E0D8",
    "box": "#F4F2EC",
    "accent-dark": "#5CC7A7",
}
WORD = re.compile(r"house-brand-([a-z]+(?:-[a-z]+)*)")
LOGO_HIGHEST, LOGO_WIDEST = 64, 240  # pixels as they are shown


def words() -> dict[str, str]:
    """What stands in a compiled letter for each colour and for the font, by the names of the letter's frame."""
    names = (*DEFAULTS, *DERIVED, "on-accent-dark", "font")
    return {name.replace("-", "_"): f"house-brand-{name}" for name in names}


def values(brand: Brand) -> dict[str, Any]:
    """What a letter has to know of the brand; nothing while it is the usual one."""
    said = {name: getattr(brand, name) for name in DEFAULTS if getattr(brand, name) != DEFAULTS[name]}
    if brand.font != FONT:
        said["font"] = brand.font
    return {**said, **(_logo(brand) if brand.logo else {})}


def dressed(page: str, said: Any) -> str:
    """The compiled page with the colours and the font of a letter's values under `brand`; what is missing is usual."""
    if "house-brand-" not in page:
        return page
    known: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    chosen = tuple(_colour(known, name) for name in DEFAULTS)
    return _dressed(page, chosen, str(known.get("font", FONT)))


def palette(accent: str, text: str, paper: str, surface: str) -> dict[str, str]:
    """Every colour of a letter, worked out from the four that are chosen; each text can be read where it stands."""
    chosen = {"accent": accent, "text": text, "paper": paper, "surface": surface}
    dark = colours.readable(accent, DARK["surface"], DARK["box"])
    derived = {
        "on-accent": _ink(accent),
        "quiet": colours.readable(colours.mixed(text, surface, 0.25), paper, surface),
        "line": colours.mixed(text, surface, 0.86),
        "box": colours.mixed(text, surface, 0.95),
        "accent-dark": dark,
    }
    if chosen == DEFAULTS:
        derived = dict(DERIVED)
    return {**chosen, **derived, "on-accent-dark": _ink(derived["accent-dark"])}


def _ink(ground: str) -> str:
    """White, or nearly black; on the few colours that lie just between them, black."""
    gentle = max((colours.WHITE, DARK["paper"]), key=lambda ink: colours.contrast(ink, ground))
    return colours.readable(gentle, ground)


@functools.lru_cache(maxsize=256)
def _dressed(page: str, chosen: tuple[str, ...], font: str) -> str:
    known = {**palette(*chosen), "font": FONTS.get(font, FONTS[FONT])}
    return WORD.sub(lambda word: known.get(word[1], word[0]), page)


def _colour(known: Mapping[str, Any], name: str) -> str:
    said = str(known.get(name, ""))
    return said if colours.is_colour(said) else DEFAULTS[name]


def _logo(brand: Brand) -> dict[str, Any]:
    from mail import pictures  # it needs the rows, which a page of colours does not

    assert brand.logo is not None
    width, height = brand.logo.width or LOGO_WIDEST, brand.logo.height or LOGO_HIGHEST
    scale = min(1, LOGO_WIDEST / width, LOGO_HIGHEST / height)
    return {
        "logo_url": pictures.url(brand.logo.name),
        "logo_width": max(1, round(width * scale)),
        "logo_height": max(1, round(height * scale)),
    }
