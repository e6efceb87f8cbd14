"""From `claimed` to `submitting`, a micro-batch in one statement: what that statement refuses never leaves.

It asks itself whether each letter may leave, so nothing that was recorded before it can be overlooked: the lease,
an event of the member that is not answered yet (it may be the exit), the last word on the topic, a stopped address, a
rest that the member asked for, and a reply that came since `now`, after arbitration looked for one. `status || ''` as
in `mail.claiming`. SQL by hand, because Django has no UPDATE … FROM; PostgreSQL and SQLite (3.35) understand the same.
"""

import datetime as dt
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from api import secrets
from mail.models import Message
from members import identity

STATEMENT = """
UPDATE mail_message SET
    status = 'submitting', submitted_at = %s, leased_until = {lease_end}, attempts = attempts + 1, batch = %s,
    "values" = {values}, subject = letter.column3, address = letter.column4, language = letter.column5
FROM (VALUES {rows}) AS letter
WHERE mail_message.id = letter.column1 AND mail_message.lease = %s AND mail_message.status || '' = 'claimed'
    AND NOT EXISTS (
        SELECT 1 FROM members_event AS event
        WHERE event.member_id = mail_message.member_id AND event.handled_at IS NULL AND event.parked_at IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM mail_suppression AS stop
        WHERE stop.address_hash IN ({hashes})
            AND (mail_message.purpose <> 'transactional' OR mail_message.mailing_id IS NOT NULL
                OR stop.reason = 'bounced'))
    AND (mail_message.purpose = 'transactional' OR (
        SELECT said.granted FROM members_consent AS said
        WHERE said.member_id = mail_message.member_id AND said.topic = mail_message.topic
        ORDER BY said.at DESC, said.id DESC LIMIT 1))
    AND (mail_message.purpose NOT IN ('onboarding', 'value', 'ask') OR (
        NOT EXISTS (
            SELECT 1 FROM mail_reply AS reply
            WHERE reply.member_id = mail_message.member_id AND reply.answered_at IS NULL AND reply.received_at >= %s)
        AND COALESCE((
            SELECT pause."until" <= %s FROM members_letterpause AS pause
            WHERE pause.member_id = mail_message.member_id
            ORDER BY pause.at DESC, pause.id DESC LIMIT 1), TRUE)))
RETURNING mail_message.id
"""
LEASE_END = {
    "postgresql": "statement_timestamp() + interval '{} seconds'",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{} seconds')",
}
VALUES = {"postgresql": "letter.column2::jsonb", "sqlite": "letter.column2"}


def submit(
    messages: Sequence[Message],
    lease: uuid.UUID,
    now: dt.datetime,
    lease_for: dt.timedelta,
    batch: uuid.UUID | None = None,
) -> None:
    """Moves those of these letters that may leave to `submitting`, with what they say and where they go.

    The letters that moved have the new status; the others are left as they were.
    """
    if not messages:
        return
    rows = [_row(message) for message in messages]
    vendor, each = connection.vendor, "(" + ", ".join(["%s"] * len(rows[0])) + ")"
    statement = STATEMENT.format(
        rows=", ".join([each] * len(rows)),
        hashes=", ".join(f"letter.column{place}" for place in range(6, len(rows[0]) + 1)),
        lease_end=lease_end(lease_for),
        values=VALUES[vendor],
    )
    held, key = (
        Message._meta.get_field("lease").get_db_prep_value(one, connection) for one in (lease, batch)
    )
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, key, *(value for row in rows for value in row), held, at, at])
        moved = {pk for (pk,) in cursor.fetchall()}
    for message in messages:
        if message.pk in moved:
            message.status = Message.Status.SUBMITTING


def lease_end(lease_for: dt.timedelta) -> str:
    """The end of a lease that begins now, as SQL, by the database's real clock."""
    return LEASE_END[connection.vendor].format(int(lease_for.total_seconds()))


def _row(message: Message) -> list[Any]:
    hashes = secrets.keyed_hashes("suppression", identity.email_key(message.address))
    said = json.dumps(message.values)
    return [message.pk, said, message.subject, message.address, message.language, *hashes]
