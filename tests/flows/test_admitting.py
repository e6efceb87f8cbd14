"""People let members in by hand: one, some, a whole segment; conditions and re-entry hold, and everything is told."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flows import admitting, entering
from flows.models import Admission, Decision, Enrolment, Flow
from lifecycle import clock
from members import segments
from members.models import Member, Segment
from office.models import AuditEntry, User
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
REST = [{"uid": "rest", "kind": "wait", "for": "30d"}]
ONLY_NEW = {"fact": "stage", "op": "=", "value": "onboarding"}


@pytest.fixture
def bo(db: None) -> User:
    return User.objects.create(username="bo", first_name="Bo", last_name="Lund")


@pytest.fixture
def people(db: None, now: dt.datetime) -> list[Member]:
    return [cast.join(f"p{number}", now, quiet=True).member for number in range(5)]


def test_any_live_flow_may_be_entered_by_hand_and_says_by_whom(
    people: list[Member], bo: User, now: dt.datetime
) -> None:
    flow = making.publish(REST, now, entry=ONLY_NEW)
    later = now + 30 * DAY
    (decision,) = admitting.let_in(flow, people[:1], bo, later)
    assert (decision.verdict, decision.reason) == (
        "entered",
        "let in by Bo Lund; stage is onboarding, must be = onboarding",
    )
    run = Enrolment.objects.get()
    assert (run.entered_at, run.due_at, run.event) == (later, later, None)
    entry = AuditEntry.objects.get(deed="flow.let_in")
    assert (entry.user, entry.member) == (bo, people[0].uuid)


def test_what_the_flow_asks_and_its_reentry_hold(people: list[Member], bo: User, now: dt.datetime) -> None:
    flow = making.publish(REST, now, entry=ONLY_NEW)
    Member.objects.filter(pk=people[1].pk).update(stage="former")
    making.enter(people[0], now)
    decisions = admitting.let_in(flow, people[:3], bo, now)
    assert [(one.verdict, one.reason) for one in decisions] == [
        ("not_entered", "is in this flow already"),
        ("not_entered", "stage is former, must be = onboarding"),
        ("entered", "let in by Bo Lund; stage is onboarding, must be = onboarding"),
    ]


def test_what_would_happen_is_told_and_nothing_is_done(
    people: list[Member], bo: User, now: dt.datetime
) -> None:
    flow = making.publish(REST, now, entry=ONLY_NEW, holdout=0.4)
    Member.objects.filter(pk=people[1].pk).update(stage="former")
    members = list(Member.objects.order_by("pk"))
    found = admitting.outlook(flow, members, now)
    assert not Decision.objects.exists()
    out = sum(entering.is_held_out("trial", one, 0.4) for one in members if one.stage != "former")
    assert (found.of, found.asked, found.kept_out, found.entering) == (5, 5, out, 4 - out)
    assert found.reasons == {"stage is former, must be = onboarding": 1}
    admitting.let_in(flow, members, bo, now)
    assert Enrolment.objects.filter(status="active").count() == found.entering


@pytest.mark.parametrize("is_draft", [True, False])
def test_nobody_is_let_into_a_flow_that_does_not_run(
    people: list[Member], bo: User, now: dt.datetime, is_draft: bool
) -> None:
    flow = making.publish(REST, now)
    stopped = {"current": None} if is_draft else {"paused_at": now}
    Flow.objects.filter(pk=flow.pk).update(**stopped)
    flow.refresh_from_db()
    with pytest.raises(entering.NotLive):
        admitting.let_in(flow, people, bo, now)
    assert not Decision.objects.exists()
    assert not AuditEntry.objects.filter(deed="flow.let_in").exists()


def test_a_whole_segment_is_let_in_by_the_clock_batch_by_batch(
    people: list[Member], bo: User, now: dt.datetime
) -> None:
    flow = making.publish(REST, now, trigger={"manual": True})
    segment = segments.save(Segment(name="Guides"), None, now, bo)
    segments.put(segment, people[:4], now, bo)
    making.work(now)
    assert admitting.outlook_of_segment(flow, segment, now).entering == 4
    first = admitting.let_in_segment(flow, segment, bo, now)
    assert admitting.let_in_segment(flow, segment, bo, now) == first
    assert admitting.work(now, 3) == 3
    clock.tick(now)
    done = Admission.objects.get()
    assert (done.entered, done.not_entered, done.done_at) == (4, 0, now)
    assert set(Enrolment.objects.values_list("member_id", flat=True)) == {one.pk for one in people[:4]}
    admitting.let_in_segment(flow, segment, bo, now + DAY)
    clock.tick(now + DAY)
    assert Admission.objects.latest("pk").not_entered == 4


def test_a_segment_waits_while_its_flow_stands_still(
    people: list[Member], bo: User, now: dt.datetime
) -> None:
    flow = making.publish(REST, now)
    segment = segments.save(Segment(name="Guides"), None, now, bo)
    segments.put(segment, people, now, bo)
    admitting.let_in_segment(flow, segment, bo, now)
    Flow.objects.update(paused_at=now)
    assert admitting.work(now) == 0
    Flow.objects.update(paused_at=None)
    assert admitting.work(now) == 5


def test_one_who_cannot_be_decided_about_is_passed_over(
    people: list[Member], bo: User, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = making.publish(REST, now)
    segment = segments.save(Segment(name="Guides"), None, now, bo)
    segments.put(segment, people, now, bo)
    admitting.let_in_segment(flow, segment, bo, now)
    real = entering._refusal

    def refusal(flow: Flow, occasion: entering.Occasion, *rest: object) -> str:
        if occasion.member.pk == people[2].pk:
            raise ValueError("broken")
        return real(flow, occasion, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(entering, "_refusal", refusal)
    while admitting.work(now):
        pass
    assert Enrolment.objects.count() == 4
    assert Admission.objects.get().done_at == now


def test_the_number_of_queries_does_not_depend_on_how_many_are_let_in(
    people: list[Member], bo: User, now: dt.datetime
) -> None:
    flow = making.publish(REST, now, entry=ONLY_NEW, reentry="per subscription")
    counts = []
    for some in (people[:1], people[1:]):
        with CaptureQueriesContext(connection) as queries:
            entering.let_in(flow, some, now, note="")
        counts.append(len(queries))
    assert counts[0] == counts[1]
