"""What a person sees to when a leaving was told here: the payments, and a receipt where no letter is one."""

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from flows import listening
from mail import wording
from mail.models.message import Purpose
from members import durations
from members.models import Event
from office.models import House
from relationship import outcomes, tasks
from relationship.models import Task

SOON = dt.timedelta(days=3)
KEYS = "leaving:"
LEFT, RESUMED = "subscription.cancelled", "subscription.resumed"


def give(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers decisions to leave that staff or the member told here; of those that billing told, billing knows."""
    told = [event for event in events if event.data.get("through")]
    if not told:
        return
    has_receipt = listening.answers(LEFT, Purpose.TRANSACTIONAL)
    with translation.override(House.current().language):
        tasks.give([order for event in told for order in _orders(event, now, has_receipt)], now)


def take_back(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers a leaving that was taken back, or a return: nobody is to stop the payments of somebody who stays.

    Where they were stopped already for the contract that goes on, somebody is to start them again.
    """
    members = {event.member_id for event in events}
    theirs = Task.objects.filter(member__in=members, key__startswith=KEYS)
    theirs.filter(done_at=None).update(done_at=now, outcome=outcomes.NOT_NEEDED)
    resumed = [event for event in events if event.name == RESUMED and event.subscription_id]
    if not resumed:
        return
    left = Event.objects.filter(name=LEFT, subscription__in=[event.subscription_id for event in resumed])
    latest = dict(left.order_by("occurred_at", "pk").values_list("subscription_id", "pk"))
    keys = {event.pk: _payments(latest.get(event.subscription_id or 0, 0)) for event in resumed}
    stopped = set(
        theirs.filter(key__in=keys.values())
        .exclude(outcome=outcomes.NOT_NEEDED)
        .values_list("key", flat=True)
    )
    with translation.override(House.current().language):
        tasks.give([_again(event, now) for event in resumed if keys[event.pk] in stopped], now)


def _again(event: Event, now: dt.datetime) -> tasks.Order:
    title = _("Start the payments of %s again") % event.member.name
    return tasks.Order(
        f"staying:{event.pk}:payments", event.member, title, _("stays after all"), now + SOON, is_money=True
    )


def _payments(event: int) -> str:
    return f"{KEYS}{event}:payments"


def _orders(event: Event, now: dt.datetime, has_receipt: bool) -> Iterator[tasks.Order]:
    member, day = event.member, _last_day(event)
    because = _("leaves on %s") % day
    stop = _("Stop the payments of %s") % member.name
    yield tasks.Order(_payments(event.pk), member, stop, because, now + SOON, is_money=True)
    if not (has_receipt and member.email):
        tell = _("Tell %(name)s that the leaving is noted, and that %(day)s is the last day")
        words = tell % {"name": member.name, "day": day}
        yield tasks.Order(f"{KEYS}{event.pk}:receipt", member, words, because, now + SOON)


def _last_day(event: Event) -> str:
    ends = durations.last_moment(dt.datetime.fromisoformat(event.data["effective_at"]))
    zone = durations.zone_of(event.member)
    return wording.date(ends.astimezone(zone).date(), translation.get_language() or "en")
