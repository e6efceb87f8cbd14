"""Somebody leaves, thinks better of it, or comes back, as told here: by staff, or on the page that letters lead to."""

import datetime as dt
import time
import uuid
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from members import consent, durations, subscriptions, terms
from members.models import Event, ExternalId, Member, Subscription
from members.models.member import Stage
from office import audit
from office.models import User
from winback import reasons

Status = Subscription.Status
TOPIC = "news"  # what a yes to "may we write again?" allows
LONGEST = 300  # of what was said, beside the code


@dataclass(frozen=True)
class Goodbye:
    """What was said. `ends_at` is aware and exclusive; None means the end of what is paid for, else now.

    `may_write` is the answer to "may we write again?": None where nobody asked, which changes nothing.
    """

    through: Literal["page", "staff"]
    reason: str = ""
    words: str = ""
    ends_at: dt.datetime | None = None
    may_write: bool | None = None


def staying(member: Member) -> list[Subscription]:
    """The contracts that run and that nobody has decided to end."""
    rows = member.subscriptions.exclude(status__in=[Status.CANCELLED, Status.ENDED])
    return list(rows.select_related("plan").order_by("started_at", "pk"))


def going(member: Member) -> list[Subscription]:
    """The contracts that still run and will end."""
    rows = member.subscriptions.filter(status=Status.CANCELLED)
    return list(rows.select_related("plan").order_by("access_ends_at", "pk"))


def is_possible(member: Member) -> bool:
    """Whether there is anything to leave: a contract that runs, or a membership nobody wrote a contract for."""
    if member.erased_at or member.stage == Stage.FORMER:
        return False
    return bool(staying(member)) or not member.subscriptions.exists()


def end_of(row: Subscription, now: dt.datetime) -> dt.datetime:
    """When access ends if it is left now: with the trial or the period that is paid for, else at once."""
    until = row.trial_ends_at if row.status == Status.TRIALING else row.current_period_end
    return until if until and until > now else now


def last_day(ends_at: dt.datetime, member: Member) -> dt.date:
    """The last day with access, on the member's wall; ends are exclusive."""
    return durations.last_moment(ends_at).astimezone(durations.zone_of(member)).date()


def end_of_day(day: dt.date, member: Member) -> dt.datetime:
    """The end of that day on the member's wall, aware UTC, exclusive."""
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time())
    return durations.resolve(midnight, durations.zone_of(member))


def leave(member: Member, goodbye: Goodbye, now: dt.datetime, by: User | None = None) -> list[Subscription]:
    """Notes the decision on every contract that runs; those that end by it. Somebody who is leaving already: none.

    Flows hear of it at once, and what they still had on its way to the member stays here.
    """
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        if not is_possible(member):
            return []
        rows = [
            _decide(row, member, goodbye, now, by) for row in staying(member) or [_unwritten(member, now)]
        ]
        _note_wish(member, goodbye, now)
        if by:
            said = {"reason": goodbye.reason, "words": goodbye.words}
            audit.record(by, "member.leaves", f"#{member.pk}", now, member=member.uuid, **said)
        return rows


def stay(member: Member, now: dt.datetime, by: User | None = None) -> list[Subscription]:
    """Takes back what was decided here and has not come to its end; what billing decided is taken back there."""
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        rows = [_tell(row, member, "resumed", now) for row in going(member) if _was_told_here(row)]
        if rows and by:
            audit.record(by, "member.stays", f"#{member.pk}", now, member=member.uuid)
        return rows


def returnable(member: Member) -> Subscription | None:
    """The contract with which somebody who left can begin again here; None where another system keeps contracts."""
    if member.erased_at or member.stage != Stage.FORMER:
        return None
    last = member.subscriptions.select_related("plan").order_by("-ended_at", "-pk").first()
    return last if last and last.source == ExternalId.HOUSE else None


def come_back(member: Member, now: dt.datetime, by: User) -> Subscription | None:
    """Begins the last contract again, with the old number and history; None where that is not possible."""
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        row = returnable(member)
        if row is None:
            return None
        ends = terms.end_after(now, row.interval, row.interval_count, now) if row.interval else None
        back = _tell(row, member, "started", now, anchor_at=now, current_period_end=ends)
        audit.record(by, "member.returns", f"#{member.pk}", now, member=member.uuid)
        return back


def _decide(
    row: Subscription, member: Member, goodbye: Goodbye, now: dt.datetime, by: User | None
) -> Subscription:
    ends_at = goodbye.ends_at or end_of(row, now)
    reason, words = goodbye.reason, goodbye.words.strip()[:LONGEST]
    is_voluntary = reason not in reasons.INVOLUNTARY
    told = {"reason": reason or words, "words": words, "through": goodbye.through}
    data: dict[str, object] = {**told, "user": by.pk if by else None}
    columns: dict[str, object] = {
        "cancel_effective_at": ends_at,
        "cancel_reason": reason or words,
        "voluntary": is_voluntary,
    }
    return subscriptions.apply(_change(row, member, "cancelled", now, columns, data), now)


def _tell(row: Subscription, member: Member, what: str, now: dt.datetime, **columns: object) -> Subscription:
    return subscriptions.apply(_change(row, member, what, now, columns, {"through": "staff"}), now)


def _change(
    row: Subscription,
    member: Member,
    what: str,
    now: dt.datetime,
    columns: dict[str, object],
    data: dict[str, object],
) -> subscriptions.Change:
    ident = f"told-here:{time.time_ns():020}:{uuid.uuid4()}"  # of two in one instant the later one counts
    name = f"subscription.{what}"
    return subscriptions.Change(name, member, row.source, row.external_id, now, ident, columns, data)


def _unwritten(member: Member, now: dt.datetime) -> Subscription:
    """A membership that no system told of has run since the member joined."""
    known = subscriptions.Change(
        "subscription.started",
        member,
        ExternalId.HOUSE,
        f"membership:{member.uuid}",
        member.joined_at,
        "unwritten",
        {"plan": member.plan} if member.plan else {},
    )
    return subscriptions.apply(known, now, quiet=True)


def _was_told_here(row: Subscription) -> bool:
    told = Event.objects.filter(subscription=row, name="subscription.cancelled")
    last = told.order_by("-occurred_at", "-pk").first()
    return bool(last and last.data.get("through"))


def _note_wish(member: Member, goodbye: Goodbye, now: dt.datetime) -> None:
    if goodbye.may_write is None:
        return
    proof = "asked when leaving" if goodbye.through == "staff" else "page for leaving"
    write = consent.grant if goodbye.may_write else consent.withdraw
    write(member, TOPIC, now, now, proof=proof, source="leaving")
