"""What contracts of a list were worth, from the first list to the latest."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings

from intake.importing import undoing
from intake.importing.models import Import
from members import mrr
from members.models import Member
from tests import cast
from tests.intake import lists

pytestmark = pytest.mark.django_db


def on(day: str, settings: LazySettings, folder: Path) -> dt.datetime:
    """Lets the house stand at a day."""
    settings.TEST_CLOCK = folder / "clock"
    settings.TEST_CLOCK.write_text(f"{day}T12:00:00+00:00")
    return dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")


def take(folder: Path, price: str, ended: str = "", status: str = "active") -> str:
    row = ("s1", "ida", "full", status, "2025-01-01", ended, "", price, "DKK", "month")
    return lists.take("subscriptions", lists.write(folder, lists.CONTRACTS, row))[0]


def undo(batch: Import, now: dt.datetime) -> None:
    assert undoing.ask(batch, None, now)
    while undoing.undo_chunk(batch, now):
        pass


def worth(member: Member, *days: str) -> list[int]:
    moments = [dt.datetime.fromisoformat(day).replace(tzinfo=dt.UTC) for day in days]
    return [mrr.of(member, moment).get("DKK", 0) for moment in moments]


def test_each_price_counts_from_the_list_that_told_it(tmp_path: Path, settings: LazySettings) -> None:
    began = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    member = cast.join("ida", began, quiet=True, first_name="Ida").member
    on("2025-03-01", settings, tmp_path)
    take(tmp_path, "100")
    on("2025-05-01", settings, tmp_path)
    take(tmp_path, "120")
    now = on("2025-07-01", settings, tmp_path)
    take(tmp_path, "150")
    days = ("2025-02-01", "2025-06-01", "2025-08-01")
    assert worth(member, *days) == [10000, 12000, 15000]
    undo(Import.objects.latest("pk"), now)
    assert worth(member, *days) == [10000, 12000, 12000]


def test_an_end_that_a_later_list_corrects_leaves_no_gap(tmp_path: Path, settings: LazySettings) -> None:
    began = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    member = cast.join("ida", began, quiet=True, first_name="Ida").member
    on("2025-05-01", settings, tmp_path)
    take(tmp_path, "100", "2025-04-01", "ended")
    assert worth(member, "2025-03-01", "2025-04-15", "2025-06-01") == [10000, 0, 0]
    on("2025-06-01", settings, tmp_path)
    assert take(tmp_path, "100") == lists.counts(updated=1)
    assert worth(member, "2025-03-01", "2025-04-15", "2025-06-02") == [10000, 10000, 10000]
