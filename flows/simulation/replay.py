"""Plays history to a flow: what happened, dates that came, steps, letters, each by the engine itself."""

import datetime as dt
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence

from flows import entering, reacting, sweeping
from flows.models import Flow, Sweep
from flows.simulation import coming, turning
from flows.simulation.happening import Happening
from flows.simulation.meanwhile import Meanwhile
from flows.simulation.past import Past
from members.models import Event

DEEDS = (reacting.leave, reacting.wake, reacting.reach_goals, entering.enter)
EXACT = 600  # so many things that happened are each answered at their very moment; more are taken together
SLICES = 31 * 24  # a month hour by hour
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


Passing = Callable[[dt.datetime], object]


def unheard(_reached: dt.datetime) -> None:
    """Nobody wants to know how far it is."""


class Replay:
    """History of the time (since, until], played to the one flow that lives in the sandbox."""

    def __init__(
        self, flow: Flow, since: dt.datetime, until: dt.datetime, past: Past, meanwhile: Meanwhile
    ) -> None:
        assert flow.current is not None
        self.flow, self.until, self.past, self.meanwhile = flow, until, past, meanwhile
        self.reached = since
        self.happening = Happening(flow, since, until)
        self._dates = deque(coming.moments(flow.current.trigger, since, until))
        is_few = self.happening.count() + len(self._dates) <= EXACT
        self.slice = dt.timedelta() if is_few else -(-(until - since) // (SLICES * HOUR)) * HOUR

    def run(self, patience: float, passing: Passing) -> bool:
        """Plays until the end, or for `patience` seconds of real time; whether it came to the end.

        `passing` is told each moment that is reached.
        """
        began = time.monotonic()
        while self.reached < self.until:
            if time.monotonic() - began > patience:
                return False
            moment = self._next()
            self._play(self.happening.take(moment), moment)
            self.reached = moment
            passing(moment)
        return True

    def _next(self) -> dt.datetime:
        """The next moment at which something is due, or the end of the slice of whole hours that it lies in."""
        moments = [self.happening.next_at(), turning.next_due(self.flow)]
        moments += [self._dates[0]] if self._dates else []
        ahead = min((moment for moment in moments if moment), default=self.until)
        # What stays due although nothing moves it, such as a run that was set aside, must not stop the clock.
        return min(self.until, self._end_of_slice(max(ahead, self.reached + dt.timedelta(seconds=1))))

    def _end_of_slice(self, moment: dt.datetime) -> dt.datetime:
        """Slices are those of a clock that is looked at every so many full hours (UTC)."""
        if not self.slice:
            return moment
        midnight = moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - (midnight - moment) // self.slice * self.slice

    def _play(self, happened: Sequence[Event], now: dt.datetime) -> None:
        self.past.now = now
        self.meanwhile.pass_to(now)
        for batch in _rounds(happened):
            self._answer(batch, now)
        first = self._first_date(now)
        dates = [sweeping.sweep] if first else []
        if first:  # nobody's date lies before it: so only those of this slice are looked at
            Sweep.objects.filter(flow=self.flow, swept_to__lt=first - SECOND).update(swept_to=first - SECOND)
        if dates or not happened:
            turning.until_quiet(now, *dates)

    def _first_date(self, now: dt.datetime) -> dt.datetime | None:
        """The first of the dates that came since it was last asked; None where none did."""
        first = self._dates[0] if self._dates and self._dates[0] <= now else None
        while self._dates and self._dates[0] <= now:
            self._dates.popleft()
        return first

    def _answer(self, batch: Sequence[Event], now: dt.datetime) -> None:
        members = self.past.load({event.member_id for event in batch})
        by_name: dict[str, list[Event]] = defaultdict(list)
        for event in batch:
            event.member = members[event.member_id]
            by_name[event.name].append(event)
        for alike in by_name.values():
            for deed in DEEDS:
                deed(alike, now)
        turning.until_quiet(now)


def _rounds(happened: Sequence[Event]) -> Iterator[list[Event]]:
    """One event of each member at a time, older ones first."""
    waiting = list(happened)
    while waiting:
        first: dict[int, Event] = {}
        for event in waiting:
            first.setdefault(event.member_id, event)
        chosen = {id(event) for event in first.values()}
        yield list(first.values())
        waiting = [event for event in waiting if id(event) not in chosen]
