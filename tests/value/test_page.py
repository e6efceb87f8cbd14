"""Somebody's own page: it says what is known, in their language, and nothing can be done with it."""

import datetime as dt
import html

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api import links
from members import erasure
from members.models import Event, Member
from tests import cast
from tests.value import houses

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(settings, tmp_path, now):
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """Per, who pays 900 kr a year and reads English."""
    houses.plan("full")
    member = cast.join(
        "per",
        now - 300 * DAY,
        plan="full",
        quiet=True,
        first_name="Per",
        locale="en",
        time_zone="Europe/Oslo",
    ).member
    houses.paid(member, 90000, now - 299 * DAY)
    return member


def address(member: Member) -> str:
    return f"/u/statement/{links.token('statement', member.uuid)}/"


def page(member: Member) -> str:
    response = Client().get(address(member))
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def test_the_page_says_what_was_got_and_what_it_cost(member: Member, now: dt.datetime) -> None:
    houses.benefit("Evenings", "usage.evening", 12000)
    houses.used(member, "usage.evening", now - 9 * DAY, times=9)
    said = page(member)
    assert (
        "You paid 900 kr, and what we can count in money comes to 1,080 kr: 180 kr more than it cost." in said
    )
    assert "<dt>Evenings</dt><dd>9 times at 120 kr each, 1,080 kr</dd>" in said
    assert "<dt>Beyond the price</dt><dd>+180 kr</dd>" in said
    assert "Counted from 7 May 2025 to 2 March 2026" in said  # from the day of joining
    assert "Would something else suit you better?" not in said


def test_less_than_it_cost_comes_first_with_a_smaller_plan_and_the_way_out(
    member: Member, now: dt.datetime
) -> None:
    houses.plan("passive", 30000, completed_at=now, sentence="Passive membership, 300 kr a year")
    houses.plan("gold", 300000, completed_at=now, sentence="Gold, 3,000 kr a year")
    houses.plan("abroad", 1000, completed_at=now, sentence="Abroad", currency="EUR")
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    said = page(member)
    first = said[said.index("<p>") : said.index("</p>", said.index("<p>"))]
    assert first.endswith("comes to 360 kr: 540 kr less than it cost.</strong>")
    assert "<dt>Less than it cost</dt><dd>−540 kr</dd>" in said
    assert "Passive membership, 300 kr a year" in said
    assert "Gold" not in said
    assert "Abroad" not in said
    assert f'href="{links.url("cancel", member.uuid)[:40]}' in said


def test_where_nothing_is_known_no_nought_is_shown(member: Member) -> None:
    said = page(member)
    assert "Nothing to show yet" in said
    assert "900" not in said
    assert " 0 " not in said[said.index("<main") :]


def test_what_is_unused_and_what_is_coming_stand_below(member: Member, now: dt.datetime) -> None:
    houses.benefit(
        "Guest ticket", "usage.guest", sentence="Bring <a> friend.", link="https://club.example/guests"
    )
    houses.coming("Soup & talk", now + DAY, place="The hall")
    houses.coming("Yesterday", now - DAY)
    said = page(member)
    assert '<a href="https://club.example/guests">Guest ticket</a>: Bring <a> friend.' in said
    assert "<strong>Tuesday 3 March, 23:30</strong>: Soup & talk, The hall" in said
    assert "Yesterday" not in said


def test_it_speaks_the_members_language(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    Member.objects.filter(pk=member.pk).update(locale="da-DK")
    said = page(member)
    assert '<html lang="da' in said
    assert "540 kr. mindre, end det kostede" in said


def test_opening_it_changes_nothing_and_needs_no_scripts(member: Member, now: dt.datetime) -> None:
    houses.got(member, "value.saved", now - DAY, amount=36000, unit="DKK", currency="DKK")
    before = (Event.objects.count(), Member.objects.values().get(pk=member.pk))
    with CaptureQueriesContext(connection) as queries:
        said = page(member)
    writing = [one["sql"] for one in queries if one["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert [sql for sql in writing if "api_" not in sql] == []
    assert (Event.objects.count(), Member.objects.values().get(pk=member.pk)) == before
    assert "<script" not in said
    assert Client().post(address(member)).status_code == 405
    assert Client().head(address(member)).status_code == 200


def test_forged_foreign_and_erased_get_the_same_answer(member: Member, now: dt.datetime) -> None:
    token = links.token("statement", member.uuid)
    bad = [token[:-1] + ("A" if token[-1] != "A" else "B"), "A" * 60, links.token("cancel", member.uuid)]
    answers = {Client().get(f"/u/statement/{one}/").content for one in bad}
    erasure.erase(member, None, now)
    gone = Client().get(f"/u/statement/{token}/")
    assert gone.status_code == 404
    assert answers == {gone.content}


def test_the_answer_may_not_be_kept_or_passed_on(member: Member) -> None:
    response = Client().get(address(member))
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
