"""A list is taken back for a day; what somebody touched since stays."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings

from intake.importing import undoing, working
from intake.models import Import, ImportedRow
from members.models import Event, ExternalId, Member, Payment, Subscription
from relationship.models import Task
from tests.intake import lists

pytestmark = pytest.mark.django_db
ANNA = ("a", "anna@example.com", "Anna", "2020-03-15")
OLE = ("o", "", "Ole", "2021-03-15")
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def house(now: dt.datetime, settings: LazySettings, tmp_path: Path) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    settings.VAR_DIR = tmp_path / "var"


def member(external_id: str) -> Member:
    return ExternalId.objects.get(source="house", value=external_id).member


def undo(now: dt.datetime) -> Import:
    batch = Import.objects.latest("pk")
    assert undoing.ask(batch, None, now)
    while working.work(now):
        pass
    batch.refresh_from_db()
    return batch


def test_a_list_of_members_is_undone(tmp_path: Path, now: dt.datetime) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ("a", "", "Anne", "2019-01-01"), OLE))
    batch = undo(now)
    assert (batch.status, batch.kept) == ("undone", [])
    assert list(Member.objects.values_list("first_name", flat=True)) == ["Anna"]
    assert member("a").joined_at == dt.datetime(2020, 3, 15, tzinfo=dt.UTC)
    assert not ImportedRow.objects.filter(batch=batch).exists()


def test_what_was_touched_since_is_kept_and_named(tmp_path: Path, now: dt.datetime) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA, OLE, ("x", "", "Xenia", "")))
    Member.objects.filter(first_name="Ole").update(phone="30 12 34 56")
    Task.objects.create(member=member("a"), title="Call", key="t", created_at=now, due_at=now)
    assert sorted(undo(now).kept) == ["Anna", "Ole"]
    assert sorted(Member.objects.values_list("first_name", flat=True)) == ["Anna", "Ole"]


def test_contracts_are_undone_and_former_members_are_back(tmp_path: Path, now: dt.datetime) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, OLE))
    row = ("s2", "o", "year", "ended", "2021-03-15", "2022-03-15", "", "900", "DKK", "year")
    lists.take("subscriptions", lists.write(tmp_path, lists.CONTRACTS, row))
    undo(now)
    ole = member("o")
    assert (ole.stage, ole.status, Subscription.objects.count()) == ("onboarding", "", 0)
    assert not Event.objects.filter(name__startswith="subscription.").exists()


def test_payments_and_happenings_are_undone(tmp_path: Path, now: dt.datetime) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    lists.take(
        "payments", lists.write(tmp_path, lists.PAYMENTS, ("p", "a", "", "2021-01-01", "1", "EUR", ""))
    )
    undo(now)
    lists.take("events", lists.write(tmp_path, lists.HAPPENINGS, ("e", "a", "lesson.done", "2021-01-01", "")))
    undo(now)
    assert not Payment.objects.exists()
    assert list(Event.objects.values_list("name", flat=True)) == ["member.signed_up"]


def test_after_a_day_a_list_can_no_longer_be_undone(tmp_path: Path, now: dt.datetime) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    batch = Import.objects.get()
    assert undoing.may_undo(batch, now + DAY - dt.timedelta(minutes=1))
    assert not undoing.ask(batch, None, now + DAY)
