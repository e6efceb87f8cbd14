"""Works off lists that wait to be taken in, or back: the row is the queue, a lease keeps two workers apart."""

import datetime as dt
import time
from itertools import islice

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import translation

from intake.importing import drafts, limits, mapping, running, taking, undoing
from intake.importing.kinds import KINDS
from intake.importing.models import Import
from intake.importing.planning import Note
from intake.importing.reading import FileRefused
from intake.importing.refusals import Refusals
from members import plans
from members.models import ExternalId
from office.models import House

AT_ONCE = 5.0  # seconds for one list before others get their turn
LEASE = dt.timedelta(seconds=120)
Status = Import.Status


def work(now: dt.datetime) -> int:
    """Takes a stretch of one waiting list in, or back; 0 when none waits. A phase of the clock."""
    batch = _claimed()
    if batch is None:
        return 0
    try:
        # Why a line stays out is read by people of this house, whatever language a worker was started in.
        with translation.override(House.current().language):
            if batch.status == Status.UNDOING:
                _undo(batch, now)
            else:
                _take(batch, now)
    except FileRefused as error:
        Import.objects.filter(pk=batch.pk).update(
            status=Status.REFUSED, reason=str(error), finished_at=now, leased_until=None
        )
        drafts.drop(batch)
    return 1


def _claimed() -> Import | None:
    free = Q(leased_until=None) | Q(leased_until__lt=Now())
    waiting = Import.objects.filter(free, status__in=(Status.WAITING, Status.UNDOING)).order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:10]:
        lease = models.ExpressionWrapper(Now() + LEASE, output_field=models.DateTimeField())
        if Import.objects.filter(free, pk=pk).update(leased_until=lease):
            return Import.objects.select_related("by", "undone_by").get(pk=pk)
    return None


def _take(batch: Import, now: dt.datetime) -> None:
    stop = time.monotonic() + AT_ONCE
    headings = batch.choices["headings"]
    stamp = f"{now:%Y%m%d-%H%M%S}"
    heard: dict[str, str] = {}
    lines = islice(mapping.lines(batch, heard), batch.lines_done, None)
    with Refusals(batch.kind, headings, stamp, batch.refused_file) as refusals:
        how = taking.Taking(KINDS[batch.kind], refusals, Note(batch.file_name, batch.pk), batch.is_live)
        how.expected = running.expected_guardians(how.kind, lambda: mapping.lines(batch), now)
        how.pending = [(ward, guardian) for ward, guardian in batch.choices.get("pending", ())]
        while chunk := list(islice(lines, limits.CHUNK)):
            with transaction.atomic():
                plans.make(heard)
                tally = taking.take(how, chunk, now)
                refusals.flush()
                _progress(batch, len(chunk), tally, how.pending, refusals)
            if time.monotonic() > stop:
                _release(batch)
                return
        taking.finish(how)
        running.finish(batch, _tally(batch), refusals, now)
    drafts.drop(batch)


def _undo(batch: Import, now: dt.datetime) -> None:
    stop = time.monotonic() + AT_ONCE
    while undoing.undo_chunk(batch, now):
        if time.monotonic() > stop:
            _release(batch)
            return
    ExternalId.objects.filter(pk__in=batch.choices.get("ties", ())).delete()
    Import.objects.filter(pk=batch.pk).update(status=Status.UNDONE, undone_at=now, leased_until=None)


def _progress(
    batch: Import, lines: int, tally: taking.Tally, pending: list[tuple[str, str]], refusals: Refusals
) -> None:
    Import.objects.filter(pk=batch.pk).update(
        lines_done=F("lines_done") + lines,
        created=F("created") + tally.created,
        updated=F("updated") + tally.updated,
        unchanged=F("unchanged") + tally.unchanged,
        refused=F("refused") + tally.refused,
        refused_file=str(refusals.path or ""),
        choices={**batch.choices, "pending": pending},
    )
    batch.refresh_from_db()


def _release(batch: Import) -> None:
    Import.objects.filter(pk=batch.pk).update(leased_until=None)


def _tally(batch: Import) -> taking.Tally:
    return taking.Tally(batch.created, batch.updated, batch.unchanged, batch.refused)
