"""Who may send what: every move of a letter's status is a compare-and-swap that names the lease it was made under.

Leases go by the database's real clock, so that neither a sandbox nor a wrong machine clock stretches them.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Now

from mail import mailboxes, submitting
from mail.models import LetterVersion, Mailbox, Message
from mail.models.message import Purpose
from office import commits

LEASE = dt.timedelta(seconds=120)
RESEND_AFTER = dt.timedelta(minutes=15)  # an unclear transactional letter is sent once more, same Message-ID
Status = Message.Status
# Once per version, not once per letter; what editors wrote, and pictures, are not needed to send.
VERSIONS = Prefetch(
    "letter_version",
    LetterVersion.objects.select_related("sender__picture").defer("source", "sender__picture__content"),
)

# One plain LIMIT around the two stops reading and locking as soon as it is full, and the planner knows that few rows
# come. A limit that is reckoned makes it expect a tenth of the table, which it then reads and sorts.
# Where rows are named by their ids, `status || ''` keeps the planner from going by the indexes of a status instead: its
# numbers are of a quieter moment, when hardly a row had it, and dead entries are many by now.
TAKE = """
WITH first AS (
    SELECT id FROM mail_message WHERE status = 'queued' AND purpose = 'transactional' AND due_at <= %s
    ORDER BY due_at, id LIMIT %s {only_free}
), rest AS (
    SELECT id FROM mail_message WHERE status = 'queued' AND purpose <> 'transactional' AND due_at <= %s
    ORDER BY due_at, id LIMIT %s {only_free}
), taken AS (
    SELECT id FROM (SELECT id FROM first UNION ALL SELECT id FROM rest) AS due LIMIT %s
)
UPDATE mail_message SET status = 'claimed', lease = %s, leased_until = {lease_end}
WHERE id IN (SELECT id FROM taken) AND status || '' = 'queued'
RETURNING id
"""
# Only what is claimed or submitting has a lease (a constraint of the table).
SENT = """
UPDATE mail_message SET status = 'sent', reason = '', finished_at = %s, lease = NULL, leased_until = NULL
WHERE lease = %s AND id IN ({})
"""


def claim(now: dt.datetime, limit: int, mailbox: Mailbox | None = None) -> tuple[uuid.UUID, list[Message]]:
    """Takes up to `limit` letters that are due, those about the membership itself first, under one new lease.

    No more than the mailbox has room for; those beyond that are given a later moment.
    """
    lease = uuid.uuid4()
    with mailboxes.room(mailbox or Mailbox(), now, limit) as room:
        taken = take(lease, now, room) if room else []
    if not taken:
        return lease, []
    mine = Message.objects.filter(pk__in=taken, lease=lease).order_by("due_at", "id").defer("values")
    return lease, list(with_what_is_needed(mine))


def with_what_is_needed(letters: QuerySet[Message]) -> QuerySet[Message]:
    """These letters with everything that writing them asks for."""
    return letters.select_related("member__plan", "member__guardian").prefetch_related(VERSIONS)


def take(lease: uuid.UUID, now: dt.datetime, limit: int) -> list[int]:
    """Puts up to `limit` letters that are due under this lease, in one statement; their ids."""
    only_free = (
        "FOR NO KEY UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    )
    held = Message._meta.get_field("lease").get_db_prep_value(lease, connection)
    at = connection.ops.adapt_datetimefield_value(now)
    statement = TAKE.format(only_free=only_free, lease_end=submitting.lease_end(LEASE))
    with transaction.atomic(), connection.cursor() as cursor:
        commits.may_be_forgotten()  # forgotten, the letters are on their way as before, and our lease holds nothing
        cursor.execute(statement, [at, limit, at, limit, limit, held])
        return [pk for (pk,) in cursor.fetchall()]


def renew(lease: uuid.UUID) -> None:
    """Keeps what is still held under this lease for another 120 seconds."""
    _held(lease, Status.CLAIMED, Status.SUBMITTING).update(leased_until=Now() + LEASE)


def to_submitting(
    messages: Sequence[Message], lease: uuid.UUID, now: dt.datetime, batch: uuid.UUID | None = None
) -> list[Message]:
    """Marks letters as being handed over, and returns those that may be.

    Refused is what another worker took over, what may not leave any more, and what belongs to a member with an
    event that was recorded but not answered yet: nothing leaves between recording and answering.
    """
    submitting.submit(messages, lease, now, LEASE, batch)
    return [message for message in messages if message.status == Status.SUBMITTING]


def finish(
    messages: Iterable[Message], lease: uuid.UUID, status: str, now: dt.datetime, reason: str = ""
) -> int:
    """Writes the final status of letters still held under this lease; how many that were."""
    moved = _held(lease, Status.CLAIMED, Status.SUBMITTING).filter(
        pk__in=[message.pk for message in messages]
    )
    unknown: dict[str, Any] = {"unknown_at": now} if status == Status.UNKNOWN else {}
    return moved.update(
        status=status, reason=reason[:400], finished_at=now, lease=None, leased_until=None, **unknown
    )


def sent(messages: Sequence[Message], lease: uuid.UUID, now: dt.datetime) -> int:
    """Writes down that letters still held under this lease were sent; how many that were.

    In a transaction whose commit may be forgotten: then they are unknown, as if the worker had died just before.
    """
    held = Message._meta.get_field("lease").get_db_prep_value(lease, connection)
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(messages))
        cursor.execute(
            commits.before_a_statement() + SENT.format(marks),
            [at, held, *(message.pk for message in messages)],
        )
        return int(cursor.rowcount)


def put_back(
    messages: Iterable[Message], lease: uuid.UUID, due_at: dt.datetime | None = None, reason: str = ""
) -> int:
    """Puts letters still held under this lease back on their way, to be tried at `due_at` (None: as before)."""
    moved = _held(lease, Status.CLAIMED, Status.SUBMITTING).filter(
        pk__in=[message.pk for message in messages]
    )
    later: dict[str, Any] = {"due_at": due_at} if due_at else {}
    return moved.update(status=Status.QUEUED, reason=reason[:400], lease=None, leased_until=None, **later)


def recover(now: dt.datetime) -> int:
    """Deals with what dead workers left: claimed goes back on its way, submitting becomes unknown.

    An unknown letter about the membership itself is sent once more after 15 minutes; marketing never is.
    """
    expired = Message.objects.filter(leased_until__lt=Now())
    if not expired.filter(status__in=(Status.CLAIMED, Status.SUBMITTING)).exists():
        return _again(now)
    freed = expired.filter(status=Status.CLAIMED).update(status=Status.QUEUED, lease=None, leased_until=None)
    lost = expired.filter(status=Status.SUBMITTING).update(
        status=Status.UNKNOWN, reason="died", lease=None, leased_until=None, finished_at=now, unknown_at=now
    )
    return freed + lost + _again(now)


def _again(now: dt.datetime) -> int:
    unclear = Message.objects.filter(
        status=Status.UNKNOWN,
        purpose=Purpose.TRANSACTIONAL,
        mailing=None,  # a notice to a group is not worth coming twice
        resent_at=None,
        unknown_at__lte=now - RESEND_AFTER,
    )
    if not unclear.exists():  # nearly always; a statement that writes would make other writers wait
        return 0
    return unclear.update(status=Status.QUEUED, due_at=now, finished_at=None, resent_at=now)


def _held(lease: uuid.UUID, *statuses: str) -> QuerySet[Message]:
    return Message.objects.filter(Q(lease=lease), status__in=statuses)
