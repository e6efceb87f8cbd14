"""How long it takes to claim a batch of due letters, with ten thousand waiting and with a million."""

import datetime as dt
import time
import uuid
from typing import Any

from django.db import connection

from bench import rows
from bench.figures import Report, median, percentile
from mail import claiming, outbox
from mail.models import LetterVersion, Message
from office import clock

FEW, CLAIMS = 10_000, 60
FILL = """
INSERT INTO mail_message (uuid, key, "group", member_id, letter_version_id, purpose, topic, address, language,
    status, due_at, first_due_at, not_after, at_once, attempts, message_id, "values", subject, reason, created_at)
SELECT (lpad(to_hex(%(clock)s + n), 12, '0') || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
    'waiting:' || n, 'waiting:' || n, %(member)s + n %% %(members)s, %(version)s,
    CASE WHEN n %% 50 = 0 THEN 'transactional' ELSE 'onboarding' END, 'membership', '', '', 'queued',
    %(now)s - (%(many)s - n) * interval '1 millisecond', %(now)s, %(now)s + interval '1 day', false, 0,
    '<' || n || '@bench>', '{}', '', '', %(now)s
FROM generate_series(%(first)s, %(last)s) AS n
"""


def run(waiting: int) -> Report:
    """p95 of claiming a batch at both sizes."""
    people = rows.members(1000, clock.now())
    rows.publish("bench-send", rows.SEND, clock.now())
    Message.objects.filter(key__startswith="waiting:").delete()
    found = {}
    try:
        for first, last in ((1, FEW), (FEW + 1, waiting)):
            _fill(people[0].pk, len(people), first, last, waiting)
            found[last] = [_claim() for _ in range(CLAIMS)]
    finally:
        _empty()
    return _report(found, waiting)


def _fill(member: int, members: int, first: int, last: int, many: int) -> None:
    """As the product makes them: names in the order of time (`office.uuids`), and the earliest due the oldest."""
    version = LetterVersion.objects.filter(letter__slug="bench").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        words: dict[str, Any] = {"member": member, "members": members, "version": version, "now": clock.now()}
        words |= {"clock": int(clock.now().timestamp() * 1000), "many": many}
        cursor.execute(FILL, {**words, "first": first, "last": last})
    rows.settle()


def _claim() -> float:
    """The milliseconds that claiming a batch took, until committed; the letters are through then."""
    now, lease = clock.now() + dt.timedelta(minutes=1), uuid.uuid4()
    began = time.perf_counter()
    taken = claiming.take(lease, now, outbox.BATCH)
    whole = time.perf_counter() - began
    assert len(taken) == outbox.BATCH
    claiming.finish([Message(pk=pk) for pk in taken], lease, Message.Status.SKIPPED, now)
    return whole * 1000


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mail_message WHERE key LIKE 'waiting:%%'", [])
    rows.settle()


def _report(found: dict[int, list[float]], waiting: int) -> Report:
    report = Report("claim")
    p95 = {number: percentile(spent, 95) for number, spent in found.items()}
    few, many = p95[FEW], p95[waiting]
    report.at_most(f"p95 of a claim of {outbox.BATCH}, {FEW:,} waiting", few, "ms", 5)
    report.at_most(f"p95 of a claim of {outbox.BATCH}, {waiting:,} waiting", many, "ms", 5)
    report.at_most("many / few", many / few, "times", 1.5)
    for number, spent in found.items():
        report.add(f"median of a claim, {number:,} waiting", median(spent), "ms")
    return report
