"""A contract history comes as CSV: each stands where that history proves, and what billing forgets the clock ends."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings

from lifecycle import clock, trades
from mail.models import Message
from members.models import Event, Member, StageChange, Subscription
from tests import sinks
from tests.dashboard import club
from tests.intake import lists
from tests.intake.lists import counts

NOW = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)
PEOPLE = {  # by the house's id: since when, and where they belong
    "old": ("2019-05-01", "relationship"),  # six terms renewed
    "monthly": ("2025-11-20", "relationship"),  # three months renewed
    "second": ("2019-05-01", "relationship"),  # one contract after another, without a day between
    "young": ("2025-06-01", "value"),  # in the first year, longer than onboarding lasts
    "fresh": ("2026-02-20", "onboarding"),
    "left": ("2019-05-01", "former"),
    "leaving": ("2019-05-01", "relationship"),
}
CONTRACTS = [
    ("c1", "old", "full", "active", "2019-05-01", "", "", "900.00", "DKK", "year"),
    ("c2", "monthly", "full", "active", "2025-11-20", "", "", "90.00", "DKK", "month"),
    ("c3", "second", "full", "ended", "2019-05-01", "2023-05-01", "", "900.00", "DKK", "year"),
    ("c4", "second", "full", "active", "2023-05-01", "", "", "900.00", "DKK", "year"),
    ("c5", "young", "full", "active", "2025-06-01", "", "", "900.00", "DKK", "year"),
    ("c6", "fresh", "full", "active", "2026-02-20", "", "", "900.00", "DKK", "year"),
    ("c7", "left", "full", "ended", "2019-05-01", "2024-05-01", "", "900.00", "DKK", "year"),
    ("c8", "leaving", "full", "cancelled", "2019-05-01", "2026-03-20", "2026-01-10", "900.00", "DKK", "year"),
]


def stages() -> dict[str, str]:
    return dict(Member.objects.values_list("external_ids__value", "stage"))


@pytest.mark.django_db
def test_a_contract_history_places_everybody_and_the_clock_ends_what_billing_forgot(
    sink: sinks.Sink, settings: LazySettings, tmp_path: Path
) -> None:
    settings.TEST_CLOCK, settings.VAR_DIR = tmp_path / "clock", tmp_path / "var"
    settings.TEST_CLOCK.write_text(NOW.isoformat())
    trades.choose("club", NOW)
    club.publish(NOW - dt.timedelta(days=30))
    people = [(name, f"{name}@example.com", name, since) for name, (since, _stage) in PEOPLE.items()]
    lists.take("members", lists.write(tmp_path, lists.MEMBERS, *people, name="members.csv"))
    file = lists.write(tmp_path, lists.CONTRACTS, *CONTRACTS, name="contracts.csv")
    assert lists.take("subscriptions", file)[0] == counts(created=len(CONTRACTS))
    placed = {name: stage for name, (_since, stage) in PEOPLE.items()}
    assert stages() == placed

    clock.tick(NOW)
    clock.tick(NOW + dt.timedelta(days=1))
    assert stages() == placed, "the night agrees with the list"
    assert set(StageChange.objects.values_list("kind", flat=True)) == {"placed"}
    assert not Event.objects.filter(name="stage.entered").exists()
    assert lists.take("subscriptions", file)[0] == counts(unchanged=len(CONTRACTS))

    clock.tick(dt.datetime(2026, 3, 20, 1, tzinfo=dt.UTC))
    assert Subscription.objects.get(external_id="c8").status == "ended"
    assert stages() == {**placed, "leaving": "former"}
    assert not Message.objects.exists()
    assert sink.accepted == []
