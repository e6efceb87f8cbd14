"""Says of whom the facts may be out of date. `fact_keeping.refresh` puts them right again."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from members.models import MemberFacts


def doubt(member_ids: Iterable[int], now: dt.datetime) -> None:
    """Marks these members' facts as possibly out of date since `now`, in the caller's transaction.

    Rows are locked in order first, so that two batches never lock each other out. A row that is being put right
    at this moment is waited for: what was written after its reading must be read again.
    """
    ids = sorted(set(member_ids))
    rows = MemberFacts.objects.filter(pk__in=ids)
    if len(ids) == 1:
        rows.update(dirty_at=now, segments_due=True)
    elif ids:
        with transaction.atomic():
            held = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
            MemberFacts.objects.filter(pk__in=held).update(dirty_at=now, segments_due=True)
