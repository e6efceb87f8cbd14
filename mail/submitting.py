"""From `claimed` to `submitting`, a micro-batch in one statement: what that statement refuses never leaves.

It asks itself whether each letter may leave, so nothing that was recorded before it can be overlooked: the lease,
an event of the member that is not answered yet (it may be the exit), the last word on the topic, a stopped address, a
rest that the member asked for, and a reply that came since `now`, after arbitration looked for one. `status || ''` as
in `mail.claiming`. SQL by hand, because Django has no UPDATE … FROM; PostgreSQL and SQLite (3.35) understand the same,
but for how the letters are brought: as arrays, so that PostgreSQL plans it once for any number of them, and as rows.
"""

import datetime as dt
import functools
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from api import secrets
from mail.models import Message
from members import identity
from office import prepared

STATEMENT = """
UPDATE mail_message SET
    status = 'submitting', submitted_at = {now}, leased_until = {lease_end}, attempts = attempts + 1, batch = {batch},
    "values" = {values}, subject = letter.column3, address = letter.column4, language = letter.column5
FROM {letters}
WHERE mail_message.id = letter.column1 AND mail_message.lease = {lease} AND mail_message.status || '' = 'claimed'
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
            WHERE reply.member_id = mail_message.member_id AND reply.answered_at IS NULL AND reply.received_at >= {now})
        AND COALESCE((
            SELECT pause."until" <= {now} FROM members_letterpause AS pause
            WHERE pause.member_id = mail_message.member_id
            ORDER BY pause.at DESC, pause.id DESC LIMIT 1), TRUE)))
RETURNING mail_message.id
"""
LEASE_END = {
    "postgresql": "statement_timestamp() + interval '{} seconds'",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '+{} seconds')",
}
BEFORE_HASHES = 5  # columns: the letter, its values, subject, address and language


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
    held, key = (
        Message._meta.get_field("lease").get_db_prep_value(one, connection) for one in (lease, batch)
    )
    said = {"now": connection.ops.adapt_datetimefield_value(now), "batch": key, "lease": held}
    with connection.cursor() as cursor:
        bring = _arrays if connection.vendor == "postgresql" else _values
        bring(cursor, rows, said, lease_end(lease_for))
        moved = {pk for (pk,) in cursor.fetchall()}
    for message in messages:
        if message.pk in moved:
            message.status = Message.Status.SUBMITTING


def _arrays(cursor: Any, rows: Sequence[Sequence[Any]], said: Mapping[str, Any], end: str) -> None:
    """Each column as an array."""
    columns = dict(zip(_names(rows), map(list, zip(*rows, strict=True)), strict=True))
    prepared.execute(cursor, _statement(len(columns), end), {**said, **columns})


def _values(cursor: Any, rows: Sequence[Sequence[Any]], said: Mapping[str, Any], end: str) -> None:
    """Each letter as a row."""
    named = {
        f"row{row}_{column}": value for row, values in enumerate(rows) for column, value in enumerate(values)
    }
    width = len(rows[0])
    marks = (", ".join(f"%(row{row}_{column})s" for column in range(width)) for row in range(len(rows)))
    given = {name: f"%({name})s" for name in said}
    letters = f"(VALUES {', '.join(f'({mark})' for mark in marks)}) AS letter"
    text = STATEMENT.format(
        **given, letters=letters, hashes=_hashes(width), lease_end=end, values="letter.column2"
    )
    cursor.execute(text, {**said, **named})


@functools.cache
def _statement(width: int, end: str) -> prepared.Statement:
    """The statement for PostgreSQL: as many columns as an address has hashes, while the secret is changed two."""
    columns = {f"column{place}": "bigint[]" if place == 1 else "text[]" for place in range(1, width + 1)}
    types = {"now": "timestamptz", "batch": "uuid", "lease": "uuid", **columns}
    brought = f"unnest({', '.join(f'{{{name}}}' for name in columns)}) AS letter({', '.join(columns)})"
    given = {name: f"{{{name}}}" for name in types}
    hashes, values = _hashes(width), "letter.column2::jsonb"
    text = STATEMENT.format(**given, letters=brought, hashes=hashes, lease_end=end, values=values)
    return prepared.Statement(f"mail_submit_{width}", text, types)


def _names(rows: Sequence[Sequence[Any]]) -> list[str]:
    return [f"column{place}" for place in range(1, len(rows[0]) + 1)]


def _hashes(width: int) -> str:
    return ", ".join(f"letter.column{place}" for place in range(BEFORE_HASHES + 1, width + 1))


def lease_end(lease_for: dt.timedelta) -> str:
    """The end of a lease that begins now, as SQL, by the database's real clock."""
    return LEASE_END[connection.vendor].format(int(lease_for.total_seconds()))


def _row(message: Message) -> list[Any]:
    hashes = secrets.keyed_hashes("suppression", identity.email_key(message.address))
    said = json.dumps(message.values)
    return [message.pk, said, message.subject, message.address, message.language, *hashes]
