"""Lists by the command: strict, quiet, repeatable, the same in a dry run."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings

from flows.models import Enrolment
from intake.importing import limits
from lifecycle import trades
from mail.models import Message
from members.models import (
    Consent,
    Event,
    ExternalId,
    Member,
    MemberFacts,
    Payment,
    Plan,
    Subscription,
    UsageBatch,
)
from relationship.models import Task
from tests import cast
from tests.intake import lists
from tests.intake.lists import counts

pytestmark = pytest.mark.django_db
ANNA = ("a", "anna@example.com", "Anna", "2020-03-15")
OLE = ("o", "", "Ole", "2021-03-15")


@pytest.fixture(autouse=True)
def house(now: dt.datetime, settings: LazySettings, tmp_path: Path) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    settings.VAR_DIR = tmp_path / "var"


def member(external_id: str) -> Member:
    return ExternalId.objects.get(source="house", value=external_id).member


def test_a_list_of_members_is_taken_in_once_however_often_it_comes(tmp_path: Path) -> None:
    file = lists.write(tmp_path, lists.MEMBERS, ANNA, OLE)
    assert lists.take("members", file, "--dry-run")[0] == counts(created=2)
    assert not Member.objects.exists()
    assert lists.take("members", file)[0] == counts(created=2)
    assert lists.take("members", file)[0] == counts(unchanged=2)
    assert MemberFacts.objects.count() == 2


def test_imported_members_are_placed_and_nothing_follows(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    anna = member("a")
    assert [move.kind for move in anna.stage_changes.all()] == ["placed"]
    assert not Event.objects.filter(handled_at=None).exists()
    assert Consent.objects.get(member=anna).topic == "membership"
    assert not Message.objects.exists()
    assert not Enrolment.objects.exists()
    assert not Task.objects.exists()


def test_a_changed_cell_updates_and_a_blank_one_leaves_as_it_is(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    file = lists.write(tmp_path, lists.MEMBERS, ("a", "new@example.com", "", ""))
    assert lists.take("members", file)[0] == counts(updated=1)
    anna = member("a")
    assert (anna.email, anna.email_key, anna.first_name) == ("new@example.com", "new@example.com", "Anna")
    assert anna.joined_at == dt.datetime(2020, 3, 15, tzinfo=dt.UTC)


def test_lines_about_the_same_member_are_taken_in_turn(tmp_path: Path) -> None:
    file = lists.write(tmp_path, lists.MEMBERS, ANNA, ("a", "", "Anne", ""), (*ANNA[:2], "Anne", ANNA[3]))
    assert lists.take("members", file, "--dry-run")[0] == counts(created=1, updated=1, unchanged=1)
    assert lists.take("members", file)[0] == counts(created=1, updated=1, unchanged=1)
    assert member("a").first_name == "Anne"


def test_a_dry_run_remembers_from_one_chunk_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LONG_CHUNK", 1)
    file = lists.write(tmp_path, lists.MEMBERS, ANNA, OLE, ANNA, ("o", "ole@example.com", "", ""))
    expected = counts(created=2, updated=1, unchanged=1)
    assert lists.take("members", file, "--dry-run")[0] == expected
    assert lists.take("members", file)[0] == expected


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("x", "not an address", "X", ""), "email"),
        (("x", "x@example.com", "X", "31/02/2013"), "joined_at"),
        (("x", "x@example.com", "X", "2030-01-01"), "joined_at"),
        (("", "x@example.com", "X", ""), "external_id"),
        (("x", "", " ", ""), "email"),
        (("x", "x@example.com", "X\nBcc: y@example.com", ""), "first_name"),
        (("x" * 201, "x@example.com", "X", ""), "external_id"),
        (("x", "x@example.com"), "2 cells"),
        (("x", "x@example.com", "X", "", "more"), "5 cells"),
    ],
)
def test_a_wrong_line_stays_out_with_its_reason_and_disturbs_no_other(
    tmp_path: Path, row: tuple[str, ...], says: str
) -> None:
    told, refused, why = lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA, row, OLE))
    assert told == counts(created=2, refused=1)
    assert refused == [row[0]]
    assert says in why
    assert "line 3" in why or len(row) != 4


def test_formulas_are_accepted_and_escaped_among_the_refused(tmp_path: Path) -> None:
    formula = "=cmd|' /C calc'!A0"
    file = lists.write(tmp_path, lists.MEMBERS, ("a", "", formula, ""), (formula, "no address", "X", ""))
    assert lists.take("members", file)[1] == [f"'{formula}"]
    assert member("a").first_name == formula


def test_a_guardian_may_stand_below_the_child(tmp_path: Path) -> None:
    header = ("external_id", "first_name", "guardian", "household", "birth_year", "preferred_channel")
    rows = [
        ("k", "Kim", "m", "home", "2015", ""),
        ("m", "Mor", "", "home", "1980", "phone"),
        ("z", "Z", "nobody", "", "", ""),
    ]
    file = lists.write(tmp_path, header, *rows)
    assert lists.take("members", file, "--dry-run")[0] == counts(created=2, refused=1)
    assert lists.take("members", file)[0] == counts(created=2, refused=1)
    assert member("k").guardian == member("m")
    assert lists.take("members", file)[0] == counts(unchanged=2, refused=1)


def test_children_who_join_today_have_their_guardians_above_or_below(tmp_path: Path) -> None:
    header = ("external_id", "first_name", "guardian")
    rows = [("early", "Ea", "m"), ("m", "Mor", ""), ("late", "Liv", "m")]
    assert lists.take("members", lists.write(tmp_path, header, *rows), "--live")[0] == counts(created=3)
    assert {member(ident).guardian for ident in ("early", "late")} == {member("m")}
    assert member("m").guardian is None


def test_live_members_join_as_if_they_joined_now(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, (*ANNA[:3], "")), "--live")
    assert Event.objects.get(name="member.signed_up").handled_at is None


def test_contracts_make_former_whose_contracts_all_ended(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA, OLE))
    rows = [
        ("s1", "a", "year", "active", "2020-03-15", "", "", "900.50", "DKK", "year"),
        ("s2", "o", "year", "ended", "2021-03-15", "2022-03-15", "2022-01-01", "900", "DKK", "3 month"),
        ("s3", "nobody", "year", "active", "2020-03-15", "", "", "1.00", "DKK", "year"),
    ]
    file = lists.write(tmp_path, lists.CONTRACTS, *rows)
    for options in (["--dry-run"], []):
        told, refused, _why = lists.take("subscriptions", file, *options)
        assert (told, refused) == (counts(created=2, refused=1), ["s3"])
    ole, anna = member("o"), member("a")
    assert (ole.stage, ole.stage_since) == ("former", dt.datetime(2022, 3, 15, tzinfo=dt.UTC))
    assert (ole.status, anna.status, anna.plan and anna.plan.slug) == ("ended", "active", "year")
    assert Subscription.objects.get(external_id="s1").amount == 90050
    assert Subscription.objects.get(external_id="s2").interval_count == 3
    assert not Event.objects.filter(handled_at=None).exists()
    assert lists.take("subscriptions", file)[0] == counts(unchanged=2, refused=1)


@pytest.mark.parametrize(
    ("status", "ended", "cancelled", "stands"),
    [
        ("active", "", "", "active"),
        ("", "2022-03-15", "", "ended"),
        ("cancelled", "2030-01-01", "2026-01-01", "cancelled"),
        ("cancelled", "2022-03-15", "2022-01-01", "ended"),
        ("cancelled", "", "2026-02-01", "cancelled"),  # until the end of the paid year
        ("cancelled", "", "2022-02-01", "ended"),
        ("trialing", "", "", "trialing"),
    ],
)
def test_a_contract_stands_where_its_days_say(
    tmp_path: Path, status: str, ended: str, cancelled: str, stands: str
) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    row = ("s", "a", "", status, "2020-03-15", ended, cancelled, "", "", "year")
    file = lists.write(tmp_path, lists.CONTRACTS, row)
    assert lists.take("subscriptions", file)[0] == counts(created=1)
    assert Subscription.objects.get().status == stands
    assert lists.take("subscriptions", file)[0] == counts(unchanged=1)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("s", "a", "", "ended", "2020-03-15", "", "", "", "", ""), "ended_at"),
        (("s", "a", "", "active", "2020-03-15", "2021-01-01", "", "", "", ""), "status"),
        (("s", "a", "", "active", "2020-03-15", "2019-01-01", "", "", "", ""), "ended_at"),
        (("s", "a", "", "active", "", "", "", "1,50", "EUR", ""), "amount"),
        (("s", "a", "", "active", "", "", "", "1.501", "EUR", ""), "amount"),
        (("s", "a", "", "active", "", "", "", "1.50", "JPY", ""), "amount"),
        (("s", "a", "", "active", "", "", "", "1.50", "", ""), "currency"),
        (("s", "a", "", "gone", "", "", "", "", "", ""), "status"),
        (("s", "a", "", "active", "", "", "", "", "", "fortnight"), "interval"),
        (("s", "a", "Gold plan", "active", "", "", "", "", "", ""), "plan"),
    ],
)
def test_a_contract_that_contradicts_itself_stays_out(
    tmp_path: Path, row: tuple[str, ...], says: str
) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    told, _refused, why = lists.take("subscriptions", lists.write(tmp_path, lists.CONTRACTS, row))
    assert told == counts(refused=1)
    assert f"{says}:" in why
    assert not Subscription.objects.exists()


def test_a_contract_of_somebody_else_is_refused(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA, OLE))
    row = ("s", "a", "", "active", "2020-03-15", "", "", "", "", "")
    lists.take("subscriptions", lists.write(tmp_path, lists.CONTRACTS, row))
    other = lists.write(tmp_path, lists.CONTRACTS, ("s", "o", *row[2:]))
    assert lists.take("subscriptions", other)[0] == counts(refused=1)
    assert Subscription.objects.get().member == member("a")


def test_payments_know_currencies_without_cents(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    rows = [
        ("p1", "a", "s1", "2021-01-01", "49.00", "DKK", "succeeded"),
        ("p2", "a", "", "2021-02-01", "4900", "JPY", ""),
        ("p3", "a", "", "2021-02-01", "1.234", "KWD", "refunded"),
        ("p4", "a", "", "2030-02-01", "1", "EUR", ""),
    ]
    file = lists.write(tmp_path, lists.PAYMENTS, *rows)
    assert lists.take("payments", file, "--dry-run")[0] == counts(created=3, refused=1)
    assert lists.take("payments", file)[0] == counts(created=3, refused=1)
    assert lists.take("payments", file)[0] == counts(unchanged=3, refused=1)
    assert dict(Payment.objects.values_list("external_id", "amount")) == {"p1": 4900, "p2": 4900, "p3": 1234}
    row = ("s1", "a", "year", "active", "2020-03-15", "", "", "1", "DKK", "year")
    lists.take("subscriptions", lists.write(tmp_path, lists.CONTRACTS, row))
    assert Payment.objects.get(external_id="p1").subscription == Subscription.objects.get()


def test_happenings_are_history_and_use_is_counted(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    rows = [
        ("e1", "a", "lesson.done", "2021-01-01T10:00:00Z", '{"topic": "wine"}'),
        ("e2", "a", "usage.evening", "2021-01-02", ""),
        ("e3", "a", "stage.entered", "2021-01-02", ""),
        ("e4", "a", "lesson.done", "2021-01-02", "[1]"),
        ("e5", "a", "lesson.done", "2021-01-02", '{"a": 1e999}'),
        ("e6", "a", "payment.succeeded", "2021-01-02", ""),
    ]
    file = lists.write(tmp_path, lists.HAPPENINGS, *rows)
    for options in (["--dry-run"], []):
        assert lists.take("events", file, *options)[:2] == (
            counts(created=2, refused=4),
            ["e3", "e4", "e5", "e6"],
        )
    assert lists.take("events", file)[0] == counts(unchanged=2, refused=4)
    assert not Event.objects.filter(handled_at=None).exists()
    assert not UsageBatch.objects.filter(handled_at=None).exists()


def test_what_a_list_tells_of_leads_deeper_without_a_letter(tmp_path: Path, now: dt.datetime) -> None:
    trades.choose("club", now)
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, ANNA))
    here = cast.join("here", now - dt.timedelta(days=200), quiet=True).member
    rows = [(f"e-{who}", who, "survey.answered", "2026-02-01", "") for who in ("a", "here")]
    lists.take("events", lists.write(tmp_path, lists.HAPPENINGS, *rows))
    moves = [(move.kind, move.to_stage) for move in member("a").stage_changes.order_by("pk")]
    assert moves == [("placed", "value"), ("placed", "relationship")]
    assert [move.kind for move in here.stage_changes.all()] == ["joined"]
    assert not Event.objects.filter(name="stage.entered").exists()


def test_the_number_of_queries_does_not_follow_the_number_of_lines(
    tmp_path: Path, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    used = []
    for place, number in enumerate((3, 30)):
        rows = [
            (f"{place}-{line}", f"{place}-{line}@example.com", "X", "2020-01-01") for line in range(number)
        ]
        file = lists.write(tmp_path, lists.MEMBERS, *rows)
        with CaptureQueriesContext(connection) as queries:
            lists.take("members", file)
        used.append(len(queries))
    assert used[1] <= used[0] + 3  # SQLite takes fewer parameters at once


def test_an_unknown_plan_is_made_and_listed(tmp_path: Path) -> None:
    lists.take("members", lists.write(tmp_path, ("external_id", "first_name", "plan"), ("a", "Anna", "gold")))
    assert Plan.objects.get(slug="gold").completed_at is None
