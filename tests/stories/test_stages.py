"""From the first use to ambassador and back: events come in, ticks pass, and every move tells why."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from api import keys
from lifecycle import clock, trades
from members import events, usage
from members.models import Member
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def use(member: Member, at: dt.datetime) -> None:
    usage.record_many([usage.Use(member.pk, "test", f"{at:%m%d}", "usage.visit", at)], at)


def test_a_member_comes_up_by_what_happens_and_falls_when_nothing_does(
    client: Client, now: dt.datetime
) -> None:
    trades.choose("club", now)
    anna = cast.join("anna", now, email="anna@example.com").member
    for day in (3, 10):
        use(anna, now + day * DAY)
        events.record(events.Draft("member.activated", anna, now + day * DAY, "activated"), now + day * DAY)
        clock.tick(now + day * DAY)
    assert stage(anna) == "onboarding", "fourteen days are not over"
    clock.tick(now + 15 * DAY)
    assert stage(anna) == "value"
    events.record(events.Draft("referral.confirmed", anna, now + 20 * DAY, "friend"), now + 20 * DAY)
    clock.tick(now + 20 * DAY)
    assert stage(anna) == "ambassador"
    for day in range(380, 425, 5):
        clock.tick(now + day * DAY)
    assert stage(anna) == "relationship"
    assert [move["to_stage"] for move in told(client, now)["results"]] == [
        "relationship",
        "ambassador",
        "value",
        "onboarding",
    ]


def test_the_api_says_why_and_what_is_missing(
    client: Client, now: dt.datetime, settings: LazySettings, tmp_path: Path
) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())
    trades.choose("club", now)
    anna = cast.join("anna", now - 20 * DAY).member
    use(anna, now)
    clock.tick(now)
    ladder = told(client, now)["ladder"]
    assert (ladder["stage"], ladder["because"]["kind"]) == ("onboarding", "joined")
    assert ladder["next"]["stage"] == "value"
    assert {"text": "2 uses in 90 days", "now": "1"} in ladder["next"]["missing"]
    use(anna, now + DAY)
    events.record(events.Draft("member.activated", anna, now + DAY, "activated"), now + DAY)
    clock.tick(now + DAY)
    first = told(client, now)["results"][0]
    assert (first["kind"], first["to_stage"], first["values"]["usage.* within 90d"]) == ("moved", "value", 2)
    assert first["rule"]


def stage(member: Member) -> str:
    return str(Member.objects.get(pk=member.pk).stage)


def told(client: Client, now: dt.datetime) -> dict[str, Any]:
    secret = keys.create(f"k{keys.ApiKey.objects.count()}", ["members:read"], now)
    answer = client.get("/api/v1/members/ext:anna/stages/", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    return answer.json()
