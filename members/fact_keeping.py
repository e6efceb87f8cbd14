"""Keeps the facts right: sets are asked in SQL, a constant number of queries for a batch; rules are read in Python.

During the day those are put right who are in doubt (`freshness`); at night those whose windows moved with the date.
The rows of a batch are locked before anything about them is read, so that the last word is always the newest.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from members import (
    answers,
    contract_facts,
    fact_rows,
    fact_windows,
    first_value,
    freshness,
    lifetimes,
    pulse_turns,
    renewals,
    rhythm,
    signs,
)
from members.models import Member, MemberFacts, Plan
from office.models import Beat

Filler = Callable[[Collection[int], dt.datetime], None]
Moved = Callable[[dt.datetime, dt.datetime], Iterable[int]]

BATCH = 1000
# The beat that remembers which windows the last night saw. A new name, when facts are reckoned otherwise than before,
# makes the next night look at everybody.
ROLLED = "facts rolled 4"
_rooms: list[tuple[Filler, Moved]] = []


def bind(rooms: Sequence[tuple[Filler, Moved]]) -> None:
    """Lets these rooms write columns of their own, in the transaction in which members' facts are put right.

    Each also says of whom one of its windows moved between two moments.
    """
    _rooms[:] = rooms


def refresh(now: dt.datetime, limit: int = BATCH) -> int:
    """Puts the facts right of up to `limit` members in doubt; returns how many. Safe beside other workers."""
    doubted = MemberFacts.objects.filter(dirty_at__isnull=False).order_by("dirty_at", "pk")
    with transaction.atomic():
        rows = doubted.select_for_update(skip_locked=True, no_key=True)
        ids = list(rows.values_list("pk", flat=True)[:limit])
        done = recompute(ids, now)
        first_value.notice(ids, now)
        return done


def roll(now: dt.datetime) -> int:
    """Puts the facts right of those whose windows moved since the last night; returns how many.

    Works in batches that commit one by one: stopped half-way, the next run begins again and changes nothing twice.
    """
    last = Beat.last(ROLLED)
    done = 0
    for ids in _batches(_moved(last, now) if last else fact_windows.everybody()):
        with transaction.atomic():
            done += recompute(ids, now)
    Beat.note(ROLLED, now)
    return done


def recompute(member_ids: Collection[int], now: dt.datetime) -> int:
    """Computes these members' facts anew and writes them, in the caller's transaction; returns how many."""
    if not member_ids:
        return 0
    rows = MemberFacts.objects.filter(pk__in=set(member_ids)).order_by("pk")
    ids = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    known = fact_rows.read(ids)
    sources = _sources(known, ids, now)
    computed = [fact_rows.compute(one, sources, now) for one in known]
    fact_rows.count_renewals(computed, sources, now)
    fact_rows.write(computed)
    for fill, _moved in _rooms:
        fill(ids, now)
    pulse_turns.tell(known, computed, now)
    return len(ids)


def first(
    known: Sequence[fact_rows.Known], plans: Mapping[int, Plan], now: dt.datetime
) -> list[fact_rows.Row]:
    """The facts of members of whom nothing more is known than this yet: unsaved, without asking the database."""
    nothing = fact_rows.Sources({}, {}, {}, {}, plans, {})
    return [fact_rows.compute(one, nothing, now) for one in known]


def _moved(last: dt.datetime, now: dt.datetime) -> list[int]:
    found = set(fact_windows.moved(last, now))
    for _fill, moved in _rooms:
        found.update(moved(last, now))
    return sorted(found)


def _sources(known: list[fact_rows.Known], ids: list[int], now: dt.datetime) -> fact_rows.Sources:
    rhythms, terms = rhythm.of(ids, now.date()), contract_facts.of(ids)
    lives = {pk: one.life_since for pk, one in terms.items() if one.life_since}
    return fact_rows.Sources(
        rhythms=rhythms,
        signs=signs.of(ids, now),
        terms=terms,
        paused=lifetimes.paused(lives, now),
        paid=contract_facts.paid(ids),
        plans=_plans(known, rhythms, now),
        answered=answers.of(ids, now),
        renewed=renewals.of(lives, now, {one.member_id for one in known if one.status == "past_due"}),
    )


def _plans(
    known: list[fact_rows.Known], rhythms: Mapping[int, rhythm.Rhythm], now: dt.datetime
) -> dict[int, Plan]:
    """The plans of these members. The first use on a plan makes use known for everybody on it, from that day on."""
    plans = Plan.objects.in_bulk({one.plan_id for one in known if one.plan_id})
    for plan in plans.values():
        theirs = [one.member_id for one in known if one.plan_id == plan.pk]
        first = min((rhythms[pk].first for pk in theirs if pk in rhythms), default=None)
        if first is None or (plan.first_use_on and plan.first_use_on <= first):
            continue
        if plan.first_use_on is None:
            _spread(plan, now)  # of an earlier day that a list brings the night takes care
        plan.first_use_on = first
        later = Q(first_use_on=None) | Q(first_use_on__gt=first)
        Plan.objects.filter(later, pk=plan.pk).update(first_use_on=first)
    return plans


def _spread(plan: Plan, now: dt.datetime) -> None:
    """Should this be lost with a worker, the night finds who still counts as unknown."""
    transaction.on_commit(lambda: _doubt_all(plan, now), robust=True)


def _doubt_all(plan: Plan, now: dt.datetime) -> None:
    members = Member.objects.filter(plan=plan, facts__usage_known=False).order_by("pk")
    for ids in _batches(members.values_list("pk", flat=True).iterator(BATCH)):
        freshness.doubt(ids, now)


def _batches(members: Iterable[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    for pk in members:
        batch.append(pk)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
