"""A child's letters go to the guardian, and whatever stops letters is asked of the address that is used."""

import datetime as dt

import pytest

from lifecycle import clock
from mail import arbitration, suppressions
from mail.models import Message, Suppression
from members.models import Member
from relationship.models import Task
from tests import cast, sinks
from tests.dashboard import club

pytestmark = pytest.mark.django_db


@pytest.fixture
def mother(now: dt.datetime) -> Member:
    """Mette, who reads her child's letters."""
    club.publish(now - dt.timedelta(days=1))
    joined = now - dt.timedelta(days=400)
    fields = {"first_name": "Mette", "last_name": "Lund", "email": "mette@example.com"}
    return cast.join("m", joined, quiet=True, **fields).member


def child(mother: Member | None, now: dt.datetime, email: str = "cille@example.com") -> Member:
    """Cille, who has an address of her own."""
    member = cast.join("c", now, first_name="Cille", email=email, locale="en").member
    Member.objects.filter(pk=member.pk).update(guardian=mother)
    return member


def test_a_childs_letter_goes_to_the_guardian_and_speaks_of_the_child(
    mother: Member, sink: sinks.Sink, now: dt.datetime
) -> None:
    cille = child(mother, now)
    clock.tick(now)
    message = Message.objects.get(member=cille, status="sent")
    assert message.address == "mette@example.com"
    assert message.values["member"]["email"] == "cille@example.com"
    assert message.values["member"]["first_name"] == "Cille"
    (letter,) = sink.to("mette@example.com")
    assert "Mette Lund" in str(letter["To"])
    assert sink.to("cille@example.com") == []


def test_a_dead_address_of_the_guardian_stops_the_childs_letters(mother: Member, now: dt.datetime) -> None:
    cille = child(mother, now)
    suppressions.suppress("mette@example.com", Suppression.Reason.BOUNCED, now)
    clock.tick(now)
    assert Message.objects.get(member=cille).reason.startswith("suppressed")


def test_the_childs_own_dead_address_stops_nothing(mother: Member, now: dt.datetime) -> None:
    cille = child(mother, now)
    suppressions.suppress("cille@example.com", Suppression.Reason.BOUNCED, now)
    clock.tick(now)
    assert Message.objects.filter(member=cille, status="sent", address="mette@example.com").exists()


def test_without_an_address_of_the_guardian_no_letter_goes_to_the_child(
    mother: Member, now: dt.datetime
) -> None:
    Member.objects.filter(pk=mother.pk).update(email="", email_key="")
    cille = child(mother, now)
    clock.tick(now)
    assert Message.objects.get(member=cille).reason == "no_address"


def test_members_without_any_address_break_nothing(mother: Member, now: dt.datetime) -> None:
    ole = cast.ole(now).member
    clock.tick(now)
    assert Message.objects.get(member=ole).reason == "no_address"
    assert Task.objects.get().title.startswith("Call Ole Brandt")


def test_a_batch_asks_as_often_for_many_as_for_one(
    mother: Member, now: dt.datetime, django_assert_num_queries: object
) -> None:
    for number in range(3):
        member = cast.join(f"c{number}", now, first_name="C", email=f"c{number}@example.com").member
        Member.objects.filter(pk=member.pk).update(guardian=mother)
    clock.work("engine", now)
    letters = list(Message.objects.select_related("member__guardian", "letter_version"))
    assert len(letters) == 3
    with django_assert_num_queries(8):  # type: ignore[operator]
        arbitration.decide(letters, now)
