"""What letters may say of a leaving."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from mail import merge_fields, values, wording
from mail.models import Message
from members import durations, retention
from members.models import Event

FIELDS = (
    merge_fields.Field(
        "leaving.noted", "When the leaving was noted, with day and time", "2 March 2026, 14:05"
    ),
    merge_fields.Field(
        "leaving.data_until", "Until when the data of somebody who left is kept", "2 March 2028"
    ),
)


def supply(messages: Sequence[Message], _now: dt.datetime) -> Mapping[int, Mapping[str, Any]]:
    """`leaving` per letter id, of those whose last decision is known or who left; two queries."""
    members = {message.member_id for message in messages}
    told = Event.objects.filter(member__in=members, name="subscription.cancelled")
    noted = dict(told.order_by("occurred_at", "pk").values_list("member", "occurred_at"))
    months = retention.months()
    found: dict[int, dict[str, dict[str, str]]] = {}
    for message in messages:
        known = {}
        if message.member_id in noted:
            known["noted"] = _said(noted[message.member_id], message)
        if kept := retention.until(message.member, months):
            known["data_until"] = _day(kept, message)
        if known:
            found[message.pk] = {"leaving": known}
    return found


def _said(moment: dt.datetime, message: Message) -> str:
    local = moment.astimezone(durations.zone_of(message.member))
    return f"{_day(moment, message)}, {local:%H:%M}"


def _day(moment: dt.datetime, message: Message) -> str:
    local = moment.astimezone(durations.zone_of(message.member))
    return wording.date(local.date(), values.language_of(message))


def bind() -> None:
    """Makes them known to letters."""
    merge_fields.register(*FIELDS)
    values.supply(supply)
