"""What a person has to see to when a member accepted an offer: billing does not hear of it by itself."""

import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from mail import wording
from members import durations
from members.models import Event
from office.models import House
from relationship import tasks

SOON = dt.timedelta(days=3)


def give(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers `offer.accepted` of our own offers; what another system tells of, that system does."""
    ours = [event for event in events if event.data.get("made")]
    if ours:
        with translation.override(House.current().language):
            tasks.give([_order(event, now) for event in ours], now)


def _order(event: Event, now: dt.datetime) -> tasks.Order:
    said = {"name": event.member.name, "offer": event.data["name"]}
    title = _("Give %(name)s what they accepted: %(offer)s") % said
    zone = durations.zone_of(event.member)
    day = wording.date(event.occurred_at.astimezone(zone).date(), translation.get_language() or "en")
    because = " ".join(filter(None, [_("accepted on %s.") % day, event.data.get("price", "")]))
    return tasks.Order(f"offer:{event.pk}", event.member, title, because, now + SOON, is_money=True)
