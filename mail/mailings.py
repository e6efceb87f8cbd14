"""Letters to groups: written, sent now or at a time, stopped until the last one has left.

A clock phase (`work`) writes the letters of a group in batches, each batch with the place it got to in one
transaction: interrupted, it goes on where it was, and the key of a letter makes a second one impossible.
"""

import contextlib
import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from mail import addressing, audiences, group_letters, mailboxes, outbox, pacing, sending_rules
from mail.calendar import Calendar, Shut
from mail.group_letters import MailingErrors
from mail.models import Letter, Mailing, Message
from mail.models.message import Purpose
from members import consent, durations
from members.models import Member
from office import audit, nudges
from office.models import User

BATCH = 500
A_SECOND = 50  # a letter to a large group leaves room for those that somebody waits for, such as a welcome
VALID = {Mailing.Kind.NOTICE: "1d", Mailing.Kind.NEWS: "3d"}
FARTHEST = dt.timedelta(days=366)
Kind, State, Status = Mailing.Kind, Mailing.State, Message.Status


class Moved(Exception):
    """Somebody else was faster: the letter is not in the state that was thought."""


def save(mailing: Mailing, now: dt.datetime, by: User | None) -> None:
    """Keeps a draft, new or changed, whole or not. Raises Moved where it is no draft any more."""
    with transaction.atomic():
        if mailing.pk:
            _locked(mailing, State.DRAFT)
        else:
            mailing.created_at, mailing.written_by = now, by
        mailing.save()
        audit.record(by, "mailing.saved", mailing.subject or _("no subject"), now, id=str(mailing.uuid))


def copy(mailing: Mailing, now: dt.datetime, by: User | None) -> Mailing:
    """A new draft that says the same to the same group."""
    kept = ("people", "kind", "topic", "at_night", "gives_tasks", "sender", "subject", "body", "blocks")
    fresh = Mailing(**{name: getattr(mailing, name) for name in kept})
    save(fresh, now, by)
    return fresh


def forget(mailing: Mailing, now: dt.datetime, by: User | None) -> None:
    """Throws a draft away. Raises Moved where it is none any more."""
    with transaction.atomic():
        _locked(mailing, State.DRAFT).delete()
        audit.record(by, "mailing.deleted", mailing.subject or _("no subject"), now, id=str(mailing.uuid))


def send(mailing: Mailing, at: dt.datetime | None, now: dt.datetime, by: User | None) -> None:
    """Sends a draft at `now`, or from `at` (aware) on. What it says is fixed from here; who gets it, when it begins.

    Raises MailingErrors for what is missing, and Moved where it is no draft any more.
    """
    if at is not None and not now < at <= now + FARTHEST:
        raise MailingErrors({"at": [_("Choose a time that is still to come, within a year.")]})
    with transaction.atomic():
        row = _locked(mailing, State.DRAFT)
        fixed = group_letters.version(row, now)
        fixed.letter, _new = Letter.objects.get_or_create(slug=fixed.letter.slug)
        fixed.number = fixed.letter.versions.count() + 1
        fixed.save()
        row.letter_version, row.at, row.sent_by = fixed, at or now, by
        row.state = State.PLANNED
        row.save()
        audit.record(by, "mailing.sent", row.subject, now, id=str(row.uuid), at=row.at.isoformat())
        nudges.after_commit("engine")


def stop(mailing: Mailing, now: dt.datetime, by: User | None) -> tuple[int, int]:
    """Stops it at once: how many letters had left (or were leaving), how many stay here. Raises Moved when it is over.

    One that has not begun yet is a draft again.
    """
    with transaction.atomic():
        row = _locked(mailing, State.PLANNED, State.LEAVING)
        stopped = outbox.void([row.group], "stopped", now)
        left = row.messages.filter(status__in=(Status.SENT, Status.SUBMITTING, Status.UNKNOWN)).count()
        if row.state == State.PLANNED:
            row.state, row.at, row.sent_by = State.DRAFT, None, None
        else:
            row.state, row.ended_at = State.STOPPED, now
        row.save()
        audit.record(by, "mailing.stopped", row.subject, now, id=str(row.uuid), left=left, stopped=stopped)
    return left, stopped


def work(now: dt.datetime) -> int:
    """A batch of letters for each mailing that is due at `now`; how many were written, begun or finished."""
    under_way = Mailing.objects.filter(state__in=(State.PLANNED, State.LEAVING), at__lte=now)
    return sum(_go_on(pk, now) for pk in under_way.order_by("pk").values_list("pk", flat=True))


def done_by(mailing: Mailing, number: int, now: dt.datetime) -> dt.datetime:
    """When the last of so many letters leaves, sent at `now`: by the hours of the house and the limits of the mailbox.

    Behind the letters that wait already; at the end of what can be foreseen (two months) where it takes longer.
    """
    opens = _Hours(mailing, now).open_from(durations.house_zone())
    calendar = sending_rules.current().calendar
    if not mailing.is_notice and calendar:
        with contextlib.suppress(Shut):  # where the rules leave no moment, it is said when it is tried
            opens = calendar.next_open(now, durations.house_zone(), Purpose.VALUE)
    slowest = pacing.foresee(pacing.less(mailboxes.current()), number, opens)
    return max(opens + dt.timedelta(seconds=max(number - 1, 0) // A_SECOND), slowest)


def worth_until(mailing: Mailing, now: dt.datetime) -> dt.datetime:
    """Until when a letter that is due at `now` is worth sending; what has not left by then stays here."""
    return durations.add(now, VALID[Kind(mailing.kind)], durations.house_zone())


def _go_on(pk: int, now: dt.datetime) -> int:
    with transaction.atomic():
        rows = Mailing.objects.select_for_update(skip_locked=True).filter(pk=pk, at__lte=now)
        mailing = rows.filter(state__in=(State.PLANNED, State.LEAVING)).first()
        if mailing is None:  # another worker has it, or it was stopped
            return 0
        if mailing.state == State.PLANNED:
            return _begin(mailing, now)
        return _write(mailing, now) or _finish(mailing, now)


def _begin(mailing: Mailing, now: dt.datetime) -> int:
    mailing.state, mailing.started_at = State.LEAVING, now
    mailing.last = Member.everybody.aggregate(last=Max("pk"))["last"] or 0
    mailing.save(update_fields=["state", "started_at", "last"])
    return 1


def _write(mailing: Mailing, now: dt.datetime) -> int:
    assert mailing.started_at is not None
    people = audiences.people(mailing.people, mailing.started_at).filter(
        pk__gt=mailing.seen, pk__lte=mailing.last
    )
    batch = list(people.select_related("guardian").order_by("pk")[:BATCH])
    if not batch:
        return 0
    assert mailing.at is not None
    hours = _Hours(mailing, mailing.at)
    drafts = [_draft(mailing, member, place, hours) for place, member in enumerate(batch, mailing.letters)]
    outbox.queue(drafts, now)
    _keep_for_paper(mailing, batch, now)
    mailing.seen, mailing.letters = batch[-1].pk, mailing.letters + len(batch)
    mailing.save(update_fields=["seen", "letters"])
    return len(batch)


def _draft(mailing: Mailing, member: Member, place: int, hours: "_Hours") -> outbox.Draft:
    assert mailing.at is not None and mailing.letter_version is not None  # noqa: PT018 (it was sent)
    zone = durations.zone_of(member)
    due = hours.open_from(zone) + dt.timedelta(seconds=place // A_SECOND)
    return outbox.Draft(
        key=f"{mailing.group}:{member.pk}",
        group=mailing.group,
        member=member,
        letter_version=mailing.letter_version,
        purpose=Purpose.TRANSACTIONAL if mailing.is_notice else Purpose.VALUE,
        topic=mailing.topic,
        due_at=due,
        not_after=durations.add(due, VALID[Kind(mailing.kind)], zone),
        mailing=mailing,
    )


def _keep_for_paper(mailing: Mailing, batch: Sequence[Member], now: dt.datetime) -> None:
    """Who has no address, and may get it, is on the list to print; or gets a task, where that was chosen.

    A letter that stays for want of an address becomes a task (`relationship.by_hand`): these are given that reason
    only then.
    """
    without = [member.pk for member in batch if not addressing.of(member)]
    if mailing.topic and without:
        lines = consent.standing(without, [mailing.topic])
        without = [pk for pk in without if (line := lines.get((pk, mailing.topic))) and line.granted]
    reason = "no_address" if mailing.gives_tasks else "on_paper"
    letters = mailing.messages.filter(member__in=without, status__in=(Status.QUEUED, Status.HELD))
    letters.update(status=Status.SKIPPED, reason=reason, finished_at=now)


def _finish(mailing: Mailing, now: dt.datetime) -> int:
    if mailing.messages.filter(status__in=Message.PENDING).exists():
        return 0
    mailing.state, mailing.ended_at = State.DONE, now
    mailing.save(update_fields=["state", "ended_at"])
    return 1


class _Hours:
    """From when a letter may leave, per time zone: a notice keeps the quiet hours unless it may leave at night.

    News and offers are held back by the outbox itself, by all the rules of the house.
    """

    def __init__(self, mailing: Mailing, at: dt.datetime) -> None:
        self.at = at
        keeps = mailing.is_notice and not mailing.at_night
        self.calendar = Calendar(quiet=sending_rules.current().calendar.quiet) if keeps else Calendar()
        self._known: dict[ZoneInfo, dt.datetime] = {}

    def open_from(self, zone: ZoneInfo) -> dt.datetime:
        """The first moment (aware UTC) for members of this zone."""
        if zone not in self._known:
            found = (
                self.calendar.next_open(self.at, zone, Purpose.TRANSACTIONAL) if self.calendar else self.at
            )
            self._known[zone] = found
        return self._known[zone]


def _locked(mailing: Mailing, *states: str) -> Mailing:
    row = Mailing.objects.select_for_update().filter(pk=mailing.pk, state__in=states).first()
    if row is None:
        raise Moved(_("Meanwhile somebody here sent, stopped or deleted this letter. Look at it again."))
    return row
