"""What is wrong becomes an alarm once, is mailed once, leads to what is behind it, and goes when it is over."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.test import Client

from api import endpoints
from api.models import Endpoint
from dashboard import notices, watching
from dashboard.models import Alarm, Reading
from flows import standing_still
from flows.models import Enrolment, Flow
from lifecycle import clock
from mail import transports
from mail.models import Message
from office.models import Beat, User
from tests import cast, sinks
from tests.dashboard.club import Club
from tests.flows import making

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY, WEEK = (dt.timedelta(**{unit: 1}) for unit in ("minutes", "hours", "days", "weeks"))


@pytest.fixture
def olga(db: None) -> User:
    """The owner."""
    return User.objects.create_user("olga", "olga@example.com", first_name="Olga", role="owner")


@pytest.fixture(autouse=True)
def _own_connection(sink: sinks.Sink) -> Iterator[None]:
    """Connections of this thread lead to this test's mail server."""
    transports.forget()
    yield
    transports.forget()


def strip(browser: Client) -> str:
    """What the first page says needs a look; empty when it says nothing."""
    page = browser.get("/").content.decode()
    return page.partition('class="alarms"')[2].partition("</ul>")[0]


@pytest.fixture
def run(db: None, now: dt.datetime) -> Enrolment:
    """Somebody who waits in a flow."""
    making.publish([{"uid": "rest", "kind": "wait", "for": "99d"}], now)
    member = cast.join("ole", now - DAY, quiet=True, first_name="Ole", email="ole@example.com").member
    return making.enter(member, now)


def stand_still(run: Enrolment, since: dt.datetime) -> None:
    Enrolment.objects.filter(pk=run.pk).update(due_at=since)


def test_who_stands_still_is_told_on_the_first_page_until_it_is_over(
    run: Enrolment, staff: Client, now: dt.datetime
) -> None:
    stand_still(run, now - HOUR)
    watching.sweep(now)
    said = strip(staff)
    assert "“Trial”: 1 member should have gone on since today 21:30 and did not" in said
    assert 'href="/flows/trial/"' in said
    stand_still(run, now + DAY)
    assert watching.sweep(now + HOUR) == 1
    assert "should have gone on" not in strip(staff)
    assert Alarm.objects.get().cleared_at == now + HOUR


def test_what_lasts_is_one_alarm_and_its_numbers_follow(run: Enrolment, now: dt.datetime) -> None:
    stand_still(run, now - HOUR)
    watching.sweep(now)
    late = now - 2 * HOUR
    stand_still(run, late)
    assert watching.sweep(now + HOUR) == 0
    alarm = Alarm.objects.get()
    assert (alarm.raised_at, alarm.values["since"]) == (now, late.isoformat())


def test_letters_that_cannot_be_written_are_told_with_their_letter(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    reason = "unreadable: line 3: a value grew too long"
    Enrolment.objects.update(due_at=now + 99 * DAY)  # the club's clock stood still meanwhile
    Message.objects.filter(pk=club.letter.pk).update(status="failed", reason=reason, finished_at=now - HOUR)
    watching.sweep(now)
    said = strip(staff)
    assert "could not be written for 1 member since yesterday" in said
    assert 'href="/letters/stayed/?show=refused"' in said
    watching.sweep(now + DAY)
    assert Alarm.objects.get(kind="unreadable").cleared_at == now + DAY


def test_a_flow_that_paused_itself_is_told_with_the_reason_until_somebody_looked(
    staff: Client, now: dt.datetime
) -> None:
    flow = making.publish([{"uid": "stop", "kind": "end"}], now)
    Flow.objects.update(paused_at=now, paused_reason="complained: 2/1000")
    watching.sweep(now)
    assert "“Trial” paused itself: 2 of the last 1000 letters were reported as unwanted." in strip(staff)
    standing_still.resume(flow, User.objects.get(), now)
    watching.sweep(now + HOUR)
    assert Alarm.objects.get().cleared_at == now + HOUR


def test_a_system_that_does_not_answer_is_told_and_one_that_staff_switched_off_is_not(
    staff: Client, now: dt.datetime
) -> None:
    crm = endpoints.create("crm", "https://crm.example.com/", now)[0]
    Endpoint.objects.update(failing_since=now - 2 * HOUR)
    watching.sweep(now)
    assert "“crm” does not answer since today" in strip(staff)
    assert f"/admin/api/delivery/?endpoint__id__exact={crm.pk}" in strip(staff)
    endpoints.disable(crm, "it has not answered", now)
    watching.sweep(now + HOUR)
    assert "is told nothing any more" in strip(staff)
    endpoints.enable(crm, now)
    Endpoint.objects.update(failing_since=now - 2 * HOUR)
    endpoints.disable(crm, "not needed", now, User.objects.get())
    watching.sweep(now + 2 * HOUR)
    assert Alarm.objects.get().cleared_at == now + 2 * HOUR


def test_a_night_that_is_not_done_is_told(staff: Client, now: dt.datetime) -> None:
    Beat.objects.create(name="night: facts", at=now - 30 * HOUR)
    watching.sweep(now)
    assert not Alarm.objects.exists()
    watching.sweep(now + 7 * HOUR)
    assert "The work of the night was last done" in strip(staff)


def test_a_clock_that_stands_still_is_told_by_the_page_itself(run: Enrolment, staff: Client) -> None:
    from office import clock as time

    Beat.objects.create(name="clock", at=time.real_now() - HOUR)
    assert "The clock stands still since" in strip(staff)
    clock.beat()
    assert "The clock stands still since" not in strip(staff)
    page = staff.get("/alarms/").content.decode()
    assert "the clock stood still" in page  # it is over, and can be read


def test_a_flow_that_falls_silent_is_told_the_next_night(staff: Client, now: dt.datetime, olga: User) -> None:
    flow = making.publish([{"uid": "stop", "kind": "end"}], now - 6 * WEEK)
    assert flow.current
    people = [cast.join(f"p{number}", now - 9 * WEEK, quiet=True).member for number in range(15)]
    for week in range(1, 6):
        at = now - DAY - week * WEEK
        Enrolment.objects.bulk_create(
            Enrolment(
                flow=flow,
                version=flow.current,
                member=member,
                status="completed",
                entered_at=at,
                planned_at=at,
            )
            for member in people
        )
    come = {"flow": flow, "version": flow.current, "member": people[0], "status": "completed"}
    Enrolment.objects.create(**come, entered_at=now - 3 * DAY, planned_at=now - 3 * DAY)
    clock.tick(now)
    said = strip(staff)
    assert "“Trial”: 0 members came in yesterday, usually 3 to 37" in said
    assert 'href="/flows/trial/"' in said
    page = staff.get("/alarms/").content.decode()
    assert "1 member came in during the last 7 days, usually 2 to 38." in page
    assert "0 letters left yesterday, usually at most" in page
    assert Reading.objects.count() == 4


def test_a_flow_in_which_nothing_happens_any_more_is_told_as_that(staff: Client, now: dt.datetime) -> None:
    flow = making.publish([{"uid": "stop", "kind": "end"}], now - 9 * WEEK)
    member = cast.join("p", now - 9 * WEEK, quiet=True).member
    come = {"flow": flow, "version": flow.current, "member": member, "status": "completed"}
    Enrolment.objects.bulk_create(
        Enrolment(**come, entered_at=now - day * DAY, planned_at=now - day * DAY) for day in range(12, 60)
    )
    watching.measure(now)
    assert "“Trial”: nobody came in for 11 days, where about 7 a week are usual" in strip(staff)
    assert Alarm.objects.count() == 1


def test_too_little_to_go_by_is_said(staff: Client, now: dt.datetime) -> None:
    making.publish([{"uid": "stop", "kind": "end"}], now - WEEK)
    clock.tick(now)
    assert not Alarm.objects.exists()
    assert "Too few weeks are known to say what is usual." in staff.get("/alarms/").content.decode()


def test_owners_get_one_mail_of_each_and_nobody_else_does(
    run: Enrolment, now: dt.datetime, olga: User, sink: sinks.Sink
) -> None:
    User.objects.update(monday_letter=False)  # another mail of a Monday
    User.objects.create_user("bent", "bent@example.com", role="editor")
    User.objects.create_user("gone", "gone@example.com", role="owner", is_active=False)
    Enrolment.objects.filter(pk=run.pk).update(parked_at=now)
    for moment in (now, now + MINUTE, now + 2 * HOUR):
        clock.tick(moment)
    assert [to for to, _content in sink.accepted] == ["olga@example.com"]
    letter = sink.to("olga@example.com")[0]
    assert letter["Subject"] == "“Trial”: 1 member stands still because a step failed"
    assert "/flows/trial/" in letter.get_content()
    assert (letter["Auto-Submitted"], letter["To"]) == ("auto-generated", "Olga <olga@example.com>")
    assert Alarm.objects.get().mailed_at == now


def test_a_mail_that_was_not_taken_is_tried_again(
    run: Enrolment, now: dt.datetime, olga: User, sink: sinks.Sink
) -> None:
    sink.on_mail = "451 not now"
    stand_still(run, now - HOUR)
    watching.sweep(now)
    assert notices.mail_due(now) == 1
    assert notices.mail_due(now + MINUTE) == 0
    sink.on_mail = ""
    assert notices.mail_due(now + 11 * MINUTE) == 1
    assert len(sink.to("olga@example.com")) == 1


def test_what_comes_and_goes_is_not_mailed_again_the_same_day(
    run: Enrolment, now: dt.datetime, olga: User, sink: sinks.Sink
) -> None:
    for hour in range(0, 6, 2):
        stand_still(run, now - HOUR)
        watching.sweep(now + hour * HOUR)
        notices.mail_due(now + hour * HOUR)
        stand_still(run, now + 99 * DAY)
        watching.sweep(now + (hour + 1) * HOUR)
    assert Alarm.objects.count() == 3
    assert len(sink.to("olga@example.com")) == 1


def test_without_an_owner_who_can_be_written_to_nothing_waits(run: Enrolment, now: dt.datetime) -> None:
    stand_still(run, now - HOUR)
    watching.sweep(now)
    assert notices.mail_due(now) == 1
    assert notices.mail_due(now + DAY) == 0


def test_the_house_looks_once_an_hour(now: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[dt.datetime] = []
    monkeypatch.setattr(watching, "sweep", lambda moment: looked.append(moment) or 0)
    for minutes in (0, 1, 59, 60, 61):
        clock.look(now + minutes * MINUTE)
    assert looked == [now, now + HOUR]


def test_the_page_says_when_there_is_nothing(staff: Client) -> None:
    page = staff.get("/alarms/").content.decode()
    assert "Nothing, as far as the house can tell." in page
    assert "Counted each night, once a flow is live." in page
