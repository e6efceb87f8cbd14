"""Plays history to a flow: what happened, dates that came, steps, letters, each by the engine itself."""

import datetime as dt
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from flows import entering, journal, reacting, sweeping
from flows.models import Enrolment, Flow
from flows.occasions import Occasion
from flows.simulation import turning
from flows.simulation.coming import Coming
from flows.simulation.happening import Happening
from flows.simulation.hearing import Hearing
from flows.simulation.meanwhile import Meanwhile
from flows.simulation.past import Past
from mail import sending_rules
from members.models import Event

DEEDS = (reacting.leave, reacting.wake, reacting.reach_goals, entering.enter)
EXACT = 600  # so many things that happened are each answered at their very moment; more are taken together
SLICES = 31 * 24  # a month hour by hour
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


Passing = Callable[[dt.datetime], object]


def unheard(_reached: dt.datetime) -> None:
    """Nobody wants to know how far it is."""


class Replay:
    """History of the time (since, until], played to the one flow that lives in the sandbox.

    `refused` counts why people did not enter.
    """

    def __init__(
        self, flow: Flow, since: dt.datetime, until: dt.datetime, past: Past, meanwhile: Meanwhile
    ) -> None:
        assert flow.current is not None
        self.flow, self.until, self.past, self.meanwhile = flow, until, past, meanwhile
        self.reached, self.refused = since, Counter[str]()
        self.hearing, self.dates = Hearing(flow), Coming(flow.current.trigger, since, until)
        self.happening = Happening(flow, since, until, self.dates.members)
        past.expect([*self.dates.coming(), *self.happening.coming])
        self._inside = set(flow.enrolments.values_list("member_id", flat=True))
        self._rules, self._due = sending_rules.current(), turning.next_due(flow)
        is_few = len(self.dates) + self.happening.count(EXACT + 1) <= EXACT
        self.slice = dt.timedelta() if is_few else -(-(until - since) // (SLICES * HOUR)) * HOUR

    def run(self, patience: float, passing: Passing) -> bool:
        """Plays until the end, or for `patience` seconds of real time; whether it came to the end.

        `passing` is told each moment that is reached.
        """
        began = time.monotonic()
        with journal.remembering():
            while self.reached < self.until:
                if time.monotonic() - began > patience:
                    return False
                moment = self._next()
                self._play(moment)
                self.reached = moment
                passing(moment)
        return True

    def _next(self) -> dt.datetime:
        """The next moment at which something is due, or the end of the slice of whole hours that it lies in."""
        moments = [self.happening.next_at(), self._due.next_at, self.dates.next_at()]
        ahead = min((moment for moment in moments if moment), default=self.until)
        # What stays due although nothing moves it, such as a run that was set aside, must not stop the clock.
        return min(self.until, self._end_of_slice(max(ahead, self.reached + SECOND)))

    def _end_of_slice(self, moment: dt.datetime) -> dt.datetime:
        """Slices are those of a clock that is looked at every so many full hours (UTC)."""
        if not self.slice:
            return moment
        midnight = moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - (midnight - moment) // self.slice * self.slice

    def _play(self, now: dt.datetime) -> None:
        self.past.reach(now)
        self.meanwhile.pass_to(now)
        happened, played = list(self.happening.take(now)), False
        while happened:
            batch, happened = self._round(happened)
            if batch:
                self._answer(batch, now)
                self._turn(now)
                played = True
        if due := self.dates.take(now):
            self._begin(sweeping.undecided(self.flow, self.dates.occasions(due, self.past)), now)
        if due or not played:
            self._turn(now)

    def _round(self, happened: Sequence[Event]) -> tuple[list[Event], list[Event]]:
        """One event of each member, older ones first, and those left for later; who is not concerned is left out."""
        first: dict[int, Event] = {}
        later = []
        for event in happened:
            if event.member_id in first:
                later.append(event)
            elif event.name == self.hearing.trigger or event.member_id in self._inside:
                first[event.member_id] = event
        return list(first.values()), later

    def _answer(self, batch: Sequence[Event], now: dt.datetime) -> None:
        members = self.past.load({event.member_id for event in batch})
        by_name: dict[str, list[Event]] = defaultdict(list)
        for event in batch:
            event.member = members[event.member_id]
            by_name[event.name].append(event)
        for name, alike in by_name.items():
            if self._inside:
                for deed in self.hearing.deeds(name):
                    deed(alike, now)
            if name == self.hearing.trigger:
                self._begin(entering.occasions(self.flow, alike, now), now)

    def _begin(self, occasions: Sequence[Occasion], now: dt.datetime) -> None:
        """Lets in whom these let in. Of the others only the reasons are kept: nobody asks who they were."""
        decisions = entering.decide(self.flow, occasions, now)
        runs = [decision.enrolment for decision in decisions if decision.enrolment]
        Enrolment.objects.bulk_create(runs)
        self._inside.update(run.member_id for run in runs)
        self.refused.update(one.reason for one in decisions if one.verdict == entering.NOT_ENTERED)

    def _turn(self, now: dt.datetime) -> None:
        self._due = turning.count_until_quiet(self.flow, self._rules, now)
