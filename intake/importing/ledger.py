"""What a list made and changed, row by row, for as long as it can be undone."""

import datetime as dt

from intake.importing.models import Import, ImportedRow
from intake.importing.planning import Written
from office import pouring

UNDO_FOR = dt.timedelta(hours=24)


def keep(batch: int, written: Written) -> None:
    """Adds rows to the ledger of a list, in the caller's transaction; of a row changed twice the first state stays."""
    made = [(batch, row, after) for row, (before, after) in written.rows.items() if before is None]
    pouring.pour(ImportedRow, ("batch_id", "row", "after"), made)  # rows just made: no list knows their keys
    ImportedRow.objects.bulk_create(
        [
            ImportedRow(batch_id=batch, row=row, before=before, after=after)
            for row, (before, after) in written.rows.items()
            if before is not None
        ],
        update_conflicts=True,
        unique_fields=["batch", "row"],
        update_fields=["after"],
    )


def forget_old(now: dt.datetime) -> int:
    """Lets go of what can no longer be undone. Work of the night; returns how many rows went."""
    done = Import.objects.filter(finished_at__lt=now - UNDO_FOR).exclude(status=Import.Status.UNDOING)
    gone, _per_model = ImportedRow.objects.filter(batch__in=done).delete()
    return gone
