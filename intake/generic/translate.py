"""What the house's own systems say, by webhook or through the events door, in the names of the contract."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from intake import fields, outcomes, signups
from intake.generic import cards, contracts, money, use
from intake.generic import told as data_rules
from members import consent, events, updating
from members import fields as checks
from members.models import ExternalId, Member

EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", re.ASCII)
LONGEST_NAME = 80
CHANGEABLE = ("email", "first_name", "last_name", "phone", "locale", "time_zone", "country")


def message(body: dict[str, Any], ident: str, door: str, now: dt.datetime) -> outcomes.Message:
    """The message in a webhook's body `{"type", "timestamp", "data"}`. NotUnderstood names what is wrong."""
    kind, data = body.get("type"), body.get("data")
    at = checks.read_moment(body.get("timestamp"))
    if not is_event_name(kind):
        raise outcomes.NotUnderstood(_("type: write a name like subscription.started."))
    if at is None:
        raise outcomes.NotUnderstood(_("timestamp: write it like 2026-03-02T22:30:00Z."))
    if at > now + checks.AHEAD:
        raise outcomes.NotUnderstood(_("timestamp: this time lies ahead of the clock."))
    if not isinstance(data, dict):
        raise outcomes.NotUnderstood(_("data: send an object."))
    return outcomes.Message(str(kind), at, data, ident, f"{door}:{ident}"[:255], door)


def apply(told: outcomes.Message, now: dt.datetime) -> None:
    """Writes down what a message says. Raises NotNeeded, NotUnderstood or Waits; NotTheirs from the register."""
    deed = DEEDS.get(told.kind) or LANES.get(told.kind.partition(".")[0]) or record
    deed(told, now)


def is_event_name(name: Any) -> bool:
    """Whether this is a name an event may have: words in small letters with dots between them."""
    return isinstance(name, str) and len(name) <= LONGEST_NAME and bool(EVENT_NAME.fullmatch(name))


def sign_up(told: outcomes.Message, now: dt.datetime) -> None:
    """`member.signed_up`: joins as through the signups door; the time of the message counts as joining."""
    try:
        signups.sign_up(told.data, now, told.door, joined_at=told.at)
    except serializers.ValidationError as error:
        raise outcomes.NotUnderstood(checks.sentence(error.detail)) from error


def update(told: outcomes.Message, now: dt.datetime) -> None:
    """`member.updated`: changes how a member is called and reached, and adds consents."""
    said = outcomes.checked(fields.MemberUpdateFields(data=told.data, context={"now": now}))
    reference = said.get("external_id") or said.get("member")
    if not reference:
        raise outcomes.NotUnderstood(_("external_id: name the member."))
    member = outcomes.member(reference)
    changes = {name: said[name] for name in CHANGEABLE if name in said}
    is_new = not member.events.filter(key=told.key).exists()
    updating.update(member, changes, told.at, told.key, now)
    if is_new:
        _consent(member, said, told, now)


def record(told: outcomes.Message, now: dt.datetime) -> None:
    """Any other name of a business: one event of the member that `data` names."""
    if events.is_reserved(told.kind):
        raise outcomes.NotNeeded(_("Only the house itself records %(name)s.") % {"name": told.kind})
    data_rules.check(told.kind, told.data)
    member = outcomes.member(use.reference(told))
    data = {name: value for name, value in told.data.items() if name != "member"}
    events.record(events.Draft(told.kind, member, told.at, told.key, data), now)


def _consent(member: Member, said: dict[str, Any], told: outcomes.Message, now: dt.datetime) -> None:
    for line in signups.consents(said):
        write = consent.grant if line.granted else consent.withdraw
        write(member, line.topic, line.at or told.at, now, proof=line.proof, source=told.door)
    for source, value in said.get("external_ids", {}).items():
        ExternalId.objects.get_or_create(source=source, value=value, defaults={"member": member})


Deed = Callable[[outcomes.Message, dt.datetime], None]
DEEDS: dict[str, Deed] = {"member.signed_up": sign_up, updating.NAME: update}
LANES: dict[str, Deed] = {
    "subscription": contracts.apply,
    "payment": money.apply,
    "payment_method": cards.apply,
    "usage": use.apply,
}
