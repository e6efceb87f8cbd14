"""What is said before a letter leaves is what becomes of it."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mail import audiences, reach, suppressions
from mail.models import Mailing, Suppression
from members import consent, letter_pauses, segments
from members.models import Member, Segment
from tests import cast
from tests.mail import groups, letters
from tests.sinks import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dt.datetime:
    """A Monday at noon in Copenhagen."""
    return dt.datetime(2026, 3, 2, 11, tzinfo=dt.UTC)


@pytest.fixture
def choir(now: dt.datetime) -> None:
    """One of every kind, some of them in two ways at once."""
    letters.rule(now, caps=[{"letters": 1, "within": "7d"}])
    hour = now - dt.timedelta(hours=1)
    for name in ("Plain", "Full", "Rests", "Dead", "Angry", "Both", "Was"):
        groups.wants_news(groups.sings(name, hour), hour)
    groups.wants_news(groups.sings("Paper", hour, email=""), hour)
    for name in ("Never", "No"):
        groups.sings(name, hour)
    groups.sings("PaperNever", hour, email="")
    by_name = {member.first_name: member for member in Member.objects.all()}
    for name in ("No", "Both"):
        consent.withdraw(by_name[name], "news", now, now, proof="link", source="test")
    letters.due(by_name["Full"], hour)
    letters.send(hour)
    letter_pauses.pause(by_name["Rests"], 1, hour, source="test")
    suppressions.suppress("dead@example.com", Suppression.Reason.BOUNCED, hour)
    suppressions.suppress("angry@example.com", Suppression.Reason.COMPLAINED, hour)
    suppressions.suppress("both@example.com", Suppression.Reason.MANUAL, hour)
    suppressions.remember_no("was@example.com", ["news"], hour)


def foreseen(mailing: Mailing, now: dt.datetime) -> reach.Reach:
    return reach.foresee(audiences.people(mailing.people, now), mailing.topic, now)


@pytest.mark.parametrize("kind", ["notice", "news"])
def test_the_numbers_before_are_the_numbers_after(
    sink: Sink, choir: None, kind: str, now: dt.datetime
) -> None:
    mailing = groups.sent(now, kind)
    before = foreseen(mailing, now)
    groups.leave(now)
    after = list(groups.fates(mailing).values())
    assert before.gets == after.count("sent") > 0
    assert before.paper == after.count("on_paper") > 0
    assert before.later == sum(fate.startswith(("no_room", "postponed")) for fate in after)
    assert dict(before.stays) == {fate: after.count(fate) for fate in after if fate[:4] in ("supp", "no_c")}
    assert sum(before.numbers.values()) == len(after) == 11


def test_names_stand_behind_each_number(choir: None, now: dt.datetime) -> None:
    people = audiences.people(f"tag:{groups.TAG}", now)
    for part, names in ((reach.PAPER, {"Paper"}), (reach.LATER, {"Full", "Rests"}), (reach.GETS, {"Plain"})):
        found = reach.foresee(people, "news", now, part)
        assert set(Member.objects.filter(pk__in=found.asked).values_list("first_name", flat=True)) == names


def test_it_asks_the_same_number_of_questions_however_large_the_group(choir: None, now: dt.datetime) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            reach.foresee(audiences.people(f"tag:{groups.TAG}", now), "news", now)
        return len(captured)

    few = asked()
    groups.choir(30, now)
    assert asked() == few <= 4


def test_a_group_is_everybody_a_plan_a_tag_a_segment_or_a_list(now: dt.datetime) -> None:
    anna = groups.sings("Anna", now)
    per = cast.per(now).member
    former = groups.sings("Former", now)
    Member.objects.filter(pk=former.pk).update(stage="former")
    kept = segments.save(Segment(name="Helpers"), None, now, None)
    segments.put(kept, [per, former], now, None)
    found = segments.save(Segment(name="New"), {"fact": "stage", "op": "=", "value": "onboarding"}, now, None)
    expected: dict[str, set[Member]] = {
        "everybody": {anna, per},
        "plan:standard": {anna, per},
        f"tag:{groups.TAG}": {anna},
        f"segment:{kept.slug}": {per, former},
        f"segment:{found.slug}": {anna, per},
        "segment:gone": set(),
        "nonsense": set(),
    }
    for word, members in expected.items():
        assert set(audiences.people(word, now)) == members, word
        assert audiences.is_known(word) == bool(members), word
        assert audiences.name(word)
