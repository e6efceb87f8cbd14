"""Use that was written down by mistake is taken back: its raw row goes, and its day counts one less.

A correction of −1 would leave two rows that say something happened; here nothing did. What the mistake set going
before it was noticed (a letter that left, a stage that was reached) stays: it happened.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from members import freshness
from members.models import Usage, UsageBatch, UsageDay
from office import nudges

LATEST = 100  # batches that wait; a mistake is noticed soon


def take_back(source: str, external_id: str, occurred_at: dt.datetime, now: dt.datetime) -> bool:
    """Takes one use back; False where it is not known, or its raw row is forgotten already. `now` is aware.

    Told again under the same id, it counts again. Two who take it back at once take it back once.
    """
    with transaction.atomic():
        told = Usage.objects.filter(source=source, external_id=external_id, occurred_at=occurred_at)
        use = told.select_for_update().first()
        if use is None:
            return False
        told.delete()
        day = UsageDay.objects.filter(
            member=use.member_id, name=use.name, day=occurred_at.astimezone(dt.UTC).date()
        )
        day.update(count=F("count") - 1, quantity=F("quantity") - use.quantity)
        day.filter(count=0).delete()
        _leave_unsaid(use)
        freshness.doubt([use.member_id], now)
        nudges.after_commit("engine")
    return True


def _leave_unsaid(use: Usage) -> None:
    """Flows that were not told of it yet never are. A batch somebody is telling now is left alone."""
    waiting = UsageBatch.objects.filter(handled_at=None, error="").order_by("-pk")
    for batch in waiting.select_for_update(skip_locked=True)[:LATEST]:
        left = [line for line in batch.news if not _is_only(line, use)]
        if left != batch.news:
            batch.news = left
            batch.save(update_fields=["news"])


def _is_only(line: Sequence[Any], use: Usage) -> bool:
    member, name, *moments = line
    if (member, name) != (use.member_id, use.name):
        return False
    return {dt.datetime.fromisoformat(moment) for moment in moments} == {use.occurred_at}
