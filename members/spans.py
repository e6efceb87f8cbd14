"""Spans: what each contract was worth per month, and when. Written in the transaction of every change of a contract.

A span ends where price, plan or interval change, and where a trial or a pause begins or ends; a renewal alone
splits nothing. What a span is worth per month is rounded once, half to even.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from django.db import transaction

from members import contract_history, contract_lives, contract_terms
from members.contract_history import Recorded
from members.contract_lives import Stretch
from members.contract_terms import Terms
from members.models import Event, Plan, Span, Subscription
from office import pouring

BATCH = 1000
COLUMNS = (
    *("member_id", "plan_id", "kind", "starts_at", "ends_at"),
    *("mrr", "currency", "amount", "interval", "interval_count"),
)


class Piece(NamedTuple):
    """A time (aware, `ends_at` exclusive) in which kind and terms of a contract stayed the same."""

    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    terms: Terms

    @property
    def mrr(self) -> int:
        """Minor units per month; nothing while on trial or paused."""
        return self.terms.mrr if self.kind == Span.Kind.PAID else 0


def derive(row: Subscription) -> None:
    """Brings the spans of one contract in line with what was told of it, in the caller's transaction."""
    _write([row])


def rebuild(subscription_ids: Collection[int]) -> int:
    """Derives the spans of these contracts anew, a handful of queries per thousand; returns how many changed.

    Repeating it changes nothing. Contracts of somebody whose data was erased keep the spans they have.
    """
    ids, changed = sorted(subscription_ids), 0
    for start in range(0, len(ids), BATCH):
        with transaction.atomic():
            rows = Subscription.objects.filter(pk__in=ids[start : start + BATCH]).order_by("pk")
            locked = rows.select_related("plan", "member").select_for_update(of=("self",))
            changed += _write(list(locked))
    return changed


def derive_many(rows: Sequence[Subscription]) -> int:
    """The same of contracts that the caller has locked and read with plan and member; returns how many changed."""
    return sum(_write(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH))


def rebuild_all() -> int:
    """Derives the spans of every contract anew, in batches that commit one by one; returns how many changed."""
    changed, last = 0, 0
    rows = Subscription.objects.order_by("pk").values_list("pk", flat=True)
    while ids := list(rows.filter(pk__gt=last)[:BATCH]):
        changed += rebuild(ids)
        last = ids[-1]
    return changed


def of(row: Subscription, recorded: Iterable[Recorded]) -> list[Piece]:
    """What follows from a contract and what was recorded of it, in whatever order that is given."""
    told = contract_history.read(row, recorded)
    lives = contract_lives.access(row, told)
    trials, pauses = contract_lives.trials(row, told, lives), contract_lives.pauses(told)
    terms = contract_terms.History(row, told)
    edges = [at for stretch in (*trials, *pauses) for at in stretch if at] + terms.changes
    found: list[Piece] = []
    for since, until in _cut(lives, edges):
        piece = Piece(_kind(since, trials, pauses), since, until, terms.at(since))
        if (
            found
            and found[-1]._replace(starts_at=since, ends_at=until) == piece
            and found[-1].ends_at == since
        ):
            found[-1] = found[-1]._replace(ends_at=until)
        else:
            found.append(piece)
    return found


def _write(rows: Sequence[Subscription]) -> int:
    """Writes where something changed; returns how many contracts that was."""
    recorded, held = _recorded(rows), _held(rows)
    pieces = {row.pk: of(row, recorded[row.pk]) for row in rows if row.member.erased_at is None}
    plans = _plans({piece.terms.plan for found in pieces.values() for piece in found})
    wanted = {row.pk: [_span(row, piece, plans) for piece in pieces.get(row.pk, [])] for row in rows}
    changed = [pk for pk in pieces if list(map(_columns, wanted[pk])) != held[pk]]
    if stale := [pk for pk in changed if held[pk]]:
        Span.objects.filter(subscription__in=stale).delete()
    pouring.create([span for pk in changed for span in wanted[pk]])
    for row in rows:
        if row.pk not in pieces:
            _close(row)
    return len(changed)


def _recorded(rows: Sequence[Subscription]) -> dict[int, list[Recorded]]:
    found: dict[int, list[Recorded]] = defaultdict(list)
    events = Event.objects.filter(subscription__in=[row.pk for row in rows], name__in=contract_history.NAMES)
    for pk, *event in events.values_list("subscription_id", *Recorded._fields):
        found[pk].append(Recorded(*event))
    return found


def _held(rows: Sequence[Subscription]) -> dict[int, list[tuple[object, ...]]]:
    found: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    spans = Span.objects.filter(subscription__in=[row.pk for row in rows]).order_by("starts_at")
    for pk, *columns in spans.values_list("subscription_id", *COLUMNS):
        found[pk].append(tuple(columns))
    return found


def _columns(span: Span) -> tuple[object, ...]:
    return tuple(getattr(span, name) for name in COLUMNS)


def _plans(slugs: set[str]) -> dict[str, int]:
    known = slugs - {""}
    return dict(Plan.objects.filter(slug__in=known).values_list("slug", "pk")) if known else {}


def _span(row: Subscription, piece: Piece, plans: dict[str, int]) -> Span:
    *terms, plan = piece.terms
    return Span(
        member_id=row.member_id,
        subscription=row,
        plan_id=plans.get(plan),
        kind=piece.kind,
        starts_at=piece.starts_at,
        ends_at=piece.ends_at,
        mrr=piece.mrr,
        **dict(zip(contract_history.TERMS, terms, strict=True)),
    )


def _close(row: Subscription) -> None:
    """Of somebody whose data was erased the words are gone: what was known stays, and only ends."""
    if ends := row.ended_at or row.access_ends_at:
        Span.objects.filter(subscription=row, ends_at=None, starts_at__lt=ends).update(ends_at=ends)


def _cut(
    lives: Sequence[Stretch], edges: Sequence[dt.datetime]
) -> Iterator[tuple[dt.datetime, dt.datetime | None]]:
    for since, until in lives:
        within = sorted({edge for edge in edges if since < edge and (until is None or edge < until)})
        yield from zip([since, *within], [*within, until], strict=True)


def _kind(at: dt.datetime, trials: Sequence[Stretch], pauses: Sequence[Stretch]) -> str:
    if any(pause.holds(at) for pause in pauses):
        return Span.Kind.PAUSED
    return Span.Kind.TRIAL if any(trial.holds(at) for trial in trials) else Span.Kind.PAID
