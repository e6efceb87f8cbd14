"""Plays histories, with new versions, pauses, moves and workers that die, and compares them with the contract."""

import dataclasses
import datetime as dt
import itertools
import tomllib
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest import mock
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from flows import entering, publishing, versions
from flows.models import Enrolment, Flow, StepRun
from flows.moving_runs import Move
from lifecycle import clock, invariants, journey
from lifecycle.invariants.lines import Moment
from mail import sending_rules, suppressions
from mail.models import Message, Suppression
from members import consent, events, updating
from members.models import Event, Member
from office.models import User
from tests import cast
from tests.faults import ledger
from tests.sinks import Sink, parse
from tests.stories import expecting, playing

START = dt.datetime(2026, 3, 27, 6, tzinfo=dt.UTC)  # summer time begins on the second night
HOUR = dt.timedelta(hours=1)
ZONES = ("Europe/Copenhagen", "America/New_York", "Asia/Tokyo")
NAMES = (expecting.BEGAN, expecting.VISITED, expecting.VISITED, expecting.BOUGHT, expecting.LEFT)
PLANS = (
    expecting.Plan(pause=1, timeout=1, nudges=True, goal=expecting.BOUGHT, ends=False),
    expecting.Plan(pause=3, timeout=1, nudges=True, goal=expecting.BOUGHT, ends=True),
    expecting.Plan(pause=1, timeout=1, nudges=False, goal=expecting.VISITED, ends=True),
)
PEOPLE = st.sampled_from(("ida", "ida", "per", "per", "ole"))
HAPPENINGS = st.lists(
    st.tuples(PEOPLE, st.sampled_from(NAMES), st.sampled_from((0, 1, 7, 20, 30, 80))), min_size=1, max_size=4
)
HOURS = st.sampled_from((1, 20, 24, 26, 49, 75))
CHOICES = st.dictionaries(
    st.sampled_from(sorted(expecting.STEPS - {"stop"})),
    st.sampled_from(("same", "same", "morning", "thanks", expecting.END)),
    min_size=2,
)
POISON = "shop.poison"
DIES_AT = st.sampled_from((0, 0, 0)) | st.integers(1, 250)


class Died(BaseException):
    """A worker dies here; nothing in the house may catch it."""


def poison(_events: list[Event], _now: dt.datetime) -> None:
    """What nobody can answer."""
    raise ValueError("poison")


class Histories(RuleBasedStateMachine):
    """Two members in one flow and one kept out of it, and a worker that may die at any statement it sends."""

    sink: ClassVar[Sink]

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.sink.accepted.clear()
        self.now, self.paused, self.has_died, self._keys = START, False, False, itertools.count(1)
        self.people = {
            who: expecting.Person(ZoneInfo(ZONES[0]), is_kept_out=who == "ole")
            for who in ("ida", "per", "ole")
        }
        self.members = {
            who: cast.join(who, START, quiet=True, email=f"{who}@example.com", time_zone=ZONES[0]).member
            for who in self.people
        }
        for who, member in self.members.items():
            member.uuid = lot(who, is_kept_out=self.people[who].is_kept_out)
            member.save(update_fields=["uuid"])
        sending_rules.save(expecting.RULES, START)
        self.karen = User.objects.create(username="karen", role=User.Role.OWNER)
        self.answers = mock.patch.dict(journey.JOURNEY, {POISON: (poison,)})
        self.answers.start()

    def teardown(self) -> None:
        """Everything is forgotten."""
        self.answers.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(plan=st.sampled_from(PLANS))
    def is_published(self, plan: expecting.Plan) -> None:
        """The flow is there, and both are in it."""
        self.publish(plan)
        self.published = self.now
        self.time_passes([(who, expecting.BEGAN, 0) for who in self.people], 1, 0)

    @rule(plan=st.sampled_from(PLANS))
    def publish(self, plan: expecting.Plan) -> None:
        """A new version; who is inside keeps theirs."""
        self._publish(plan, {})

    @rule(plan=st.sampled_from(PLANS), chosen=CHOICES)
    def publish_for_all(self, plan: expecting.Plan, chosen: dict[str, str]) -> None:
        """A new version; of those who are inside, some are moved to it and some are ended, by where they stand."""
        self._publish(plan, {uid: uid if to == "same" else to for uid, to in chosen.items()})

    def _publish(self, plan: expecting.Plan, chosen: dict[str, str]) -> None:
        definition = tomllib.loads(playing.complete(plan.file()))
        if flow := Flow.objects.first():
            flow.draft = definition
            rows = [row for row in versions.standing(flow) if row.uid in chosen]
            places = {(row.version.pk, row.uid): Move(chosen[row.uid]) for row in rows}
            versions.publish(flow, places, self.now, self.karen, without_face=True)
        else:  # by no person: then nothing is held
            publishing.publish(definition, self.now, without_face=True)
        if plan != getattr(self, "plan", None):
            self.plan = dataclasses.replace(
                plan
            )  # another version, also where it says what an older one said
        for person in self.people.values():
            person.move(self.plan, chosen, self.now)

    @rule(happens=HAPPENINGS, hours=HOURS, dies_at=DIES_AT)
    def time_passes(self, happens: list[tuple[str, str, int]], hours: int, dies_at: int) -> None:
        """Hours pass, and things happen; then a worker comes, or dies over it and another one takes over."""
        self.now += hours * HOUR
        for who, name, ago in happens:
            self._tell(who, name, self.now - ago * HOUR)
        with dying(dies_at) as worker:
            clock.tick(self.now)
        if worker.died:
            self.has_died = True
            ledger.let_leases_run_out()
            clock.tick(self.now)
        for person in self.people.values():
            person.tick(self.now, self.plan, self.published, paused=self.paused)
        self._compare()

    @rule(happens=HAPPENINGS, hours=HOURS, dies_at=DIES_AT)
    def more_time_passes(self, happens: list[tuple[str, str, int]], hours: int, dies_at: int) -> None:
        """As most of the time nothing else does."""
        self.time_passes(happens, hours, dies_at)

    @rule(happens=HAPPENINGS, hours=HOURS)
    def stands_still(self, happens: list[tuple[str, str, int]], hours: int) -> None:
        """Somebody stops the flow for a while, and lets it run again."""
        for self.paused in (True, False):
            Flow.objects.update(paused_at=self.now if self.paused else None)
            self.time_passes(happens if self.paused else [], hours, 0)

    @rule(who=PEOPLE)
    def is_poisoned(self, who: str) -> None:
        """Something comes that nobody can answer: it is set aside, and keeps nobody waiting."""
        events.record(events.Draft(POISON, self.members[who], self.now, f"test:{next(self._keys)}"), self.now)

    @rule(who=PEOPLE, zone=st.sampled_from(ZONES))
    def moves(self, who: str, zone: str) -> None:
        """Somebody moves."""
        key = f"test:{next(self._keys)}"
        updating.update(self.members[who], {"time_zone": zone}, self.now, key, self.now)
        self.people[who].zone = ZoneInfo(zone)
        self.people[who].happened.append(expecting.Happening(expecting.MOVED, self.now))

    @rule(bounced=st.booleans())
    def says_no(self, bounced: bool) -> None:
        """Per wants no more letters, or his address is dead."""
        member = self.members["per"]
        if bounced:
            suppressions.suppress(member.email, Suppression.Reason.BOUNCED, self.now)
        else:
            consent.withdraw(member, "membership", self.now, self.now, proof="", source="test")
        self.people["per"].may_be_written_to = False

    def _tell(self, who: str, name: str, at: dt.datetime) -> None:
        events.record(events.Draft(name, self.members[who], at, f"test:{next(self._keys)}"), self.now)
        self.people[who].happened.append(expecting.Happening(name, at))

    def _compare(self) -> None:
        """Runs, goals and letters are those of the model; the rules of the audit hold; nothing is doubled or lost."""
        for who, person in self.people.items():
            assert [self._seen(run) for run in self._runs(who)] == [self._told(run) for run in person.runs]
        assert list(invariants.broken(Moment(self.now), in_time=True)) == []
        taken = Counter(str(parse(content)["Message-ID"]).strip() for _to, content in self.sink.accepted)
        assert max(taken.values(), default=0) <= 1
        sent = set(Message.objects.filter(status="sent").values_list("message_id", flat=True))
        unknown = set(Message.objects.filter(status="unknown").values_list("message_id", flat=True))
        assert sent <= set(taken) <= sent | unknown
        assert not unknown or self.has_died

    def _runs(self, who: str) -> list[Enrolment]:
        return list(Enrolment.objects.filter(member=self.members[who]).order_by("pk"))

    def _seen(self, run: Enrolment) -> dict[str, Any]:
        written = (
            Message.objects.filter(group=run.group).order_by("pk").select_related("letter_version__letter")
        )
        letters = [(one.letter_version.letter.slug, one.status, one.not_after) for one in written]
        wait = StepRun.objects.filter(enrolment=run, kind="wait", finished_at=None).first()
        left = [one.submitted_at if one.status in ("sent", "unknown") else None for one in written]
        return {
            "status": run.status,
            "entered": run.entered_at,
            "step": (run.step or "hello") if run.status == "active" else "",
            "goal": run.goal_at,
            "finished": run.finished_at,
            "waits until": wait.due_at if wait and run.status == "active" else None,
            "letters": [
                (slug, "sent" if status == "unknown" else status, end) for slug, status, end in letters
            ],
            "left": left,
        }

    def _told(self, run: expecting.Run) -> dict[str, Any]:
        return {
            "status": run.status,
            "entered": run.entered,
            "step": run.step if run.status == "active" else "",
            "goal": run.goal_at,
            "finished": run.finished,
            "waits until": run.due if run.status == "active" else None,
            "letters": [(letter.slug, letter.status, letter.not_after) for letter in run.letters],
            "left": [letter.left for letter in run.letters],
        }


def lot(who: str, *, is_kept_out: bool) -> uuid.UUID:
    """A number for this member by which the flow keeps them out, or does not."""
    drawn = (uuid.uuid5(uuid.NAMESPACE_DNS, f"{who}{number}") for number in itertools.count())
    return next(one for one in drawn if entering.is_held_out("trial", Member(uuid=one), 0.5) == is_kept_out)


class Worker:
    """Counts the statements that it sends, and dies before the one it was told."""

    def __init__(self, dies_at: int) -> None:
        self.dies_at, self.sent, self.died = dies_at, 0, False

    def send(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's wrapper around a statement."""
        self.sent += 1
        if self.sent == self.dies_at:
            self.died = True
            raise Died
        return execute(sql, params, many, context)


@contextmanager
def dying(dies_at: int) -> Iterator[Worker]:
    """Inside, whoever works dies before their `dies_at`th statement (0: never), as by kill -9 between two of them."""
    worker, begin = Worker(dies_at), transaction.Atomic.__init__

    def begin_anew(self: transaction.Atomic, using: str, savepoint: bool, durable: bool) -> None:
        begin(
            self, using, True, durable
        )  # the history is one transaction; what is one by itself dies by itself

    try:
        with (
            connection.execute_wrapper(worker.send),
            mock.patch.object(transaction.Atomic, "__init__", begin_anew),
        ):
            yield worker
    except Died:
        pass
