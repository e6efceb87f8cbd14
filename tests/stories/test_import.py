"""My list is in, and nothing went out: a thousand yearly members as published, twice, with wrong lines between."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings

from lifecycle import clock
from mail.models import Message
from members.models import ExternalId, Member
from tests import cast, sinks
from tests.dashboard import club
from tests.intake import lists
from tests.intake.lists import counts

ALIVE = (1000, 869, 743, 653, 593, 551, 517, 491)  # Fader & Hardie, High End
FORMULA = "=cmd|' /C calc'!A0"


def lives() -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    members, contracts = [], []
    for year, here in enumerate(ALIVE, 1):
        stay = ALIVE[year] if year < len(ALIVE) else 0
        for _one in range(here - stay):
            number = len(members) + 1
            members.append(
                (f"h{number}", f"h{number}@example.com", FORMULA if number == 7 else "H", "2013-03-15")
            )
            state = ("ended", "2013-03-15", f"{2013 + year}-03-15") if stay else ("active", "2013-03-15", "")
            contracts.append((f"hs{number}", f"h{number}", "high-end", *state, "", "100.00", "EUR", "year"))
    return members, contracts


@pytest.mark.django_db
def test_a_thousand_members_are_imported_and_nothing_is_sent(
    sink: sinks.Sink, settings: LazySettings, tmp_path: Path
) -> None:
    now = dt.datetime(2026, 3, 4, 10, tzinfo=dt.UTC)
    settings.TEST_CLOCK, settings.VAR_DIR = tmp_path / "clock", tmp_path / "var"
    settings.TEST_CLOCK.write_text(now.isoformat())
    club.publish(now - dt.timedelta(days=2))
    members, contracts = lives()
    members += [
        ("fresh", "fresh@example.com", "Fresh", "2026-03-04"),
        ("bad1", "not an address", "X", "2013-03-15"),
        ("bad2", "bad2@example.com", "X", "31/02/2013"),
    ]
    contracts.append(("bads", "nobody", "high-end", "active", "2013-03-15", "", "", "1.00", "EUR", "year"))
    people = lists.write(tmp_path, lists.MEMBERS, *members, name="members.csv")
    held = lists.write(tmp_path, lists.CONTRACTS, *contracts, name="contracts.csv")

    assert lists.take("members", people, "--dry-run")[0] == counts(created=1001, refused=2)
    assert not Member.objects.exists()
    assert lists.take("members", people)[:2] == (counts(created=1001, refused=2), ["bad1", "bad2"])
    lists.take("subscriptions", held, "--dry-run")
    assert not Member.objects.filter(stage="former").exists()
    assert lists.take("subscriptions", held)[:2] == (counts(created=1000, refused=1), ["bads"])
    assert lists.take("members", people)[0] == counts(unchanged=1001, refused=2)
    assert lists.take("subscriptions", held)[0] == counts(unchanged=1000, refused=1)

    clock.tick(now)
    assert Member.objects.filter(stage="former").count() == 509
    assert ExternalId.objects.get(value="h7").member.first_name == FORMULA
    assert not Message.objects.exists()
    cast.join("live", now, email="live@example.com", first_name="Live")
    clock.tick(now)
    assert Message.objects.count() == 1  # the quiet proves something
