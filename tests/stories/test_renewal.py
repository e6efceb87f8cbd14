"""A renewal: billing tells of terms, the clock writes two weeks before each, whatever stands still in between."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from flows.models import Decision, Flow
from lifecycle import clock
from members import consent, subscriptions
from members.models import Member
from office import clock as house_clock
from tests import cast, sinks

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
RENEWAL = """
slug = "renewal"
name = "Renewal"
language = "en"
purpose = "value"
topic = "membership"
trigger = { date = "subscription.current_period_end", offset = "-14d", at = "09:00" }
reentry = "per subscription"
exit = { event = "subscription.cancelled" }

[[senders]]
slug = "anna"
name = "Anna Bak"
email = "anna@example.com"

[[steps]]
uid = "price"
kind = "send"
letter = "renewal-price"

[[letters]]
slug = "renewal-price"
sender = "anna"
subject = "Another month with you"
body = "Hello **{{ member.first_name | default: 'friend' }}**, here is the price in one sentence."
"""


def billing(name: str, member: Member, sub: str, at: dt.datetime, **fields: object) -> None:
    subscriptions.apply(
        subscriptions.Change(name, member, "house", sub, at, f"{name}:{at}", dict(fields)), at
    )


def letters(sink: sinks.Sink, address: str) -> int:
    return len(sink.to(address))


def test_each_term_has_its_letter_and_leaving_ends_them(
    sink: sinks.Sink, tmp_path: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_clock, "now", lambda: now)
    (tmp_path / "renewal.toml").write_text(RENEWAL)
    call_command("publish_flow", str(tmp_path / "renewal.toml"), "--without-face")
    anne = cast.join("anne", now, email="anne@example.com", time_zone="Europe/Copenhagen").member
    assert consent.standing([anne.pk])
    monthly = {"interval": "month", "interval_count": 1, "amount": 10000, "currency": "DKK"}
    april, may, june = (dt.datetime(2026, month, 3, 12, tzinfo=dt.UTC) for month in (4, 5, 6))
    billing("subscription.started", anne, "s-1", now, current_period_end=april, **monthly)
    clock.tick(april - 14 * DAY - 6 * dt.timedelta(hours=1))
    assert letters(sink, "anne@example.com") == 0
    clock.tick(april - 14 * DAY)
    assert letters(sink, "anne@example.com") == 1
    clock.tick(april)
    billing("subscription.renewed", anne, "s-1", april, current_period_end=may)
    clock.tick(may - 12 * DAY)  # two days late: everything stood still
    assert letters(sink, "anne@example.com") == 2
    billing("subscription.renewed", anne, "s-1", may, current_period_end=june)
    billing("subscription.cancelled", anne, "s-1", may + DAY)
    clock.tick(june)
    assert letters(sink, "anne@example.com") == 2
    said = Decision.objects.filter(flow=Flow.objects.get(), verdict="not_entered").values_list(
        "reason", flat=True
    )
    assert len(said) == 1
    clock.tick(june + 90 * DAY)
    assert letters(sink, "anne@example.com") == 2
