"""What staff change is written down, also many at once, and goes with the member it is about."""

import datetime as dt

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from api import keys
from api.models import ApiKey
from members.models import Member, Plan
from office import audit
from office.models import AuditEntry, User
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> Client:
    """The browser of an owner."""
    client.force_login(User.objects.create_user("owner", role="owner", is_staff=True))
    return client


def test_a_change_says_what_it_was_and_what_it_is(owner: Client) -> None:
    plan = Plan.objects.create(slug="full", name="Full", currency="DKK")
    page = owner.get(reverse("admin:members_plan_change", args=[plan.pk]))
    form = page.context["adminform"].form
    said = {name: value for name, value in form.initial.items() if value is not None}
    said |= {"name": "Full membership", "quiet_months": []}
    answer = owner.post(reverse("admin:members_plan_change", args=[plan.pk]), said)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    entry = AuditEntry.objects.get(deed="plan.changed")
    assert entry.details["before"]["name"] == "Full"
    assert entry.details["after"]["name"] == "Full membership"
    assert not LogEntry.objects.exists()


def test_of_members_only_the_fields_are_named(owner: Client, now: dt.datetime) -> None:
    ole = cast.ole(now).member
    said = {"first_name": "Ole", "last_name": "Brandt", "phone": "99 88 77 66", "email": ""}
    address = reverse("admin:members_member_change", args=[ole.pk])
    management = {
        f"{prefix}-{name}": "0"
        for prefix in ("consents", "subscriptions", "payments", "stage_changes", "events")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    assert owner.post(address, {**said, **management}).status_code == 302
    entry = AuditEntry.objects.get(deed="member.changed")
    assert entry.member == ole.uuid
    assert entry.details["fields"] == ["phone"]
    assert "99 88" not in str(entry.details)


def test_a_deed_done_to_many_is_written_down_with_their_keys(owner: Client, now: dt.datetime) -> None:
    for name in ("till", "door"):
        keys.create(name, ["members:read"], now)
    chosen = [str(key.pk) for key in ApiKey.objects.order_by("pk")]
    form = {"action": "revoke", "_selected_action": chosen}
    owner.post(reverse("admin:api_apikey_changelist"), form)
    entry = AuditEntry.objects.get(deed="apikey.revoke")
    assert (entry.details["count"], entry.details["rows"]) == (2, chosen)


def test_an_import_writes_one_entry_for_all_its_rows(now: dt.datetime) -> None:
    entry = audit.record_many(None, "members.imported", "list.csv", now, range(5000))
    assert (entry.details["count"], len(entry.details["rows"])) == (5000, audit.LISTED)


def test_what_is_said_of_somebody_can_be_blanked(now: dt.datetime) -> None:
    ole, per = cast.ole(now).member, cast.per(now).member
    for member in (ole, per):
        audit.record(None, "member.changed", member, now, member=member.uuid, note=member.name)
    audit.record(None, "letter.sent", "to ole@example.com", now)
    assert audit.forget([ole.uuid], str(ole.pk), ["OLE@example.com"]) == 2
    assert set(AuditEntry.objects.values_list("subject", flat=True)) == {"", "Per"}
    assert Member.objects.count() == 2
