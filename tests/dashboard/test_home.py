import datetime as dt

from django.test import Client

from dashboard.questions import alarms, funnel
from flows.models import Flow
from lifecycle import trades
from mail.models import Message
from members.models import Member
from tests import cast
from tests.dashboard import club as clubs
from tests.dashboard import queries
from tests.dashboard.club import Club


def test_an_empty_house_gets_a_start_list_instead_of_figures(staff: Client) -> None:
    page = staff.get("/").content.decode()
    assert "Nobody is here yet" in page
    assert "Where our members are" not in page


def test_an_empty_house_still_tells_what_was_set_aside(staff: Client, now: dt.datetime) -> None:
    clubs.arrive(now)
    page = staff.get("/").content.decode()
    assert "1 arrival is set aside" in page
    assert "No flow is live" not in page


def test_the_first_sentence_is_made_of_the_week(club: Club, staff: Client) -> None:
    page = staff.get("/").content.decode()
    assert "Last week 2 people joined and 1 left. 2 things need a look." in page


def test_the_funnel_equals_a_recount(club: Club, now: dt.datetime) -> None:
    clubs.crowd(7, now)
    found = funnel.read(now)
    for shape in found.shapes:
        assert shape.count == Member.objects.filter(stage=shape.stage).count()
    value = found.joined[1]
    assert (value.came, value.went) == (7, 0)
    assert (found.former.count, found.former.came) == (1, 1)
    assert found.joined[0].flows == ("Welcome to the club",)


def test_the_median_is_how_long_the_middle_one_has_been_there(now: dt.datetime, db: None) -> None:
    clubs.crowd(3, now)
    for member, days in zip(Member.objects.all(), (1, 10, 400), strict=True):
        Member.objects.filter(pk=member.pk).update(stage_since=now - dt.timedelta(days=days))
    assert funnel.read(now).joined[1].median_days == 10


def test_the_funnel_says_who_of_onboarding_is_stalled(club: Club, staff: Client, now: dt.datetime) -> None:
    trades.choose("club", now)
    late = cast.join("late", now - dt.timedelta(days=91), quiet=True, first_name="Late").member
    assert "of which stalled" not in staff.get("/members/?stage=onboarding").content.decode()
    home = staff.get("/").content.decode()
    assert home.count("of which stalled 1") == 2
    assert 'href="/members/?stage=onboarding&amp;show=stalled"' in home
    listed = staff.get("/members/?stage=onboarding&show=stalled").content.decode()
    assert f"/members/{late.uuid}/" in listed
    assert f"/members/{club.ingrid.uuid}/" not in listed


def test_somebody_placed_at_import_did_not_move(now: dt.datetime, db: None) -> None:
    clubs.crowd(3, now)
    Member.objects.get(first_name="Anna 0000").stage_changes.update(kind="placed")
    assert funnel.read(now).joined[1].came == 2


def test_home_asks_as_often_for_a_thousand_members_as_for_three(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    few = queries.asked(staff, "/")
    clubs.crowd(1000, now)
    assert queries.asked(staff, "/") == few


def test_who_joined_and_had_no_letter_raises_an_alarm_that_leads_to_the_names(
    club: Club, staff: Client
) -> None:
    home = staff.get("/").content.decode()
    assert "Joined, not welcomed: 1" in home
    names = staff.get("/members/", {"show": "not-welcomed"}).content.decode()
    assert "Ole Brandt" in names
    assert "Ingrid" not in names


def test_history_raises_no_alarm(now: dt.datetime, db: None) -> None:
    clubs.publish(now)
    clubs.cast.join("old", now - dt.timedelta(days=2), quiet=True, first_name="Quiet")
    assert alarms.read(now) == []


def test_letters_standing_still_are_told_with_their_hour(club: Club, now: dt.datetime) -> None:
    Message.objects.filter(pk=club.letter.pk).update(status="queued", due_at=now - dt.timedelta(hours=2))
    assert "Letters stand still since today 20:30" in [alarm.text for alarm in alarms.read(now)]


def test_a_letter_a_minute_late_is_no_alarm(club: Club, now: dt.datetime) -> None:
    Message.objects.filter(pk=club.letter.pk).update(status="queued", due_at=now - dt.timedelta(minutes=1))
    assert alarms.letters_standing_still(now) is None


def test_a_letter_of_unknown_fate_is_told(club: Club) -> None:
    Message.objects.filter(pk=club.letter.pk).update(status="unknown")
    alarm = alarms.letters_unknown()
    assert alarm
    assert alarm.url == "/letters/unknown/"


def test_a_paused_welcome_is_told(club: Club, now: dt.datetime) -> None:
    Flow.objects.update(paused_at=now)
    alarm = alarms.no_flow()
    assert alarm
    assert "gets no letters" in alarm.text


def test_members_standing_still_in_a_flow_lead_to_it(club: Club, now: dt.datetime, staff: Client) -> None:
    club.ingrid.enrolments.update(parked_at=now, error="LookupError: no such letter")
    alarm = alarms.runs_set_aside()
    assert alarm
    assert (alarm.text, alarm.url) == ("1 member stands still in a flow", "/flows/welcome/")
    assert "no such letter" in staff.get(alarm.url).content.decode()


def test_the_sandbox_says_so_on_every_page(staff: Client) -> None:
    for address in ("/", "/members/", "/letters/"):
        assert "This is a sandbox. Its clock says" in staff.get(address).content.decode()
