"""Charts as SVG the server draws: positions here, lines and words in the templates, colours in the tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

BAR, GAP, HEIGHT = 40, 12, 72


@dataclass(frozen=True)
class Bar:
    """One bar: its left edge, top and height in the drawing's units, and what it counts."""

    x: int
    y: int
    width: int
    height: int
    value: int

    @property
    def middle(self) -> int:
        """Where its label is centred."""
        return self.x + self.width // 2


def pairs(first: Sequence[int], second: Sequence[int], width: int, height: int) -> list[tuple[Bar, Bar]]:
    """Two numbers for each day, beside each other in a drawing of this width; both rows to one scale."""
    highest = max([*first, *second], default=0) or 1
    slot = width / max(len(first), 1)
    broad = max(int(slot * 0.4), 1)

    def bar(place: int, value: int, left: float) -> Bar:
        size = max(round(value / highest * height), 2 if value else 0)
        return Bar(int(place * slot + left), height - size, broad, size, value)

    return [
        (bar(place, one, slot * 0.08), bar(place, two, slot * 0.08 + broad))
        for place, (one, two) in enumerate(zip(first, second, strict=True))
    ]


def bars(values: Sequence[int], height: int = HEIGHT) -> list[Bar]:
    """Bars from a zero baseline, the highest as high as the drawing; a small number still shows a line."""
    highest = max(values, default=0) or 1
    tall = [max(round(value / highest * height), 2 if value else 0) for value in values]
    return [
        Bar(place * (BAR + GAP), height - size, BAR, size, value)
        for place, (size, value) in enumerate(zip(tall, values, strict=True))
    ]
