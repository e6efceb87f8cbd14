"""Colours as numbers: how well one can be read on another, and the nearest one that can."""

from __future__ import annotations

import re

HEX = re.compile(r"#[0-9A-Fa-f]{6}")
ENOUGH = 4.5  # WCAG 2.2, 1.4.3 (AA), text of the usual size
WHITE, BLACK = "#FFFFFF", "#000000"


def is_colour(text: str) -> bool:
    """Whether this is a colour as letters write it: # and six digits."""
    return HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 (alike) to 21 (black on white): WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two; `share` (0 to 1) of it is the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def readable(colour: str, *grounds: str) -> str:
    """The nearest colour, darker or lighter, that can be read on all of these grounds; itself where it can.

    Where none is (a light and a dark ground at once), black or white, whichever does better.
    """
    if _reaches(colour, grounds):
        return colour
    for step in range(1, 51):
        for end in (BLACK, WHITE):
            tried = mixed(colour, end, step / 50)
            if _reaches(tried, grounds):
                return tried
    return max((BLACK, WHITE), key=lambda end: min(contrast(end, ground) for ground in grounds))


def _reaches(colour: str, grounds: tuple[str, ...]) -> bool:
    return all(contrast(colour, ground) >= ENOUGH for ground in grounds)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
