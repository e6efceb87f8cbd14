"""Looks for dates and repetitions that have come, and lets their members into the flows that they set going.

Interval by interval: what falls due in (last look, now] is decided about, each moment once, however long the clock
stood still. A date that has changed is looked at as it is now; what fell due before the flow was published is history.
"""

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import transaction

from flows import dates, entering, moments, spans, triggers
from flows.models import Decision, Flow, FlowVersion, Sweep
from flows.occasions import Occasion
from members import durations, holding

BATCH = 500
RANGES = 200  # of dates, in one query

Begin = Callable[[Flow, Sequence[Occasion], dt.datetime], object]

log = logging.getLogger(__name__)


def sweep(now: dt.datetime, limit: int = BATCH) -> int:
    """Lets in whom a date or a repetition lets in at `now`, up to `limit` dates of each flow; how many it looked at.

    One query where nothing can be due; else a constant number for each flow and batch.
    """
    timed = Flow.objects.filter(current__trigger_kind__in=triggers.TIMED).select_related("current", "sweep")
    return sum(_sweep(flow, now, limit) for flow in timed.order_by("pk") if _is_asked(flow, now))


def follow(flow: Flow, version: FlowVersion, now: dt.datetime) -> None:
    """From now on dates are looked for as this version, just published, says; what came before is history."""
    if version.trigger_kind not in triggers.TIMED:
        Sweep.objects.filter(flow=flow).delete()
        return
    row = Sweep.objects.filter(flow=flow).first()
    if row is None or row.trigger != version.trigger:
        fresh = {
            "trigger": version.trigger,
            "swept_to": now,
            "working_to": None,
            "after_value": None,
            "after_pk": 0,
        }
        Sweep.objects.update_or_create(flow=flow, defaults=fresh)


def occasion(trigger: triggers.Trigger, date: dates.Row, number: int, moment: dt.datetime) -> Occasion:
    """What this date, or its repetition of this number, is at the moment at which it falls due."""
    return Occasion(
        date.member, moment, subscription=date.subscription, term=_term(trigger, date, number),
        note=_note(trigger, date, number), refusal=date.refusal,
    )  # fmt: skip


def undecided(flow: Flow, occasions: Sequence[Occasion]) -> list[Occasion]:
    """Those that were not decided about before; one query."""
    terms = Decision.objects.filter(flow=flow, term__in=[occasion.term for occasion in occasions])
    terms = terms.exclude(term="")  # said as the index says it, so that every database takes it
    known = set(terms.values_list("term", flat=True)) if occasions else set()
    return [occasion for occasion in occasions if occasion.term not in known]


def _is_asked(flow: Flow, now: dt.datetime) -> bool:
    assert flow.current is not None
    row: Sweep | None = getattr(flow, "sweep", None)
    if row is None or row.working_to:
        return row is not None
    return spans.is_possible(flow.current.trigger, row.swept_to, now)


def _sweep(flow: Flow, now: dt.datetime, limit: int) -> int:
    """A batch that fails is tried one by one; who cannot be let in is told so in a decision, and blocks nobody."""
    try:
        with transaction.atomic():
            return _look(flow, now, limit, entering.begin)
    except Exception:
        log.exception("dates of flow %s failed; trying them one by one", flow.slug)
    with transaction.atomic():
        return _look(flow, now, limit, _one_by_one)


def _look(flow: Flow, now: dt.datetime, limit: int, begin: Begin) -> int:
    row = Sweep.objects.select_for_update(skip_locked=True, no_key=True).filter(flow=flow).first()
    if row is None or flow.current is None or row.trigger != flow.current.trigger:
        return 0  # another worker is looking, or a new version was published just now
    row.working_to = row.working_to or now
    ranges = _ahead(row)
    dated = source(row.trigger)
    after = (row.after_value, row.after_pk) if row.after_value else None
    rows = dated.rows(ranges[:RANGES], after, limit) if ranges else []
    occasions = _occasions(row, rows)
    # Nothing fell due for somebody before they were known here.
    held = holding.hold(occasion.member.pk for occasion in occasions)
    free = [replace(one, member=held[one.member.pk]) for one in occasions if one.member.pk in held]
    begin(flow, undecided(flow, [one for one in free if one.at >= one.member.created_at]), now)
    if len(free) < len(occasions):
        return len(free)  # somebody is held by another worker: this stretch is looked at once more
    _move_on(row, rows, ranges, limit)
    return len(rows) or int(row.swept_to < now)


def _ahead(row: Sweep) -> list[spans.Range]:
    """The ranges of dates that are still to be looked at."""
    assert row.working_to is not None
    earliest = source(row.trigger).earliest() if "every" in row.trigger else None
    ranges = spans.of(row.trigger, row.swept_to, row.working_to, earliest)
    after = row.after_value
    return [(max(start, after), end) for start, end in ranges if end > after] if after else ranges


def source(trigger: triggers.Trigger) -> dates.Source:
    """Where the dates are that this trigger counts from."""
    if "every" in trigger:
        return dates.ANCHORS[trigger.get("anchor", dates.ANCHOR)]
    return dates.SOURCES[trigger["date"]]


def _occasions(row: Sweep, rows: Sequence[dates.Row]) -> list[Occasion]:
    """What falls due of these dates, in order of time."""
    assert row.working_to is not None
    found = [
        occasion(row.trigger, date, number, moment)
        for date in rows
        for number, moment in moments.due(
            row.trigger, date.value, durations.zone_of(date.member), row.swept_to, row.working_to
        )
    ]
    return sorted(found, key=lambda occasion: occasion.at)


def _term(trigger: triggers.Trigger, date: dates.Row, number: int) -> str:
    """What a moment counts once for: a subscription's or a member's date as it stood, and the repetition of it."""
    whose = f"s{date.pk}" if date.subscription else f"m{date.pk}"
    if "every" in trigger:
        return f"{trigger['every']} {whose} {trigger.get('anchor', dates.ANCHOR)} {number}"
    return f"{trigger['date']} {whose} {date.value:%Y-%m-%dT%H:%M:%SZ}"


def _note(trigger: triggers.Trigger, date: dates.Row, number: int) -> str:
    """Why now, as the decision tells it: `14 days before the end of the paid period, 2026-04-01`."""
    of = f"{source(trigger).words}, {date.value:%Y-%m-%d}"
    if "every" in trigger:
        return f"{number} × {durations.said(trigger['every'])} after {of}"
    offset = trigger.get("offset", "0d")
    distance = offset.lstrip("+-")
    if not durations.parse(distance)[0]:
        return f"at {of}"
    return f"{durations.said(distance)} {'before' if offset.startswith('-') else 'after'} {of}"


def _move_on(row: Sweep, rows: Sequence[dates.Row], ranges: Sequence[spans.Range], limit: int) -> None:
    assert row.working_to is not None
    if len(rows) == limit:
        row.after_value, row.after_pk = rows[-1].value, rows[-1].pk
    elif len(ranges) > RANGES:
        row.after_value, row.after_pk = ranges[RANGES][0], 0
    else:
        row.swept_to, row.working_to, row.after_value, row.after_pk = row.working_to, None, None, 0
    row.save(update_fields=["swept_to", "working_to", "after_value", "after_pk"])


def _one_by_one(flow: Flow, occasions: Sequence[Occasion], now: dt.datetime) -> list[Decision]:
    made = []
    for occasion in occasions:
        try:
            with transaction.atomic():
                made += entering.begin(flow, [occasion], now)
        except Exception as error:
            log.exception("%s could not be let into flow %s", occasion.term, flow.slug)
            text = f"could not be decided: {type(error).__name__}: {error}"[:400]
            made.append(
                Decision.objects.create(
                    flow=flow, member=occasion.member, at=now, verdict=entering.NOT_ENTERED,
                    term=occasion.term, reason=text,
                )
            )  # fmt: skip
    return made
