import datetime as dt

import pytest
from django.test import Client

from dashboard.questions import plans, post
from mail.models import Message
from tests import cast
from tests.dashboard import queries
from tests.dashboard.club import Club


@pytest.mark.parametrize(
    ("status", "address", "word"),
    [
        ("queued", "/letters/", "On its way"),
        ("held", "/letters/", "Waits for a yes"),
        ("sent", "/letters/sent/", "Sent"),
        ("skipped", "/letters/stayed/", "Not sent"),
        ("failed", "/letters/stayed/", "Refused"),
        ("unknown", "/letters/stayed/", "Not known whether it arrived"),
    ],
)
def test_each_letter_stands_in_one_list_with_its_state(
    club: Club, staff: Client, status: str, address: str, word: str
) -> None:
    Message.objects.exclude(pk=club.letter.pk).delete()
    Message.objects.update(status=status)
    for place in ("/letters/", "/letters/sent/", "/letters/stayed/"):
        page = staff.get(place).content.decode()
        assert (f"/letters/{club.letter.uuid}/" in page) == (place == address)
        assert (f'">{word}</span>' in page) == (place == address)


def test_letters_are_found_by_whom_they_are_for(club: Club, staff: Client) -> None:
    address = f"/letters/{club.letter.uuid}/"
    assert address in staff.get("/letters/sent/", {"q": "ingrid"}).content.decode()
    assert address not in staff.get("/letters/sent/", {"q": "ole"}).content.decode()


def test_what_stayed_can_be_picked_by_its_kind(club: Club, staff: Client) -> None:
    assert b"Ole Brandt" in staff.get("/letters/stayed/", {"show": "skipped"}).content
    assert b"Ole Brandt" not in staff.get("/letters/stayed/", {"show": "unknown"}).content


def test_a_letter_is_framed_and_can_do_nothing(club: Club, staff: Client) -> None:
    page = staff.get(f"/letters/{club.letter.uuid}/").content.decode()
    assert f'src="/letters/{club.letter.uuid}/html"' in page
    assert " sandbox>" in page
    framed = staff.get(f"/letters/{club.letter.uuid}/html")
    policy = framed["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline';")
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert b"Hej Ingrid" in framed.content


def test_pages_themselves_are_framed_by_nobody(club: Club, staff: Client) -> None:
    page = staff.get(f"/letters/{club.letter.uuid}/")
    assert page["X-Frame-Options"] == "DENY"
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_a_letter_is_readable_as_plain_text(club: Club, staff: Client) -> None:
    assert b"Hej Ingrid" in staff.get(f"/letters/{club.letter.uuid}/", {"as": "text"}).content


def test_planned_letters_are_counted_on_their_days(club: Club, now: dt.datetime) -> None:
    days = post.days_ahead(now)
    assert len(days) == 7
    assert sum(day.planned for day in days) == plans.waiting().count() > 0
    assert sum(day.ready for day in days) == 0


def test_yesterday_is_a_day_on_the_wall(club: Club, now: dt.datetime) -> None:
    Message.objects.filter(pk=club.letter.pk).update(finished_at=now.replace(hour=0, minute=0))
    assert post.yesterday(now) == (0, 0)
    assert post.yesterday(now + dt.timedelta(days=1)) == (1, 0)


def test_a_list_of_letters_asks_as_often_for_many_as_for_few(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    few = queries.asked(staff, "/letters/sent/")
    people = [cast.join(f"P{n}", now, quiet=True, first_name="P").member for n in range(60)]
    copies = [Message.objects.get(pk=club.letter.pk) for _ in people]
    for number, (copy, member) in enumerate(zip(copies, people, strict=True)):
        copy.pk, copy.key, copy.member = None, f"k{number}", member
        copy.uuid = member.uuid
    Message.objects.bulk_create(copies)
    assert queries.asked(staff, "/letters/sent/") == few
