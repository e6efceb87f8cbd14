"""What staff write down themselves: a talk with a member, something to do, and that somebody was here."""

import datetime as dt
import uuid

from django.db import transaction
from django.utils import timezone

from members import events, usage, usage_corrections
from members.models import Member, Usage
from office import audit
from office.models import User
from relationship import tasks

HELD, NOTED, HERE = "conversation.held", "staff.noted", "usage.here"
BY_HAND = "staff"  # the source of uses that somebody here saw


def hold(member: Member, line: str, mark: uuid.UUID, by: User, now: dt.datetime) -> bool:
    """Writes down a talk, which is a sign of two ways; `mark` keeps the same click from counting twice (False)."""
    draft = events.Draft(HELD, member, now, f"talk:{mark}", {"note": line[:300]})
    with transaction.atomic():
        if not events.record(draft, now):
            return False
        audit.record(by, "member.talked", member, now, member=member.uuid)
    return True


def jot(member: Member, line: str, mark: uuid.UUID, by: User, now: dt.datetime) -> None:
    """Keeps a note about a member, which is no sign of anything; `mark` as of a talk."""
    with transaction.atomic():
        if events.record(events.Draft(NOTED, member, now, f"note:{mark}", {"note": line[:300]}), now):
            audit.record(by, "member.noted", member, now, member=member.uuid)


def ask(
    member: Member, title: str, due: dt.date, to: str, mark: uuid.UUID, by: User, now: dt.datetime
) -> None:
    """Gives a task by hand, due at the end of that day by the clock of the house; `to` is a username, or empty."""
    due_at = timezone.make_aware(dt.datetime.combine(due, dt.time(23, 59)))
    with transaction.atomic():
        tasks.give([tasks.Order(f"hand:{mark}", member, title, "", due_at, to=to)], now)
        audit.record(by, "task.given", title[:200], now, member=member.uuid)


def see(member: Member, by: User, now: dt.datetime) -> bool:
    """Writes down that a member is here today, once for a day of the house; False when that was known."""
    use = usage.Use(member.pk, BY_HAND, _mark_of_day(member, now), HERE, now)
    with transaction.atomic():
        Member.objects.select_for_update().get(
            pk=member.pk
        )  # of two clicks at once the second finds the first
        known = Usage.objects.filter(source=BY_HAND, external_id=use.external_id)
        is_new = not known.exists() and bool(usage.record_many([use], now))
        if is_new:
            audit.record(by, "member.seen", member, now, member=member.uuid)
    return is_new


def unsee(member: Member, by: User, now: dt.datetime) -> bool:
    """Takes back that a member was here today; False where nobody wrote it down."""
    known = Usage.objects.filter(source=BY_HAND, external_id=_mark_of_day(member, now)).first()
    with transaction.atomic():
        is_gone = known is not None and usage_corrections.take_back(
            BY_HAND, known.external_id, known.occurred_at, now
        )
        if is_gone:
            audit.record(by, "member.unseen", member, now, member=member.uuid)
    return is_gone


def _mark_of_day(member: Member, now: dt.datetime) -> str:
    return f"here:{member.pk}:{timezone.localtime(now).date()}"
