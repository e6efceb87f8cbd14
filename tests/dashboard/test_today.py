"""Who needs me today: story 4."""

import datetime as dt

import pytest
from django.test import Client

from dashboard.questions import kind_words, today
from dashboard.questions.today_sources import Rank
from members import subscriptions
from members.models import Member, Payment, Subscription
from relationship import tasks
from relationship.models import Task
from tests import cast
from tests.dashboard import queries
from tests.dashboard.club import Club

DAY = dt.timedelta(days=1)


def join(name: str, at: dt.datetime, **more: str) -> Member:
    return cast.join(name, at, quiet=True, first_name=name, **more).member


def give(member: Member, title: str, due: dt.datetime, now: dt.datetime, **more: bool) -> Task:
    tasks.give([tasks.Order(f"{member.pk}:{title}", member, title, "", due, **more)], now)
    return Task.objects.get(title=title, member=member)


def contract(member: Member, name: str, at: dt.datetime, **fields: object) -> None:
    key = f"{name}{member.pk}"
    change = subscriptions.Change(name, member, "house", f"S{member.pk}", at, key, fields)
    subscriptions.apply(change, at, quiet=True)


def names(found: today.Today) -> list[str]:
    return [line.member.first_name for line in found.lines]


def test_a_promise_comes_before_the_inner_circle_before_money_before_the_new(
    now: dt.datetime, db: None
) -> None:
    new = join("New", now - 2 * DAY)
    late, inner, payer = (join(name, now - 400 * DAY) for name in ("Late", "Inner", "Payer"))
    Member.objects.filter(pk__in=[late.pk, inner.pk, payer.pk]).update(stage="value")
    Member.objects.filter(pk=inner.pk).update(circle="inner")
    for member in (new, inner):
        give(member, f"Call {member}", now + 2 * DAY, now)
    give(payer, "Ask for the payment", now - DAY, now - 9 * DAY, is_money=True)
    give(late, "Call Late", now, now)
    found = today.read(now)
    assert names(found) == ["Late", "Inner", "Payer", "New"]
    assert [line.reason.rank for line in found.lines] == [Rank.PROMISE, Rank.INNER, Rank.MONEY, Rank.NEW]


def test_each_member_has_one_line_however_much_is_to_be_done(now: dt.datetime, db: None) -> None:
    ole = join("Ole", now - 400 * DAY)
    for title, days in (("Second", 1), ("First", -1), ("Third", 2)):
        give(ole, title, now + days * DAY, now)
    (line,) = today.read(now).lines
    assert line.why == "First"
    assert [one.why for one in line.others] == ["Second", "Third"]


def test_seven_are_shown_and_the_rest_are_counted(now: dt.datetime, staff: Client) -> None:
    for number in range(19):
        give(join(f"M{number}", now - 400 * DAY), "Call", now, now)
    home = staff.get("/").content.decode()
    assert home.count('class="whole"') == 7
    assert "and 12 more" in home
    assert staff.get("/today/").content.decode().count('class="whole"') == 19


def test_a_reason_has_twelve_words_at_most(now: dt.datetime, db: None) -> None:
    give(join("Ole", now - 400 * DAY), "word " * 30, now, now)
    assert len(today.read(now).lines[0].why.split()) <= 12


def test_who_did_not_answer_comes_again_tomorrow(club: Club, staff: Client, now: dt.datetime) -> None:
    address = f"/members/{club.ole.uuid}/tasks/{club.task.pk}/outcome"
    page = staff.post(address, {"outcome": "no_answer", "back": "home"}, follow=True).content.decode()
    assert "Ole Brandt comes again tomorrow" in page
    assert f'action="{address}?back=home"' in page
    assert names(today.read(now)) == []
    assert "Ole" in names(today.read(now + DAY))
    staff.post(f"{address}?back=home", {"outcome": "open"})
    assert names(today.read(now)) == ["Ole"]


def test_what_the_house_noticed_is_dealt_with_once_and_stands_on_the_timeline(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    Task.objects.all().delete()
    (line,) = today.read(now).lines
    assert (line.member, line.reason.source) == (club.ole, "unwelcomed")
    answer = staff.post(
        f"/members/{club.ole.uuid}/today/unwelcomed", {"outcome": "called", "line": "Glad", "back": "home"}
    )
    assert answer.headers["Location"] == "/"
    assert today.read(now).lines == []
    page = staff.get(f"/members/{club.ole.uuid}/").content.decode()
    assert "Joined, and no letter has gone: called" in page
    assert "Glad" in page
    again = staff.post(f"/members/{club.ole.uuid}/today/stalled", {"outcome": "called"}, follow=True)
    assert "needs nobody for that any more" in again.content.decode()


def test_an_overdue_payment_and_a_leaving_are_money_at_stake(now: dt.datetime, db: None) -> None:
    late, leaver = join("Late", now - 400 * DAY), join("Leaver", now - 400 * DAY)
    for member in (late, leaver):
        contract(member, "subscription.started", now - 100 * DAY)
    contract(late, "subscription.past_due", now - DAY)
    contract(leaver, "subscription.cancelled", now - DAY, cancel_effective_at=now + 5 * DAY)
    found = today.read(now)
    assert {line.member: line.reason.rank for line in found.lines} == {
        late: Rank.MONEY,
        leaver: Rank.MONEY,
    }


def test_overdue_without_a_word_of_billing_is_since_the_payment_that_failed(
    now: dt.datetime, db: None
) -> None:
    late = join("Late", now - 4000 * DAY)
    contract(late, "subscription.started", now - 300 * DAY)
    Subscription.objects.filter(member=late).update(status="past_due")
    assert today.read(now).lines[0].reason.since == now - 300 * DAY
    of = {"source": "shop", "amount": 90000, "currency": "DKK", "status": "failed"}
    only = Subscription.objects.get(member=late)
    Payment.objects.create(member=late, subscription=only, external_id="1", paid_at=now - 9 * DAY, **of)
    assert today.read(now).lines[0].reason.since == now - 9 * DAY


def test_a_quiet_day_says_so_and_names_the_same_one_all_day(now: dt.datetime, staff: Client) -> None:
    jubilee = join("Jubilee", now.replace(year=now.year - 25))
    join("Other", now - 4000 * DAY)
    Member.objects.update(stage="value")
    page = staff.get("/today/").content.decode()
    assert "Nobody waits for anybody today." in page
    assert "joined 25 years ago today" in page
    chosen = kind_words.choose(now)
    assert chosen
    assert chosen.member == jubilee


def test_the_letter_to_pass_on_can_be_read(club: Club, staff: Client) -> None:
    Task.objects.filter(pk=club.task.pk).delete()
    letter = Task.objects.get(letter__isnull=False).letter
    assert letter
    assert f"/letters/{letter.uuid}/?as=text" in staff.get("/").content.decode()


def test_readers_see_who_needs_somebody_and_no_buttons(club: Club, reader: Client) -> None:
    page = reader.get("/today/").content.decode()
    assert "Ole Brandt" in page
    assert "Not needed" not in page
    address = f"/members/{club.ole.uuid}/tasks/{club.task.pk}/outcome"
    assert reader.post(address, {"outcome": "called"}).status_code == 403


def test_many_lines_ask_as_often_as_few(now: dt.datetime, staff: Client) -> None:
    give(join("One", now - 400 * DAY), "Call", now, now)
    few = queries.asked(staff, "/today/")
    for number in range(30):
        give(join(f"M{number}", now - 400 * DAY), "Call", now, now)
    assert queries.asked(staff, "/today/") == few


@pytest.mark.parametrize("show", sorted(today.today_sources.people.SHOWN))
def test_every_number_of_home_leads_to_a_list(show: str, club: Club, staff: Client) -> None:
    page = staff.get("/members/", {"show": show})
    assert page.status_code == 200
    assert "Only those" in page.content.decode()
