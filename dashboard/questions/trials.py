"""A draft tried on the last days, as a page tells it: one sentence, days, letters, people."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard import charts
from dashboard.words import trials as words
from flows import checking
from flows.models import Flow
from flows.models import Trial as FlowTrial
from flows.simulation import answers, simulating, telling, trying

PATIENCE = 25.0  # seconds: who waits for a page waits no longer, however slow the machine
WIDTH, HEIGHT = 720, 120


@dataclass(frozen=True)
class Day:
    """Letters of one day: of this flow as tried and as really sent, and of the whole house."""

    date: dt.date
    tried: int
    really: int
    house: int
    bars: tuple[charts.Bar, charts.Bar]


@dataclass(frozen=True)
class Got:
    """One member and one letter: its line as the simulation told it."""

    run: telling.Run
    line: Mapping[str, Any]


@dataclass
class Row:
    """One letter: how many would have been sent, what they waited for, and why others would not have been."""

    name: str
    counted: telling.Letter
    later: list[tuple[str, int]]
    stayed: list[tuple[str, int]]
    got: list[Got] = field(default_factory=list)


@dataclass(frozen=True)
class Trial:
    """The answer, ready to be read."""

    told: telling.Told
    sentence: str
    days: list[Day]
    rows: list[Row]
    refused: list[tuple[str, int]]
    taken: list[str]

    @property
    def is_cut(self) -> bool:
        """Whether more entered than are told one by one."""
        return self.told.entered > len(self.told.runs)


def definition(flow: Flow) -> tuple[Mapping[str, Any], bool]:
    """What is tried: the draft where it differs from what is live, else that; whether it is the draft."""
    live = flow.current.definition if flow.current else {}
    is_draft = bool(flow.draft) and flow.draft != live
    return (flow.draft if is_draft else live), is_draft


@dataclass(frozen=True)
class UnderWay:
    """An answer that workers are finding: how far they came (None: they have not begun), and in per cent."""

    reached: dt.datetime | None
    percent: int


def run(flow: Flow, said: Mapping[str, Any], days: int, now: dt.datetime) -> Trial | UnderWay | None:
    """Tries it at once where few members are to be tried, else by the workers; None where they gave up.

    checking.FlowErrors with all that is wrong with it.
    """
    if trying.is_quick():
        return _read(simulating.simulate(flow, said, days, now, PATIENCE), said, days)
    asked = trying.ask(flow, said, days, now)
    if asked.errors:
        raise checking.FlowErrors(asked.errors)
    if asked.finished_at is None:
        return _under_way(asked)
    return _read(answers.read(asked.told), said, days) if asked.told else None


def _under_way(asked: FlowTrial) -> UnderWay:
    if asked.reached is None:
        return UnderWay(None, 0)
    left = (asked.until - asked.reached) / dt.timedelta(days=asked.days)
    return UnderWay(asked.reached, max(1, min(99, round(100 * (1 - left)))))


def _read(told: telling.Told, said: Mapping[str, Any], days: int) -> Trial:
    rows = _rows(told, words.letter_names(said))
    return Trial(
        told,
        words.sentence(told, days),
        _days(told),
        rows,
        [(words.refusal(why), number) for why, number in _most(told.not_entered)],
        words.taken(told.as_of_today),
    )


def _rows(told: telling.Told, names: Mapping[str, str]) -> list[Row]:
    rows = {
        one.step: Row(
            names.get(one.letter, one.letter),
            one,
            [(words.hindrance(code), number) for code, number in one.waited_for.most_common()],
            [(words.stayed(code), number) for code, number in one.not_sent.most_common()],
        )
        for one in told.letters
    }
    for run in told.runs:
        for line in run.letters:
            rows[line["step"]].got.append(Got(run, line))
    return list(rows.values())


def _days(told: telling.Told) -> list[Day]:
    first, last = told.since.date(), told.until.date()
    dates = [first + dt.timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    tried = [told.per_day.get(date, 0) for date in dates]
    really = [told.really_per_day.get(date, 0) for date in dates]
    pairs = charts.pairs(tried, really, WIDTH, HEIGHT)
    return [
        Day(date, tried[place], really[place], told.all_really_per_day.get(date, 0), pairs[place])
        for place, date in enumerate(dates)
    ]


def _most(numbers: Counter[str]) -> Sequence[tuple[str, int]]:
    return numbers.most_common(8)
