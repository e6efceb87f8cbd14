"""What a bench found: figures with their units, and targets that they reach or not."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One number. `target` is what quality asks, such as "≥ 80 %"; `reached` is None where nothing is asked."""

    name: str
    value: float
    unit: str
    target: str = ""
    reached: bool | None = None


@dataclass
class Report:
    """The figures of one bench, in the order in which they were found."""

    bench: str
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str) -> None:
        """A figure that is only told."""
        self.figures.append(Figure(name, round(value, 2), unit))

    def at_least(self, name: str, value: float, unit: str, least: float) -> None:
        """A figure that should not be smaller than `least`."""
        self.figures.append(Figure(name, round(value, 2), unit, f"≥ {least:g}", value >= least))

    def at_most(self, name: str, value: float, unit: str, most: float) -> None:
        """A figure that should not be larger than `most`."""
        self.figures.append(Figure(name, round(value, 2), unit, f"≤ {most:g}", value <= most))

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For people."""
        told = [f"bench {self.bench}"]
        for one in self.figures:
            verdict = {True: "reached", False: "NOT REACHED", None: ""}[one.reached]
            told.append(
                f"  {one.name:<58} {one.value:>10,.2f} {one.unit:<10} {one.target:<9} {verdict}".rstrip()
            )
        return told + [f"  {note}" for note in self.notes]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: int) -> float:
    """The value that `share` percent do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]
