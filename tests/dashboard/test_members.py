import datetime as dt
import re

import pytest
from django.test import Client

from dashboard.questions import people
from members.models import Member
from tests.dashboard import club as clubs
from tests.dashboard import queries
from tests.dashboard.club import Club


def names(content: bytes) -> list[str]:
    return re.findall(r'class="whole"[^>]*>([^<]+)<', content.decode())


@pytest.mark.parametrize(
    "search", ["ing", "østerg", "Ingrid Øster", "ingrid@ex", "{number}", "#{number}", "ingrid", "{uuid}"]
)
def test_somebody_is_found_by_name_address_number_or_id(club: Club, staff: Client, search: str) -> None:
    text = search.format(number=club.ingrid.number, uuid=club.ingrid.uuid)
    assert names(staff.get("/members/", {"q": text}).content) == ["Ingrid Østergaard"]


def test_nobody_found_says_what_can_be_searched_for(club: Club, staff: Client) -> None:
    assert b"Nobody found" in staff.get("/members/", {"q": "zebra"}).content


def test_a_stage_shows_its_members_only(club: Club, staff: Client) -> None:
    assert names(staff.get("/members/", {"stage": "former"}).content) == ["Finn"]


def test_those_at_a_step_of_a_flow_are_found(club: Club, now: dt.datetime) -> None:
    run = club.ingrid.enrolments.get()
    at_step = people.Choice(flow="welcome", step=run.step)
    assert club.ingrid in people.matching(at_step, now)
    assert not people.matching(people.Choice(flow="welcome", step="elsewhere"), now).exists()


@pytest.mark.parametrize("sort", ["name", "newest", "longest", "moved"])
def test_walking_through_the_pages_meets_everybody_once(staff: Client, now: dt.datetime, sort: str) -> None:
    clubs.crowd(123, now)
    seen, address = [], f"/members/?sort={sort}"
    while address:
        page = staff.get(address).content
        seen += names(page)
        after = re.search(r'href="([^"]*after=[^"]*)"', page.decode())
        address = after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen)) == 123


@pytest.mark.parametrize("cursor", ["x", "e30:x", "%00", "'; drop table"])
def test_a_cursor_that_is_not_ours_begins_at_the_start(staff: Client, now: dt.datetime, cursor: str) -> None:
    clubs.crowd(3, now)
    assert len(names(staff.get("/members/", {"after": cursor}).content)) == 3


def test_typing_fetches_the_list_alone(club: Club, staff: Client) -> None:
    part = staff.get("/members/", {"q": "ing"}, headers={"hx-request": "true"}).content
    assert names(part) == ["Ingrid Østergaard"]
    assert b"<html" not in part


def test_coming_back_in_the_history_fetches_the_page(club: Club, staff: Client) -> None:
    headers = {"hx-request": "true", "hx-history-restore-request": "true"}
    assert b"<html" in staff.get("/members/", headers=headers).content


def test_the_list_asks_as_often_for_fifty_as_for_three(club: Club, staff: Client, now: dt.datetime) -> None:
    few = queries.asked(staff, "/members/")
    clubs.crowd(200, now)
    assert queries.asked(staff, "/members/") == few


def test_a_name_with_markup_is_shown_not_used(staff: Client, now: dt.datetime, club: Club) -> None:
    Member.objects.filter(pk=club.ingrid.pk).update(first_name="<img src=x onerror=alert(1)>")
    for address in (
        "/members/",
        f"/members/{club.ingrid.uuid}/",
        "/letters/sent/",
        f"/letters/{club.letter.uuid}/",
    ):
        assert b"<img src=x" not in staff.get(address).content
