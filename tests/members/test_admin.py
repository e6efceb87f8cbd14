"""The register for editors: contact details change through the same door as everywhere; the rest is read."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from members.models import Event, Member, Plan
from office.models import AuditEntry
from tests import cast
from tests.members import told
from tests.office import desks

pytestmark = pytest.mark.django_db
CONTACT = ("first_name", "last_name", "email", "phone", "locale", "time_zone", "country")


@pytest.fixture
def ingrid(db: None, now: dt.datetime) -> Member:
    member = cast.ingrid(now).member
    told.say(member, "started", now)
    told.pay(member, "succeeded", now)
    return Member.objects.get(pk=member.pk)


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def contact(member: Member, **over: str) -> dict[str, str]:
    rows = ("consents", "subscriptions", "payments", "stage_changes", "events")
    counts = {f"{name}-{number}_FORMS": "0" for name in rows for number in ("TOTAL", "INITIAL")}
    return {**counts, **{name: getattr(member, name) for name in CONTACT}, **over}


@pytest.mark.parametrize("role", ["owner", "editor", "staff"])
def test_an_address_is_changed_with_its_event_and_a_line_in_the_log(
    client: Client, ingrid: Member, role: str
) -> None:
    user = desks.log_in(client, role)
    client.post(page_of(ingrid), contact(ingrid, email="New@Example.com"))
    ingrid.refresh_from_db()
    assert (ingrid.email, ingrid.email_key) == ("New@Example.com", "new@example.com")
    assert Event.objects.get(name="member.updated").data == {"fields": ["email"]}
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.deed, entry.details["fields"]) == (user, "member.changed", ["email"])
    assert "Example" not in str(entry.details)


def test_who_may_read_changes_nothing(client: Client, ingrid: Member) -> None:
    desks.log_in(client, "readonly")
    assert "Østergaard" in desks.read(client.get(page_of(ingrid)))
    assert client.post(page_of(ingrid), contact(ingrid, email="x@example.com")).status_code == 403


def test_nothing_else_can_be_set_by_hand(client: Client, ingrid: Member) -> None:
    desks.log_in(client, "owner")
    client.post(page_of(ingrid), contact(ingrid) | {"stage": "ambassador", "status": "ended", "uuid": "x"})
    ingrid.refresh_from_db()
    assert (ingrid.stage, ingrid.status) == ("onboarding", "active")
    assert not Event.objects.filter(name="member.updated").exists()


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"time_zone": "Europe/Atlantis"}, "Write the time zone like Europe/Copenhagen."),
        ({"email": "nowhere"}, "valid email"),
        ({"locale": "d4n1sh"}, "Write the language like da or da-DK."),
        ({"country": "XX"}, "Write the country in two letters"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    client: Client, ingrid: Member, over: dict[str, str], said: str
) -> None:
    desks.log_in(client, "owner")
    page = client.post(page_of(ingrid), contact(ingrid, **over))
    assert said in desks.read(page)
    assert not Event.objects.filter(name="member.updated").exists()


def test_members_are_neither_added_nor_deleted_there(client: Client, ingrid: Member) -> None:
    desks.log_in(client, "owner")
    assert client.get(reverse("admin:members_member_add")).status_code == 403
    deleting = reverse("admin:members_member_delete", args=[ingrid.pk])
    assert client.post(deleting, {"post": "yes"}).status_code == 403


def test_members_are_found_by_name_address_and_number(client: Client, ingrid: Member) -> None:
    desks.log_in(client, "readonly")
    for words in ("ingrid", "Østergaard", "ingrid@example.com", str(ingrid.pk)):
        page = desks.read(client.get(reverse("admin:members_member_changelist"), {"q": words}))
        assert page_of(ingrid) in page, words


def test_a_plan_that_a_signup_made_is_complete_once_it_has_a_price(client: Client, ingrid: Member) -> None:
    desks.log_in(client, "editor")
    plan = Plan.objects.get()
    fields = {
        "name": "Standard",
        "amount": "90000",
        "currency": "dkk",
        "interval": "year",
        "interval_count": "1",
        "consumption": "expected",
        "quiet_after": "10",
        "quiet_below": "0.5",
        "sleeping_after": "28",
        "quiet_months": ["7", "12"],
    }
    client.post(reverse("admin:members_plan_change", args=[plan.pk]), fields)
    plan.refresh_from_db()
    assert (plan.name, plan.amount, plan.currency, plan.slug) == ("Standard", 90000, "DKK", "standard")
    assert plan.completed_at is not None
    assert (plan.quiet_below, plan.quiet_months) == (0.5, [7, 12])
