"""Leaving as it is told here: on the page that letters lead to, by staff, and taken back."""

import datetime as dt
import html

import pytest
from django.test import Client

from api import links
from lifecycle import clock
from mail.models import Message
from members import consent, subscriptions
from members.models import Event, Member, Plan, Subscription
from members.models.member import Stage
from office.models import AuditEntry, User
from relationship import tasks
from relationship.models import Task
from tests import cast
from winback import leaving

pytestmark = pytest.mark.django_db
YEAR_END = dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC)  # midnight in Copenhagen


@pytest.fixture(autouse=True)
def _clock(settings, tmp_path, now):
    settings.TEST_CLOCK = tmp_path / "clock"
    settings.TEST_CLOCK.write_text(now.isoformat())


@pytest.fixture
def member(now: dt.datetime) -> Member:
    """Ingrid, who pays 900 kr a year."""
    member = cast.ingrid(now - dt.timedelta(days=400)).member
    pay(member, now, "S1", YEAR_END)
    return member


def pay(
    member: Member, now: dt.datetime, ident: str, until: dt.datetime, source: str = "house"
) -> Subscription:
    plan, _ = Plan.objects.get_or_create(slug="full", defaults={"name": "Full"})
    terms = {
        "plan": plan,
        "amount": 90000,
        "currency": "DKK",
        "interval": "year",
        "current_period_end": until,
    }
    began = now - dt.timedelta(days=400)
    change = subscriptions.Change("subscription.started", member, source, ident, began, ident, terms)
    return subscriptions.apply(change, now, quiet=True)


def address(member: Member) -> str:
    return f"/u/cancel/{links.token('cancel', member.uuid)}/"


def page(member: Member) -> str:
    return html.unescape(Client().get(address(member)).content.decode())


def test_opening_the_page_changes_nothing_and_says_the_last_day(member: Member) -> None:
    member.locale = "en"
    member.save()
    before = Event.objects.count()
    assert "It then ends on 31 December 2026." in page(member)
    assert Client().head(address(member)).status_code == 200
    assert Event.objects.count() == before
    assert leaving.staying(member)


def test_two_clicks_leave_at_the_end_of_what_is_paid(member: Member, now: dt.datetime) -> None:
    member.locale = "en"
    member.save()
    answer = Client().post(address(member), {"reason": "price", "words": "Too dear"})
    assert answer.status_code == 302
    row = Subscription.objects.get()
    assert (row.status, row.access_ends_at, row.cancel_reason) == ("cancelled", YEAR_END, "price")
    event = Event.objects.get(name="subscription.cancelled")
    assert event.data["words"] == "Too dear"
    assert "You leave on 31 December 2026" in page(member)
    clock.tick(now)
    assert Member.objects.get(pk=member.pk).stage != Stage.FORMER
    clock.tick(YEAR_END + dt.timedelta(minutes=1))
    assert Member.objects.get(pk=member.pk).stage == Stage.FORMER
    assert "You are no longer a member" in page(member)


def test_a_second_press_of_the_button_is_no_second_leaving(member: Member) -> None:
    for _ in range(2):
        Client().post(address(member), {})
    assert Event.objects.filter(name="subscription.cancelled").count() == 1


def test_unticked_means_no_more_letters_and_ticked_allows_them(member: Member, now: dt.datetime) -> None:
    consent.grant(member, "news", now, now, proof="form", source="test")
    Client().post(address(member), {})
    assert not consent.standing([member.pk], ["news"])[member.pk, "news"].granted
    leaving.stay(member, now + dt.timedelta(minutes=1))
    Client().post(address(member), {"may_write": "yes"})
    assert consent.standing([member.pk], ["news"])[member.pk, "news"].granted


def test_staying_after_all_is_one_button_until_the_last_day(member: Member, now: dt.datetime) -> None:
    Client().post(address(member), {})
    Client().post(address(member), {"stay": "yes"})
    assert Subscription.objects.get().status == "active"
    clock.tick(YEAR_END + dt.timedelta(hours=1))
    assert Member.objects.get(pk=member.pk).stage != Stage.FORMER


def test_what_billing_ended_is_not_taken_back_here(member: Member, now: dt.datetime) -> None:
    told = subscriptions.Change("subscription.cancelled", member, "house", "S1", now, "billing")
    subscriptions.apply(told, now)
    assert leaving.stay(member, now + dt.timedelta(minutes=1)) == []
    assert Subscription.objects.get().status == "cancelled"


@pytest.mark.parametrize("token", ["x", "A" * 60])
def test_a_forged_link_leads_nowhere(token: str) -> None:
    assert Client().get(f"/u/cancel/{token}/").status_code == 404
    assert Client().post(f"/u/cancel/{token}/").status_code == 404


def test_a_link_for_letters_is_none_for_leaving(member: Member) -> None:
    token = links.token("preferences", member.uuid)
    assert Client().post(f"/u/cancel/{token}/").status_code == 404
    assert leaving.staying(member)


def test_the_treasurer_and_where_no_letter_is_a_receipt_somebody_has_a_task(
    member: Member, now: dt.datetime
) -> None:
    Client().post(address(member), {})
    clock.tick(now)
    titles = set(Task.objects.values_list("title", flat=True))
    assert titles == {
        "Stop the payments of Ingrid Østergaard",
        "Tell Ingrid Østergaard that the leaving is noted, and that 31 December 2026 is the last day",
    }


def test_nobody_stops_the_payments_of_somebody_who_stays(member: Member, now: dt.datetime) -> None:
    Client().post(address(member))
    clock.tick(now + dt.timedelta(seconds=1))
    leaving.stay(member, now + dt.timedelta(minutes=1))
    clock.tick(now + dt.timedelta(minutes=1, seconds=1))
    assert not Task.objects.filter(done_at=None).exists()


def test_payments_that_were_stopped_are_started_again_for_who_stays(
    member: Member, now: dt.datetime, admin_user: User
) -> None:
    Client().post(address(member))
    clock.tick(now + dt.timedelta(seconds=1))
    tasks.close(Task.objects.get(is_money=True), admin_user, "done", now)
    leaving.stay(member, now + dt.timedelta(minutes=1))
    clock.tick(now + dt.timedelta(minutes=1, seconds=1))
    assert "Start the payments of Ingrid Østergaard again" in Task.objects.values_list("title", flat=True)


def test_billing_needs_no_task_for_what_it_told_itself(member: Member, now: dt.datetime) -> None:
    subscriptions.apply(subscriptions.Change("subscription.cancelled", member, "house", "S1", now, "b"), now)
    clock.tick(now)
    assert not Task.objects.exists()


def test_a_membership_without_a_contract_ends_too(now: dt.datetime) -> None:
    per = cast.per(now - dt.timedelta(days=30)).member
    leaving.leave(per, leaving.Goodbye("page"), now)
    clock.tick(now + dt.timedelta(seconds=5))
    assert Member.objects.get(pk=per.pk).stage == Stage.FORMER


def test_a_contract_kept_elsewhere_is_ended_here_and_begun_again_there(
    member: Member, now: dt.datetime
) -> None:
    per = cast.per(now - dt.timedelta(days=30)).member
    pay(per, now, "sub_1", now - dt.timedelta(days=1), source="stripe")
    leaving.leave(per, leaving.Goodbye("page"), now)
    clock.tick(now + dt.timedelta(seconds=5))
    per.refresh_from_db()
    assert per.stage == Stage.FORMER
    assert leaving.returnable(per) is None


class TestStaff:
    """The same on the member's page."""

    @pytest.fixture
    def staff(self, client: Client) -> User:
        user = User.objects.create_user("anna", role=User.Role.STAFF)
        client.force_login(user)
        return user

    def test_a_leaving_is_written_down_and_undone(self, client: Client, staff: User, member: Member) -> None:
        form = html.unescape(client.get(f"/members/{member.uuid}/leaving/").content.decode())
        assert 'value="2026-12-31"' in form
        said = {"day": "2026-12-31", "reason": "moved", "words": "To Aarhus", "may_write": "yes"}
        client.post(f"/members/{member.uuid}/leaving/", said)
        row = Subscription.objects.get()
        assert (row.status, row.access_ends_at, row.cancel_reason) == ("cancelled", YEAR_END, "moved")
        assert AuditEntry.objects.get(deed="member.leaves").user == staff
        shown = html.unescape(client.get(f"/members/{member.uuid}/").content.decode())
        assert "moved away: To Aarhus" in shown
        assert "Leaving on 31 December" in shown
        client.post(f"/members/{member.uuid}/stay")
        assert Subscription.objects.get().status == "active"

    @pytest.mark.parametrize("day", ["", "soon", "1999-01-01", "2126-01-01", "2026-02-30"])
    def test_a_day_that_cannot_be_meant_changes_nothing_and_keeps_what_was_typed(
        self, client: Client, staff: User, member: Member, day: str
    ) -> None:
        answer = client.post(f"/members/{member.uuid}/leaving/", {"day": day, "words": "To Aarhus"})
        assert answer.status_code == 422
        assert "To Aarhus" in answer.content.decode()
        assert Subscription.objects.get().status == "active"

    def test_somebody_returns_with_the_old_number(
        self, client: Client, staff: User, member: Member, now: dt.datetime
    ) -> None:
        client.post(f"/members/{member.uuid}/leaving/", {"day": "2026-02-20"})
        clock.tick(now + dt.timedelta(minutes=1))
        assert "They are a member again" in client.get(f"/members/{member.uuid}/").content.decode()
        client.post(f"/members/{member.uuid}/return")
        member.refresh_from_db()
        assert member.stage != Stage.FORMER
        assert Subscription.objects.get().status == "active"
        for _ in range(2):
            clock.tick(now + dt.timedelta(minutes=2))
        assert Event.objects.filter(name="member.won_back", member=member).count() == 1

    def test_who_may_only_read_is_refused(self, client: Client, member: Member) -> None:
        client.force_login(User.objects.create_user("r", role=User.Role.READONLY))
        for what in ("leaving/", "stay", "return"):
            assert client.post(f"/members/{member.uuid}/{what}").status_code == 403
        assert Subscription.objects.get().status == "active"


def test_every_letter_leads_to_the_page_for_leaving(member: Member, now: dt.datetime, settings) -> None:
    from mail import values

    message = Message(member=member, purpose="transactional")
    assert values._links(message)["cancel"].startswith(f"{settings.BASE_URL}/u/cancel/")
    settings.CANCEL_URL = "https://club.example/leave"
    assert values._links(message)["cancel"] == "https://club.example/leave"
