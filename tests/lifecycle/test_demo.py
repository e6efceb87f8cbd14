"""The demo club: believable, the same for the same seed, and so quiet that nothing of it starts anything."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import transaction

from flows.models import Enrolment, Flow
from intake.models import Delivery
from lifecycle import clock, invariants
from lifecycle.demo import loading
from lifecycle.invariants.lines import Moment
from mail import reading
from mail.models import Message
from members import stages
from members.models import Consent, Event, Member, Payment, StageChange, Subscription, UsageDay
from office.models import User
from relationship.models import Task
from tests import cast
from value import benefits, statements, upcoming
from value.models import Benefit, Upcoming

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 2, 22, 30, tzinfo=dt.UTC)
NOT_COUNTED = {
    "mail.Outage",
    "flows.Watch",
    "office.Beat",
    "sessions.Session",
    "contenttypes.ContentType",
    "auth.Permission",
}


@pytest.fixture
def club(db: None) -> loading.Loaded:
    return loading.load(60, 7, NOW, users=False)


def counts() -> dict[str, int]:
    rooms = ("members", "mail", "flows", "intake", "relationship", "value", "office")
    found = {model._meta.label: model for model in apps.get_models() if model._meta.app_label in rooms}
    return {
        label: model._default_manager.count() for label, model in found.items() if label not in NOT_COUNTED
    }


def fingerprint() -> list[tuple[Any, ...]]:
    return [
        *Member.objects.order_by("pk").values_list(
            "uuid", "first_name", "email", "joined_at", "stage", "status"
        ),
        *StageChange.objects.order_by("pk").values_list("member_id", "kind", "to_stage", "at", "rule"),
        *Subscription.objects.order_by("pk").values_list("uuid", "started_at", "ended_at", "cancel_reason"),
        *Message.objects.order_by("pk").values_list("uuid", "status", "subject", "due_at"),
        *UsageDay.objects.order_by("pk").values_list("member_id", "day"),
        *Event.objects.filter(name__startswith="value.").order_by("pk").values_list("key", "data"),
        *((row.name, f"{row.worth} {row.currency}") for row in Benefit.objects.order_by("pk")),
        *Upcoming.objects.order_by("pk").values_list("title", "starts_at"),
    ]


def told(**options: Any) -> str:
    said = StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


def test_members_got_something_have_something_left_and_something_ahead(club: loading.Loaded) -> None:
    members = list(Member.objects.exclude(stage="former").select_related("plan"))
    found = statements.of(members, NOW).values()
    assert {statement.is_known for statement in found} == {True, False}
    assert {statement.is_negative for statement in found if statement.net} == {True, False}
    assert any(benefits.unused(members).values())
    assert any(len(rows) == 3 for rows in upcoming.coming(members, NOW).values())


def test_it_tells_what_it_made_in_five_lines() -> None:
    assert len(told(members=40).splitlines()) == 5
    assert Member.objects.count() == 40


def test_a_database_with_a_member_is_refused_in_one_line(now: dt.datetime) -> None:
    cast.join("lone", now)
    with pytest.raises(CommandError) as refused:
        told()
    assert "\n" not in str(refused.value)
    assert Member.objects.count() == 1


@pytest.mark.parametrize("number", [0, 19, -5, 20_001])
def test_an_impossible_number_is_refused(number: int) -> None:
    with pytest.raises(CommandError, match="between 20 and 20000"):
        told(members=number)


def test_the_same_seed_gives_the_same_club() -> None:
    clubs = []
    for seed in (3, 3, 4):
        with transaction.atomic():
            loading.load(40, seed, NOW)
            first = Member.objects.order_by("pk")[0].pk
            clubs.append(list(_without_ids(fingerprint(), first)))
            transaction.set_rollback(True)
    assert clubs[0] == clubs[1]
    assert clubs[0] != clubs[2]


def _without_ids(rows: list[tuple[Any, ...]], first: int) -> Iterator[tuple[Any, ...]]:
    """Numbers count on after a rollback on some databases: told from the first member on."""
    for row in rows:
        yield tuple(part - first if isinstance(part, int) else part for part in row)


def test_a_tick_after_it_sends_nothing_and_changes_nothing(club: loading.Loaded) -> None:
    before, history = counts(), fingerprint()
    clock.tick(NOW)  # the work of the night, which makes room and counts
    assert clock.tick(NOW + dt.timedelta(minutes=5)) == 0
    assert counts() == before
    assert fingerprint() == history


def test_weeks_later_still_nothing_of_it_writes_to_anybody(club: loading.Loaded) -> None:
    before = Message.objects.count(), Task.objects.count(), Enrolment.objects.count()
    for days in (1, 14, 40):
        clock.tick(NOW + dt.timedelta(days=days))
    assert (Message.objects.count(), Task.objects.count(), Enrolment.objects.count()) == before


def test_who_joins_after_it_is_welcomed(club: loading.Loaded) -> None:
    later = NOW + dt.timedelta(minutes=1)
    person = cast.ingrid(later)
    clock.tick(later)
    assert Message.objects.filter(member=person.member).get().status == "sent"


def test_everything_happened_before_now_and_is_answered(club: loading.Loaded) -> None:
    assert not Event.objects.filter(handled_at=None).exists()
    assert not Event.objects.filter(occurred_at__gt=NOW).exists()
    assert not Enrolment.objects.filter(status="active").exists()
    assert not Message.objects.filter(status__in=Message.PENDING).exists()
    assert not Payment.objects.filter(paid_at__gt=NOW).exists()
    assert not UsageDay.objects.filter(day__gt=NOW.date()).exists()
    assert not StageChange.objects.filter(at__gt=NOW).exists()


def test_each_stage_history_is_one_unbroken_way_to_where_the_member_stands(club: loading.Loaded) -> None:
    for member in Member.objects.prefetch_related("stage_changes"):
        moves = sorted(member.stage_changes.all(), key=lambda move: (move.at, move.pk))
        assert moves[0].kind in ("joined", "placed")
        for before, after in itertools.pairwise(moves):
            assert (after.from_stage, before.at <= after.at) == (before.to_stage, True)
        assert moves[-1].to_stage == member.stage
        assert all(move.rule for move in moves)


def test_the_register_agrees_with_its_own_rules(club: loading.Loaded) -> None:
    for member in Member.objects.all():
        stood = (member.stage, member.stage_since, member.status)
        stages.settle(member, None, NOW, NOW, quiet=True)
        assert (member.stage, member.stage_since, member.status) == stood
    assert not Subscription.objects.filter(status="cancelled", access_ends_at__lte=NOW).exists()


def test_it_breaks_none_of_the_rules_that_always_hold(club: loading.Loaded) -> None:
    assert [str(one) for one in invariants.broken(Moment(NOW), in_time=True)] == []


def test_it_has_everything_that_pages_show() -> None:
    loading.load(300, 1, NOW)
    member_stages = Counter(Member.objects.values_list("stage", flat=True))
    assert set(member_stages) == set(Member.Stage.values)
    assert 180 <= 300 - member_stages["former"] <= 240
    kinds = set(StageChange.objects.values_list("kind", flat=True))
    assert kinds >= {"joined", "placed", "moved", "left", "returned"}
    assert set(Payment.objects.values_list("status", flat=True)) == {"succeeded", "failed", "refunded"}
    assert set(Message.objects.values_list("status", flat=True)) == {"sent", "skipped", "failed", "unknown"}
    arrived = set(Delivery.objects.values_list("status", flat=True))
    assert arrived == {"applied", "ignored", "parked", "waiting"}
    fresh = Member.objects.filter(joined_at__gt=NOW - dt.timedelta(days=22))
    assert 6 <= fresh.filter(stage="onboarding").count() <= 12
    assert Member.objects.filter(email="").exists()
    assert Consent.objects.filter(granted=False).exists()
    assert Task.objects.filter(done_at=None).exists()
    families = Counter(Member.objects.exclude(email="").values_list("email_key", flat=True))
    assert max(families.values()) > 1
    assert Flow.objects.get(slug="welcome").is_live


def test_its_letters_can_be_read(club: loading.Loaded) -> None:
    for message in Message.objects.filter(status="sent").select_related("letter_version__letter", "member")[
        :10
    ]:
        letter = reading.read(message, NOW)
        assert letter.subject == message.subject
        assert message.member.first_name in letter.text


def test_its_people_can_log_in_as_their_roles_allow() -> None:
    loading.load(20, 7, NOW)
    demo = User.objects.get(username="demo")
    assert demo.check_password("demo")
    assert (demo.role, demo.is_superuser) == ("owner", True)
    others = User.objects.exclude(pk=demo.pk)
    assert set(others.values_list("role", flat=True)) == {"editor", "staff", "readonly"}
    assert not any(user.has_usable_password() or user.is_superuser for user in others)


def test_it_can_leave_logins_alone() -> None:
    told(members=30, no_users=True)
    assert not User.objects.exists()
