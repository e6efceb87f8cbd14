"""May this letter leave now? The one place that answers it, for a batch, with a constant number of queries.

In this order: address, time, suppression and consent say whether it may leave at all; then an open conversation, who
writes, the calendar and the limits say when. What does not fit now is postponed to the first moment that does, if
that is still in time, else given up with the reason. Letters about the membership itself are stopped by a dead
address alone (a notice to a whole group by every stop of the address); payment reminders and those about leaving keep
the hours, but no limit counts for them. A letter that answers at once what a member did (`at_once`) ignores hours,
days and caps, never suppression, the budget of asks or an open reply.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction

from mail import addressing, conversations, limits, questions, reasons, sending_rules, suppressions, writers
from mail.calendar import Shut
from mail.conversations import Talks
from mail.limits import Hindrance, Ledger
from mail.models import Message, Suppression
from mail.models.message import Purpose
from mail.sending_rules import COUNTED
from members import consent, durations, letter_pauses
from members.models import Consent

PAUSABLE = (Purpose.ONBOARDING, Purpose.VALUE, Purpose.ASK)  # a payment or a leaving cannot wait for months
PAUSE = "pause"
OFFER = "offer"  # what a letter holds that makes one
LOOK_AGAIN = dt.timedelta(days=1)  # nobody knows when a conversation will be closed


@dataclass(frozen=True)
class Verdict:
    """Neither: it may leave. `reason` alone: it never will. With `until`: it may not before then."""

    reason: str = ""
    until: dt.datetime | None = None


@dataclass(frozen=True)
class Grounds:
    """Who may get letters at all."""

    consents: Mapping[tuple[int, str], Consent]
    suppressed: Mapping[str, Suppression]
    refused: Mapping[tuple[str, str], Suppression]
    pauses: Mapping[int, dt.datetime]


def decide(messages: Sequence[Message], now: dt.datetime) -> dict[int, Verdict]:
    """The verdict per letter id. The letters are claimed; those that may leave count for their member from here on."""
    rules = sending_rules.current()
    bound = [message for message in messages if limits.bind(message, rules) or questions.named(message)]
    if not bound:
        return _weigh(messages, [], Ledger(rules), now)
    with transaction.atomic():
        limits.lock(bound)
        ledger, rivals = limits.known(messages, rules, now)
        verdicts = _weigh(messages, rivals, ledger, now)
        limits.take([message for message in messages if verdicts[message.pk] == Verdict()])
        return verdicts


def foresee(
    messages: Sequence[Message], now: dt.datetime, rules: sending_rules.Rules | None = None
) -> dict[int, Verdict]:
    """What `decide` would say if these letters were tried at `now`; nothing is claimed, held or counted.

    `rules`: who asks again and again has read the house's before.
    """
    ledger, rivals = limits.known(messages, rules or sending_rules.current(), now)
    return _weigh(messages, rivals, ledger, now)


def _weigh(
    messages: Sequence[Message], rivals: Sequence[Message], ledger: Ledger, now: dt.datetime
) -> dict[int, Verdict]:
    """The verdicts, given in the order in which letters of one member go first."""
    everything = [*messages, *rivals]
    grounds = _grounds(everything, now)
    verdicts = {one.pk: Verdict(reason) for one in everything if (reason := _stop(one, grounds, now))}
    counted = {message.member_id for message in messages if message.purpose in COUNTED or _asks(message)}
    room = Room(ledger, conversations.of(counted, now), writers.stopped(everything, now), now, grounds.pauses)
    for message in sorted(everything, key=room.turn):
        if message.pk not in verdicts:
            verdicts[message.pk] = room.find(message)
    return verdicts


def _grounds(messages: Sequence[Message], now: dt.datetime) -> Grounds:
    members = {message.member_id for message in messages}
    return Grounds(
        consents=consent.standing(members, sorted({message.topic for message in messages if message.topic})),
        suppressed=suppressions.suppressed(filter(None, {addressing.of(row.member) for row in messages})),
        refused=suppressions.refused({(row.member.email, row.topic) for row in messages if row.topic}),
        pauses=letter_pauses.running({row.member_id for row in messages if row.purpose in PAUSABLE}, now),
    )


def _stop(message: Message, grounds: Grounds, now: dt.datetime) -> str:
    """Why the letter will never leave; empty if it may. That there is no address is said only of what was wanted."""
    if now > message.not_after:
        return _too_late(message)
    address = addressing.of(message.member)
    stopped = grounds.suppressed.get(address)
    is_heard = (
        message.is_marketing or message.mailing_id is not None
    )  # a notice to a group heeds complaints too
    if stopped and (is_heard or stopped.reason == Suppression.Reason.BOUNCED):
        return f"suppressed: {stopped.reason}"
    if message.is_marketing:
        line = grounds.consents.get((message.member_id, message.topic))
        if line is None or not line.granted or _was_refused(message, line, grounds):
            return f"no_consent: {message.topic}"
    return "" if address else "no_address"


def _too_late(message: Message) -> str:
    """What kept it until it was too late, if something here did."""
    if stood_in_the_way := reasons.hindrances(message.reason):
        return reasons.no_room(stood_in_the_way, message.not_after, durations.zone_of(message.member))
    return f"too_late: {message.first_due_at:%Y-%m-%d %H:%M} UTC"


def _was_refused(message: Message, line: Consent, grounds: Grounds) -> bool:
    """Whether the yes came after somebody with this address said no and was erased: as by a list read in again."""
    said = grounds.refused.get((message.member.email, message.topic))
    return said is not None and line.recorded_at >= said.at


def _asks(message: Message) -> bool:
    """Whether the letter wants something of the member: an ask, or one that makes an offer."""
    if message.purpose == Purpose.ASK:
        return True
    version = message._state.fields_cache.get("letter_version")
    return bool(version and version.holds.get(OFFER))


class Room:
    """The time that is left for the letters of a batch; each that leaves takes its part of it."""

    def __init__(
        self,
        ledger: Ledger,
        talks: Talks,
        stopped: Mapping[int, str],
        now: dt.datetime,
        pauses: Mapping[int, dt.datetime] | None = None,
    ) -> None:
        self.ledger, self.rules, self.now = ledger, ledger.rules, now
        self.talks, self.stopped, self.pauses = talks, stopped, pauses or {}
        self._shut: dict[tuple[dt.datetime, ZoneInfo, str], Hindrance | None] = {}

    def turn(self, message: Message) -> tuple[bool, int, dt.datetime, int]:
        """Where the letter stands in the line: those that no limit binds first, then by purpose, then by age."""
        place = self.rules.priorities.index(message.purpose)
        return limits.bind(message, self.rules), place, message.first_due_at, message.pk

    def find(self, message: Message) -> Verdict:
        """When the letter may leave: now, which takes its room; later; or never."""
        at, zone, found = self.now, durations.zone_of(message.member), list[str]()
        while hindrance := self._hindrance(message, at, zone):
            found += hindrance.why
            at = hindrance.over_at
            if at > message.not_after:
                return Verdict(reasons.no_room(found, message.not_after, zone))
        if found:
            return Verdict(reasons.postponed(found, at, zone), until=at)
        self.ledger.note(message, at)
        return Verdict()

    def _hindrance(self, message: Message, at: dt.datetime, zone: ZoneInfo) -> Hindrance | None:
        if message.purpose == Purpose.TRANSACTIONAL:
            return None
        if at == self.now and (waits := self._for_a_person(message)):
            return waits
        until = self.pauses.get(message.member_id)
        if until and at < until and message.purpose in PAUSABLE:
            return Hindrance([PAUSE], until)
        if not message.at_once and (shut := self._calendar(at, zone, message.purpose)):
            return shut
        return self.ledger.hindrance(message, at, zone)

    def _for_a_person(self, message: Message) -> Hindrance | None:
        """Somebody here has to answer first, or to say who writes from now on."""
        if message.pk in self.stopped:
            return Hindrance([f"sender {self.stopped[message.pk]}"], self._later(message))
        if _asks(message) and message.member_id in self.talks.open_with:
            return Hindrance([self.talks.open_with[message.member_id]], self._later(message))
        if message.purpose in COUNTED and message.member_id in self.talks.held_until:
            return Hindrance(["reply"], self._later(message, self.talks.held_until[message.member_id]))
        return None

    def _later(self, message: Message, again_at: dt.datetime | None = None) -> dt.datetime:
        """When to look again whether somebody did it: tomorrow or then, and at the last moment."""
        last = message.not_after
        return min(again_at or self.now + LOOK_AGAIN, last) if self.now < last else last + LOOK_AGAIN

    def _calendar(self, at: dt.datetime, zone: ZoneInfo, purpose: str) -> Hindrance | None:
        """What the calendar says; asked once for all letters of a batch to the same zone."""
        key = (at, zone, purpose)
        if self.rules.calendar and key not in self._shut:
            self._shut[key] = self._ask_calendar(*key)
        return self._shut.get(key)

    def _ask_calendar(self, at: dt.datetime, zone: ZoneInfo, purpose: str) -> Hindrance | None:
        try:
            found, open_at = self.rules.calendar.way(at, zone, purpose)
        except Shut:
            never = dt.datetime.max.replace(tzinfo=dt.UTC)
            return Hindrance([self.rules.calendar.hindrance(at, zone, purpose)], never)
        return Hindrance(found, open_at) if found else None
