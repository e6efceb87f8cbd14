"""Somebody who is in one flow twice, because they were registered twice, stays in it once and gets no letter twice."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db.models import Count, Q

from flows import reacting, reentry
from flows.models import Decision, Enrolment
from flows.occasions import Occasion
from mail import merging, outbox
from mail.models import Message
from members.models import Event, Member

Status = Enrolment.Status
ENDED = ("status", "finished_at", "due_at", "awaits", "letter_pending")
HAD = (Message.Status.SENT, Message.Status.UNKNOWN, Message.Status.SUBMITTING)
TWICE = "merged with somebody who is in this flow already"
ONCE_BEFORE = "merged with somebody who has been in this flow before"
APART = "the merge was taken apart"


def make_way(kept: Member, gone: Member, now: dt.datetime) -> list[dict[str, Any]]:
    """Ends the runs that one person would not have twice, and voids their letters; says how they stood.

    Of two runs through one flow the one that had more letters goes on. Who has been through a flow that takes nobody
    twice is not led through it again.
    """
    runs = Enrolment.objects.filter(member__in=[kept, gone]).exclude(status=Status.HELD_OUT)
    mine: dict[tuple[int, str], list[Enrolment]] = {}
    for run in runs.select_related("flow__current", "member").order_by("pk"):
        mine.setdefault((run.flow_id, run.key), []).append(run)
    too_many = [pair for alike in mine.values() for pair in _too_many(alike, kept, now)]
    return [_end(run, reason, now) for run, reason in too_many]


def take_back(kept: Member, gone: Member, memo: Sequence[dict[str, Any]], now: dt.datetime) -> None:
    """Lets the runs go on that were ended for the merge, with their letters that can still come in time.

    What ended or moved such a run meanwhile counts; letters that a run wrote since go back with it.
    """
    _readdress(kept, gone)
    again = [run for one in memo if (run := _resume(one, now))]
    since = min((dt.datetime.fromisoformat(one["at"]) for one in memo if "at" in one), default=now)
    told = Event.objects.filter(
        member__in={run.member_id for run in again}, recorded_at__gte=since, handled_at__isnull=False
    )
    for _name, alike in groupby(told.select_related("member").order_by("name", "pk"), attrgetter("name")):
        events = list(alike)
        reacting.leave(events, now)
        reacting.wake(events, now)
        reacting.reach_goals(events, now)


def _too_many(alike: Sequence[Enrolment], kept: Member, now: dt.datetime) -> Iterator[tuple[Enrolment, str]]:
    """Of the runs of both members through one flow, those that end, each with the reason."""
    active = [run for run in alike if run.status == Status.ACTIVE]
    if len(active) > 1:
        had = _letters_had(active)
        first, *others = sorted(active, key=lambda run: (-had[run.pk], run.member_id != kept.pk))
        yield from ((run, TWICE) for run in others)
        active = [first]
    for run in active:
        before = [other for other in alike if other.status != Status.ACTIVE]
        before = [other for other in before if other.member_id != run.member_id]
        if _is_closed_to(run, before, now):
            yield run, ONCE_BEFORE


def _is_closed_to(run: Enrolment, before: Sequence[Enrolment], now: dt.datetime) -> bool:
    """Whether the flow would not have let this run in after the other member's runs through it."""
    rule = run.flow.current.definition.get("reentry", reentry.NEVER) if run.flow.current else reentry.NEVER
    if rule == reentry.EACH_SUBSCRIPTION:
        return False  # each contract is one of its own, whoever of the two had it
    return bool(reentry.refusal(str(rule), before, Occasion(run.member, now)))


def _letters_had(runs: Sequence[Enrolment]) -> dict[int, int]:
    groups = {run.group: run.pk for run in runs}
    rows = Message.objects.filter(group__in=groups).values("group")
    had = {row["group"]: row["had"] for row in rows.annotate(had=Count("pk", filter=Q(status__in=HAD)))}
    return {pk: had.get(group, 0) for group, pk in groups.items()}


def _readdress(kept: Member, gone: Member) -> None:
    """Letters that runs of `gone` wrote while they were runs of `kept`."""
    groups = [run.group for run in gone.enrolments.all()]
    Message.objects.filter(member=kept, group__in=groups).update(member=gone)


def _resume(one: dict[str, Any], now: dt.datetime) -> Enrolment | None:
    """Lets a run go on as it stood; None where that cannot be, as it is over or another took its place."""
    run = Enrolment.objects.select_related("member").get(pk=one["run"])
    others = Enrolment.objects.filter(member=run.member, flow=run.flow_id, key=run.key, status=Status.ACTIVE)
    if run.status != Status.ENDED or others.exists():
        return None
    run.status, run.finished_at, run.letter_pending = Status.ACTIVE, None, one["letter_pending"]
    run.due_at = dt.datetime.fromisoformat(one["due_at"]) if one["due_at"] else None
    run.awaits = one["awaits"]
    run.save(update_fields=list(ENDED))
    _decide(run, "entered", now, APART)
    for pk, status in one["letters"].items():
        letter = Message.objects.filter(pk=pk, status=Message.Status.SKIPPED)
        letter.update(status=status, reason="", finished_at=None)
    return run


def _end(run: Enrolment, reason: str, now: dt.datetime) -> dict[str, Any]:
    unsent = Message.objects.filter(group=run.group, status__in=Message.UNSENT)
    memo = {
        "run": run.pk,
        "at": now.isoformat(),
        "due_at": run.due_at.isoformat() if run.due_at else None,
        "awaits": run.awaits,
        "letter_pending": run.letter_pending,
        "letters": {str(pk): merging.unclaimed(status) for pk, status in unsent.values_list("pk", "status")},
    }
    run.status, run.finished_at, run.due_at, run.awaits = Status.ENDED, now, None, ""
    run.letter_pending = False
    run.save(update_fields=list(ENDED))
    _decide(run, "ended", now, reason)
    outbox.void([run.group], "exit", now)
    return memo


def _decide(run: Enrolment, verdict: str, now: dt.datetime, reason: str) -> None:
    Decision.objects.create(
        flow_id=run.flow_id,
        member_id=run.member_id,
        enrolment=run,
        at=now,
        verdict=verdict,
        step=run.step,
        reason=reason,
    )
