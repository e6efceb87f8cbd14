"""Who slept at the end of each month: kept when it is over, reckoned where nobody kept it."""

import datetime as dt

from django.test import Client

from dashboard.models import Figures
from dashboard.questions import trend
from members import usage
from tests.dashboard.test_sleeping import pays, settle

DAY = dt.timedelta(days=1)


def test_months_are_reckoned_from_what_is_known_of_then(staff: Client, now: dt.datetime) -> None:
    awake = pays("Awake", "full", now, seen=3)
    usage.record_many([usage.Use(awake.pk, "door", "first", "usage.evening", now - 600 * DAY)], now)
    usage.record_many(
        [
            usage.Use(awake.pk, "door", f"{day}", "usage.evening", now - day * DAY)
            for day in range(30, 600, 60)
        ],
        now,
    )
    pays("Asleep", "full", now, seen=200)  # before that never, since use was told
    settle(now)
    assert trend.keep(now) == 12
    found = trend.read(now)
    assert found
    assert [month.members for month in found.months] == [1] * 5 + [0] * 4 + [1] * 3
    assert found.months[-1].money == {"DKK": 90_000}
    assert "Asleep at the end of" in staff.get("/").content.decode()
    assert "Asleep at the end of" not in staff.get("/?plan=full").content.decode()


def test_what_is_kept_stays_as_it_was_and_old_months_go(now: dt.datetime, db: None) -> None:
    trend.keep(now)
    row = Figures.objects.get(name=trend.NAME)
    row.values = {word: {"members": 7, "money": {}} for word in row.values} | {
        "1999-01": {"members": 1, "money": {}}
    }
    row.save()
    assert trend.keep(now + DAY) == 0
    kept = Figures.objects.get(name=trend.NAME).values
    assert "1999-01" not in kept
    assert [said["members"] for said in kept.values()] == [7] * 12
    assert trend.keep(now + 31 * DAY) == 1


def test_nobody_ever_asleep_shows_nothing(now: dt.datetime, db: None) -> None:
    trend.keep(now)
    assert trend.read(now) is None
