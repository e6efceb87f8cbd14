"""A flow drawn: steps from top to bottom, jumps as arcs at the right side; only places, the page draws them.

Where the way to the next step has a condition, its arrow has the word beside it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from flows import step_words
from flows.editing import parts
from flows.numbers import Numbers

WIDTH, HEIGHT, GAP, LEFT, TOP, LANE = 276, 76, 26, 4, 4, 18
LETTERS = 33  # that fit on a line
APART = 16  # between arcs that leave one box

Jump = tuple[str, str, str]  # from, to, and the word that says when


@dataclass(frozen=True)
class Box:
    """One step: where it is drawn, up to two lines of text, its numbers, and when it leads to the next one."""

    uid: str
    kind: str
    number: int
    y: int
    lines: Sequence[str]
    text: str
    numbers: Numbers
    goes_on: bool
    word: str

    @property
    def first_line(self) -> int:
        """Where the first line of text stands."""
        return self.y + (24 if len(self.lines) == 2 else 34)

    @property
    def second_line(self) -> int:
        """Where the second line stands."""
        return self.y + 42

    @property
    def foot(self) -> int:
        """Where the line of numbers stands."""
        return self.y + HEIGHT - 12

    @property
    def end(self) -> int:
        """The lower edge."""
        return self.y + HEIGHT


@dataclass(frozen=True)
class Arc:
    """A jump from one box to another: the path, where its word stands, and the word."""

    path: str
    x: int
    y: int
    word: str
    head: str


@dataclass(frozen=True)
class Drawing:
    """Everything that the page draws."""

    boxes: Sequence[Box]
    arcs: Sequence[Arc]
    width: int
    height: int
    box_width: int = WIDTH
    box_height: int = HEIGHT
    gap: int = GAP
    left: int = LEFT
    middle: int = LEFT + WIDTH // 2
    text: int = LEFT + 34
    aside: int = LEFT + 10


@dataclass
class _Lanes:
    """Which spans the arcs in each lane cover, so that no two arcs lie on each other."""

    taken: list[list[tuple[int, int]]] = field(default_factory=list)

    def find(self, low: int, high: int) -> int:
        """The first lane that is free from `low` to `high`."""
        for number, spans in enumerate(self.taken):
            if all(high < one or low > other for one, other in spans):
                spans.append((low, high))
                return number
        self.taken.append([(low, high)])
        return len(self.taken) - 1


def draw(definition: Mapping[str, Any], numbers: Mapping[str, Numbers]) -> Drawing:
    """The drawing of this definition with these numbers by uid."""
    rows, written = parts.steps(definition), parts.letters(definition)
    places = {step["uid"]: place for place, step in enumerate(rows)}
    found = [jump for step in rows for jump in _jumps(step) if jump[1] in places]
    only = {step["uid"] for step in rows if not _goes_on(step)}
    ahead = [jump for jump in found if jump[0] in only and places[jump[1]] == places[jump[0]] + 1]
    boxes = [
        Box(
            uid=step["uid"],
            kind=str(step.get("kind")),
            number=place + 1,
            y=TOP + place * (HEIGHT + GAP),
            lines=_lines(text := step_words.sentence(step, written)),
            text=text,
            numbers=numbers.get(step["uid"], Numbers()),
            goes_on=(word := _words(step, ahead)) != "" or (_goes_on(step) and step is not rows[-1]),
            word=word,
        )
        for place, step in enumerate(rows)
    ]
    lanes, left = _Lanes(), Counter[str]()
    arcs = []
    for start, to, word in (jump for jump in found if jump not in ahead):
        arcs.append(_arc(boxes[places[start]], boxes[places[to]], word, lanes, left[start]))
        left[start] += 1
    right = LEFT + WIDTH + (len(lanes.taken) * LANE + 64 if arcs else 4)
    return Drawing(boxes, arcs, right, TOP + len(rows) * (HEIGHT + GAP))


def jumps(step: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where a step may lead besides the next one: the uid, and the word that says when."""
    return [(to, word) for _start, to, word in _jumps(step)]


def _jumps(step: Mapping[str, Any]) -> list[Jump]:
    uid, is_branch = step["uid"], step.get("kind") == "branch"
    found = []
    if step.get("then"):
        found.append((uid, str(step["then"]), _("yes") if is_branch else _("it comes")))
    if step.get("else"):
        found.append((uid, str(step["else"]), _("no")))
    arms = step.get("arms")
    for name, arm in arms.items() if isinstance(arms, Mapping) else ():
        if isinstance(arm, Mapping) and arm.get("then"):
            found.append((uid, str(arm["then"]), str(name).upper()))
    return found


def _words(step: Mapping[str, Any], ahead: Sequence[Jump]) -> str:
    return " · ".join(word for start, _to, word in ahead if start == step["uid"])


def _goes_on(step: Mapping[str, Any]) -> bool:
    if step.get("kind") == "split":
        arms = step.get("arms")
        return isinstance(arms, Mapping) and any(
            not (isinstance(arm, Mapping) and "then" in arm) for arm in arms.values()
        )
    return step.get("kind") != "end" and not (step.get("kind") == "branch" and step.get("else"))


def _arc(start: Box, to: Box, word: str, lanes: _Lanes, before: int) -> Arc:
    """The arc below those `before` it that leave the same box."""
    edge = LEFT + WIDTH
    leaves = min(start.y + HEIGHT // 2 + 8 + before * APART, start.end - 6)
    arrives = to.y + HEIGHT // 2 - 8
    lane = edge + 16 + lanes.find(*sorted((start.number, to.number))) * LANE
    turn = 8 if arrives > leaves else -8
    path = (
        f"M{edge} {leaves} H{lane - 8} Q{lane} {leaves} {lane} {leaves + turn}"
        f" V{arrives - turn} Q{lane} {arrives} {lane - 8} {arrives} H{edge + 6}"
    )
    head = f"M{edge + 7} {arrives - 4} L{edge + 1} {arrives} L{edge + 7} {arrives + 4}"
    return Arc(path, lane + 5, leaves + (14 if turn > 0 else -6), word, head)


def _lines(text: str) -> list[str]:
    """The text on at most two lines."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > LETTERS and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > 2:
        lines = [lines[0], lines[1]]
        lines[1] = f"{lines[1][: LETTERS - 1].rstrip()}…"
    return [line if len(line) <= LETTERS + 3 else f"{line[: LETTERS + 1]}…" for line in lines]
