"""A small club made with the product's own verbs: a welcome under way, history, and things that need a person."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from flows import files, publishing
from intake.models import Delivery, Endpoint
from lifecycle import clock
from mail.models import Message
from members import subscriptions
from members.models import Event, Member, StageChange
from relationship import tasks
from relationship.models import Task
from tests import cast

WELCOME = Path(__file__).resolve().parent.parent.parent / "flows" / "starter" / "welcome.toml"
DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)


@dataclass(frozen=True)
class Club:
    """The club's people and things, by what they are for."""

    ingrid: Member
    ole: Member
    former: Member
    task: Task
    arrival: Delivery
    event: Event
    letter: Message


def found(now: dt.datetime) -> Club:
    """Ingrid joined a week ago and is in the welcome; Ole has no e-mail; one has left; two things are set aside."""
    publish(now - 2 * WEEK)
    ingrid = cast.ingrid(now - dt.timedelta(days=3)).member
    ole = cast.ole(now - dt.timedelta(days=2)).member
    for away in (3, 2, 1):
        clock.tick(now - dt.timedelta(days=away))
    event = Event.objects.filter(member=ingrid).latest("pk")
    Event.objects.filter(pk=event.pk).update(handled_at=None, parked_at=now, error="KeyError: 'plan'")
    former = leave(cast.join("F", now - 60 * WEEK, quiet=True, first_name="Finn").member, now - DAY, now)
    tasks.give([tasks.Order("t", ole, "Call Ole", "Welcome", now)], now)
    return Club(
        ingrid,
        ole,
        former,
        Task.objects.get(key="t"),
        arrive(now),
        event,
        Message.objects.filter(status="sent").latest("pk"),
    )


def publish(at: dt.datetime) -> None:
    """Publishes the welcome series."""
    definition = files.read(WELCOME.read_text())
    publishing.publish(definition, at, pictures=files.pictures_beside(WELCOME, definition))


def leave(member: Member, at: dt.datetime, now: dt.datetime) -> Member:
    """Lets a member's contract have been, and end."""
    for name, moment in (("subscription.started", member.joined_at), ("subscription.ended", at)):
        change = subscriptions.Change(name, member, "house", f"S{member.pk}", moment, name)
        subscriptions.apply(change, now, quiet=True)
    member.refresh_from_db()
    return member


def arrive(now: dt.datetime) -> Delivery:
    """Something that could not be understood."""
    door = Endpoint.objects.create(slug="billing", source="stripe", secret="-", created_at=now)
    return Delivery.objects.create(
        endpoint=door,
        provider_id="evt_1",
        kind="invoice.paid",
        received_at=now,
        body='{"note": "<script>alert(1)</script>"}',
        status="parked",
        reason="the invoice names no customer",
    )


def crowd(number: int, now: dt.datetime) -> None:
    """Many more members, with a move each."""
    Member.objects.bulk_create(
        Member(
            first_name=f"Anna {place:04}",
            last_name="Holm",
            joined_at=now - dt.timedelta(hours=place),
            stage=Member.Stage.VALUE,
            stage_since=now,
            created_at=now,
            updated_at=now,
        )
        for place in range(number)
    )
    StageChange.objects.bulk_create(
        StageChange(member=member, kind="moved", from_stage="onboarding", to_stage="value", at=now)
        for member in Member.objects.filter(last_name="Holm")
    )
