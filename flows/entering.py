"""Who enters a flow when an occasion comes, and why somebody does not. Each decision is a row."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flows import execution, goals, ramping, reentry, triggers
from flows.models import Decision, Enrolment, Flow
from flows.occasions import Occasion
from flows.shares import fraction
from members import answering, conditions, occurrences, stages
from members.models import Event, Member, Subscription

Status = Enrolment.Status
NOT_ENTERED = "not_entered"


class NotLive(Exception):
    """The flow is not published, or stands still: nobody can be let in."""


def enter(events: list[Event], now: dt.datetime) -> None:
    """Lets the members of these events, all of one name, into the flows that the name sets going."""
    named = Flow.objects.filter(current__trigger_event=events[0].name).select_related("current")
    for flow in named:
        begin(flow, occasions(flow, events, now), now)


def occasions(flow: Flow, events: Sequence[Event], now: dt.datetime) -> list[Occasion]:
    """What of these events, all of the name that sets this flow going, may let somebody in."""
    assert flow.current is not None  # only published flows are set going
    meant = [event for event in events if triggers.is_set_off(flow.current.trigger, event)]
    return [Occasion.of(event) for event in _one_use_each(flow, meant, now)]


def let_in(flow: Flow, members: Sequence[Member], now: dt.datetime, *, note: str) -> list[Decision]:
    """Lets these members in because somebody says so; `note` says who, as the decisions tell it.

    Any live flow may be entered so, whatever else sets it going. What it asks of those who enter, and its re-entry,
    hold; the share that it takes so far does not. Locks the members: call it in a transaction. NotLive: nobody can.
    Returns a decision for each of them who is not erased, in their order.
    """
    _check_live(flow)
    locked = Member.objects.filter(pk__in=[member.pk for member in members], erased_at=None).order_by("pk")
    held = {member.pk: member for member in locked.select_for_update(no_key=True)}
    there = [held[member.pk] for member in members if member.pk in held]
    return begin(flow, [_said(member, now, note) for member in there], now)


def foresee(flow: Flow, members: Sequence[Member], now: dt.datetime) -> list[Decision]:
    """What `let_in` would decide now, in the same number of queries; nothing is written."""
    _check_live(flow)
    return _decide(flow, [_said(member, now, "") for member in members], now, _runs_before(flow, members))


def begin(flow: Flow, occasions: Sequence[Occasion], now: dt.datetime) -> list[Decision]:
    """Decides about these occasions, in a constant number of queries, and begins the runs of those who enter."""
    decisions = decide(flow, occasions, now)
    runs = [decision.enrolment for decision in decisions if decision.enrolment]
    reached = goals.known_already(runs, now)
    Enrolment.objects.bulk_create(runs)
    Decision.objects.bulk_create([*decisions, *reached])
    return decisions


def decide(flow: Flow, occasions: Sequence[Occasion], now: dt.datetime) -> list[Decision]:
    """What is decided about these occasions, in a constant number of queries; the runs in it are not written yet."""
    return _decide(flow, occasions, now, _caught_up(flow, occasions, now))


def is_held_out(slug: str, member: Member, share: float) -> bool:
    """Whether this member belongs to the share kept out of this flow; the same answer every time."""
    return fraction(slug, member) < share


def _decide(
    flow: Flow, occasions: Sequence[Occasion], now: dt.datetime, before: dict[int, list[Enrolment]]
) -> list[Decision]:
    if not occasions:
        return []
    assert flow.current is not None  # only published flows are set going
    occasions = _with_subscriptions(flow, occasions)
    members = {occasion.member.pk: occasion.member for occasion in occasions}
    verdicts = conditions.evaluate(flow.current.definition.get("entry"), list(members.values()), now)
    exited = _exited_since(flow, occasions, now)
    decisions = []
    for occasion in occasions:
        verdict, runs = verdicts[occasion.member.pk], before.setdefault(occasion.member.pk, [])
        refusal = _refusal(flow, occasion, now, runs, verdict) or exited.get(_since(flow, occasion, now), "")
        if refusal:
            decisions.append(_decision(flow, occasion, now, NOT_ENTERED, refusal))
            continue
        run = _run(flow, occasion)
        runs.append(run)
        word = "held_out" if run.status == Status.HELD_OUT else "entered"
        reason = "; ".join(filter(None, (occasion.note, *verdict.reasons)))
        decisions.append(_decision(flow, occasion, now, word, reason, run))
    return decisions


def _refusal(
    flow: Flow,
    occasion: Occasion,
    now: dt.datetime,
    before: Sequence[Enrolment],
    verdict: conditions.Verdict,
) -> str:
    """Why this occasion does not let its member in; empty when it does."""
    if flow.paused_at:
        return "the flow stood still"
    if untimely := _is_untimely(flow, occasion.at, now):
        return untimely
    if _goes_on(flow, occasion):
        return "the membership goes on"
    if refusal := occasion.refusal or reentry.refusal(_reentry(flow), before, occasion):
        return refusal
    if not verdict.holds:
        return "; ".join(verdict.reasons)
    return "" if occasion.by_hand else ramping.refusal(flow, occasion.member)


def _goes_on(flow: Flow, occasion: Occasion) -> bool:
    """Whether only a contract ended, and another followed or goes on beside it: nobody left."""
    is_an_end = occasion.event is not None and occasion.event.name == stages.ENDED
    is_for_it = _reentry(flow) == reentry.EACH_SUBSCRIPTION
    return is_an_end and not is_for_it and occasion.member.status in stages.LIVE


def _is_untimely(flow: Flow, at: dt.datetime, now: dt.datetime) -> str:
    if flow.first_published_at is None or at < flow.first_published_at:
        return "happened before the flow was first published"
    return "too old" if now - at > answering.TOO_OLD else ""


def _reentry(flow: Flow) -> str:
    assert flow.current is not None
    return str(flow.current.definition.get("reentry", reentry.NEVER))


def _check_live(flow: Flow) -> None:
    if not flow.is_live:
        raise NotLive(flow.slug)


def _said(member: Member, now: dt.datetime, note: str) -> Occasion:
    return Occasion(member, now, note=note, by_hand=True)


def _with_subscriptions(flow: Flow, occasions: Sequence[Occasion]) -> list[Occasion]:
    """Where runs are per subscription, an occasion that names none is for the member's one live subscription."""
    nameless = {one.member.pk for one in occasions if one.subscription is None}
    if _reentry(flow) != reentry.EACH_SUBSCRIPTION or not nameless:
        return list(occasions)
    live: dict[int, list[Subscription]] = {}
    rows = Subscription.objects.filter(member__in=nameless).exclude(status=Subscription.Status.ENDED)
    for row in rows.order_by("pk"):
        live.setdefault(row.member_id, []).append(row)
    only = {pk: rows[0] for pk, rows in live.items() if len(rows) == 1}
    return [replace(one, subscription=one.subscription or only.get(one.member.pk)) for one in occasions]


def _caught_up(flow: Flow, occasions: Sequence[Occasion], now: dt.datetime) -> dict[int, list[Enrolment]]:
    """The runs of these members, as they stand at their occasions: a run that should have gone on before goes on first.

    Otherwise somebody whose run would be over would still be inside, only because the clock stood still.
    """
    members = {occasion.member.pk: occasion.member for occasion in occasions}
    before = _runs_before(flow, members.values())
    latest = {occasion.member.pk: occasion.at for occasion in sorted(occasions, key=lambda one: one.at)}
    behind = [
        run.pk
        for pk, runs in before.items()
        for run in runs
        if run.status == Status.ACTIVE and run.due_at and run.due_at < latest[pk]
    ]
    if not behind:
        return before
    execution.catch_up(behind, now)
    return _runs_before(flow, members.values())


def _runs_before(flow: Flow, members: Iterable[Member]) -> dict[int, list[Enrolment]]:
    before: dict[int, list[Enrolment]] = {}
    for run in Enrolment.objects.filter(flow=flow, member__in=[member.pk for member in members]):
        before.setdefault(run.member_id, []).append(run)
    return before


def _exited_since(
    flow: Flow, occasions: Iterable[Occasion], now: dt.datetime
) -> dict[occurrences.Window, str]:
    """The occasions whose member left already: an exit at or after them, whichever was answered first."""
    assert flow.current is not None
    windows = [_since(flow, occasion, now) for occasion in occasions]
    found: dict[occurrences.Window, str] = {}
    for name in flow.current.exit_events:
        found |= dict.fromkeys(occurrences.first(name, windows), f"{name} came at or after it")
    return found


def _since(flow: Flow, occasion: Occasion, now: dt.datetime) -> occurrences.Window:
    return occasion.until(now, reentry.key(_reentry(flow), occasion))


def _one_use_each(flow: Flow, events: Sequence[Event], now: dt.datetime) -> list[Event]:
    """Events as they are. Of uses, which come with the first and the last of a batch, one per member: the first that
    may let anybody in, else the last."""
    chosen: dict[int, Event] = {}
    for event in sorted((event for event in events if not event.pk), key=lambda event: event.occurred_at):
        earlier = chosen.get(event.member_id)
        if earlier is None or _is_untimely(flow, earlier.occurred_at, now):
            chosen[event.member_id] = event
    return [*(event for event in events if event.pk), *chosen.values()]


def _run(flow: Flow, occasion: Occasion) -> Enrolment:
    assert flow.current is not None
    out = is_held_out(flow.slug, occasion.member, float(flow.current.definition.get("holdout", 0)))
    return Enrolment(
        flow=flow,
        version=flow.current,
        member=occasion.member,
        subscription=occasion.subscription,
        event=occasion.stored,
        key=reentry.key(_reentry(flow), occasion),
        term=occasion.term,
        status=Status.HELD_OUT if out else Status.ACTIVE,
        entered_at=occasion.at,
        planned_at=occasion.at,
        due_at=None if out else occasion.at,
    )


def _decision(
    flow: Flow,
    occasion: Occasion,
    now: dt.datetime,
    verdict: str,
    reason: str,
    run: Enrolment | None = None,
) -> Decision:
    return Decision(
        flow=flow,
        member=occasion.member,
        enrolment=run,
        at=now,
        verdict=verdict,
        term=occasion.term,
        **occasion.noted(),
        reason=reason[:400],
    )
