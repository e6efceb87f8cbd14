"""Joining: one signup, one member, one event, whoever knocks how often."""

import datetime as dt

import pytest

from members import identity, joining
from members.models import Event, ExternalId, Member, Plan, StageChange
from tests import cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def test_joining_writes_the_member_its_event_and_its_first_stage_together(now: dt.datetime) -> None:
    person = cast.ingrid(now).member
    event = Event.objects.get()
    assert (event.name, event.occurred_at, event.key) == ("member.signed_up", now, f"signup:{person.uuid}")
    change = StageChange.objects.get()
    assert (change.kind, change.to_stage, change.at, change.event) == ("joined", "onboarding", now, event)
    assert (person.stage, person.stage_since) == ("onboarding", now)


def test_the_same_id_again_is_the_same_member_unchanged(now: dt.datetime) -> None:
    first = cast.ingrid(now).member
    signup = joining.Signup({"house": "ingrid"}, now + DAY, {"first_name": "Somebody else"})
    again, is_new = joining.join(signup, now + DAY, source="test")
    assert (again.pk, is_new, again.first_name) == (first.pk, False, "Ingrid")
    assert Event.objects.count() == 1


def test_families_may_share_an_address(now: dt.datetime) -> None:
    people = [cast.join(name, now, email="family@example.com", first_name=name).member for name in ("a", "b")]
    assert people[0].pk != people[1].pk
    assert {person.email_key for person in people} == {"family@example.com"}


def test_an_unknown_plan_is_made_without_a_price_to_be_completed(now: dt.datetime) -> None:
    cast.join("x", now, plan="summer-camp", first_name="X")
    plan = Plan.objects.get()
    assert (plan.name, plan.amount, plan.completed_at) == ("Summer camp", None, None)


def test_history_is_stored_as_answered(now: dt.datetime) -> None:
    cast.join("x", now, quiet=True, first_name="X")
    assert Event.objects.get().handled_at == now


def test_names_are_kept_as_sent(now: dt.datetime) -> None:
    name = "<b>Ørjan</b> {{ x }} 李"
    assert cast.join("x", now, first_name=name).again().first_name == name


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("  Ole@Example.COM ", "ole@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("a\u030age@example.com", "åge@example.com"),
        ("", ""),
    ],
)
def test_addresses_are_compared_composed_and_in_lower_case(written: str, compared: str) -> None:
    assert identity.email_key(written) == compared


def test_a_member_is_found_by_any_of_its_names(now: dt.datetime) -> None:
    person = cast.ingrid(now).member
    ExternalId.objects.create(member=person, source="stripe", value="cus_1")
    assert identity.find("ext:ingrid") == identity.find(str(person.uuid)) == person
    assert identity.find("ext:cus_1") is None
    assert identity.find("nonsense") is None
    assert identity.named(["ingrid", str(person.uuid), "cus_1"]) == {
        "ingrid": person,
        str(person.uuid): person,
    }
    assert Member.objects.count() == 1
