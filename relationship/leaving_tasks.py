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
from relationship import tasks

SOON = dt.timedelta(days=3)


def give(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers decisions to leave that staff or the member told here; of those that billing told, billing knows."""
    told = [event for event in events if event.data.get("through")]
    if not told:
        return
    has_receipt = listening.answers("subscription.cancelled", Purpose.TRANSACTIONAL)
    with translation.override(House.current().language):
        tasks.give([order for event in told for order in _orders(event, now, has_receipt)], now)


def _orders(event: Event, now: dt.datetime, has_receipt: bool) -> Iterator[tasks.Order]:
    member, day = event.member, _last_day(event)
    because = _("leaves on %s") % day
    stop = _("Stop the payments of %s") % member.name
    yield tasks.Order(f"leaving:{event.pk}:payments", member, stop, because, now + SOON, is_money=True)
    if not (has_receipt and member.email):
        tell = _("Tell %(name)s that the leaving is noted, and that %(day)s is the last day")
        words = tell % {"name": member.name, "day": day}
        yield tasks.Order(f"leaving:{event.pk}:receipt", member, words, because, now + SOON)


def _last_day(event: Event) -> str:
    ends = durations.last_moment(dt.datetime.fromisoformat(event.data["effective_at"]))
    zone = durations.zone_of(event.member)
    return wording.date(ends.astimezone(zone).date(), translation.get_language() or "en")
