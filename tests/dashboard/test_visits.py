"""Every Monday's file of the door or the booking system: brought, looked at, counted once."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from intake.models import Import
from members.models import Usage, UsageBatch, UsageDay
from office.models import AuditEntry
from tests import cast
from tests.dashboard.test_importing import bring, work

HEAD = "Medlemsnr;E-mail;Navn;Tidspunkt;Hold\r\n"
MONDAY = (
    f"{HEAD}ingrid;;;27-02-2026 18:05;Yoga\r\n;ole@example.com;;27-02-2026 18:07;\r\n"
    ";;Per Holm;28-02-2026 09:00;Yoga\r\n4711;;;28-02-2026 09:01;Yoga\r\n;;;28-02-2026 09:01;Yoga\r\n"
).encode()
NEXT = (f"{HEAD}ingrid;;;27-02-2026 18:05;Yoga\r\ningrid;;;01-03-2026 18:05;Yoga\r\n").encode()


@pytest.fixture(autouse=True)
def house(settings: LazySettings, tmp_path: Path, db: None, now: dt.datetime) -> None:
    settings.VAR_DIR = tmp_path / "var"
    joined = now - dt.timedelta(days=90)
    cast.ingrid(joined)
    cast.join("o", joined, email="ole@example.com")
    cast.join("p", joined, first_name="Per", last_name="Holm")


def take_in(staff: Client, content: bytes, now: dt.datetime, **said: str) -> Import:
    url = bring(staff, content, "door.csv", "uses")
    staff.post(f"{url}columns", said)
    staff.post(f"{url}start")
    work(now)
    return Import.objects.latest("pk")


def test_a_file_of_the_door_is_read_and_shown_before_it_counts(staff: Client) -> None:
    url = bring(staff, MONDAY, "door.csv", "uses")
    batch = Import.objects.get()
    assert batch.choices["meanings"] == ["member", "email", "full_name", "occurred_at", "use"]
    page = staff.get(url).content.decode()
    assert "3 new visits" in page
    assert "2 stay out" in page
    assert "Nobody here is known as “4711”" in page
    assert "0 letters will be sent" not in page
    assert not Usage.objects.exists()


def test_it_counts_and_names_those_whom_nobody_knows(staff: Client, now: dt.datetime) -> None:
    batch = take_in(staff, MONDAY, now, **{"regular-name": "Monday’s door file", "regular-word": "training"})
    assert (batch.created, batch.refused, batch.is_live) == (3, 2, True)
    assert sorted(UsageDay.objects.values_list("name", flat=True)) == [
        "usage.training",
        "usage.yoga",
        "usage.yoga",
    ]
    assert "4711" in staff.get(f"/import/{batch.uuid}/").content.decode()
    assert UsageBatch.objects.filter(handled_at=None).exists()  # news, for whatever waits for it
    assert AuditEntry.objects.filter(deed="import.uses").exists()


def test_next_week_it_is_known_again_and_what_overlaps_counts_once(staff: Client, now: dt.datetime) -> None:
    take_in(staff, MONDAY, now, **{"regular-name": "Monday’s door file", "regular-word": "training"})
    url = bring(staff, NEXT, "door-2.csv", "uses")
    page = staff.get(url).content.decode()
    assert "Monday’s door file" in page
    assert 'value="training"' in page
    assert "1 new visit" in page
    assert "1 counted before" in page
    staff.post(f"{url}start")
    work(now)
    batch = Import.objects.latest("pk")
    assert (batch.created, batch.unchanged, Usage.objects.count()) == (1, 1, 4)
    assert "Monday’s door file" in staff.get("/import/").content.decode()


def test_another_word_for_what_counts_is_looked_at_first(staff: Client, now: dt.datetime) -> None:
    url = bring(staff, MONDAY, "door.csv", "uses")
    said = {"regular-name": "Door", "regular-word": "swim"}
    assert "You chose something else" in staff.post(f"{url}start", said, follow=True).content.decode()
    assert Import.objects.get().status == Import.Status.DRAFT
    staff.post(f"{url}start", said)
    work(now)
    assert UsageDay.objects.filter(name="usage.swim").exists()


def test_the_number_on_the_card_is_no_other_systems_number(staff: Client, now: dt.datetime) -> None:
    per = cast.join("p2", now, first_name="Per").member
    line = f"{HEAD}{{}};;;28-02-2026 09:00;\r\n"
    assert take_in(staff, line.format(per.number).encode(), now).created == 1
    cast.join("900000", now, first_name="Ida")  # from here on plain numbers are that system's
    assert take_in(staff, line.replace("09:00", "10:00").format(per.number).encode(), now).refused == 1
    assert take_in(staff, line.replace("09:00", "11:00").format(f"#{per.number}").encode(), now).created == 1
