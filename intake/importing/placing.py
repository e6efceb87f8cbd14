"""Where imported members stand: they are placed, not moved, and nothing follows from it."""

import datetime as dt
from collections.abc import Collection, Iterable

from members import moving, segment_keeping, spans, stages
from members.models import Member, MemberFacts, StageChange, Subscription
from members.models.member import Stage
from office import bulk, pouring

Kind = StageChange.Kind
RULE = "placed"


def settle(ids: Collection[int], now: dt.datetime) -> None:
    """Brings status, plan and stage of these members in line with all their contracts, quietly.

    Who has no live contract left is placed as former since the last one ended. Who has one beside others, or was
    former, is settled one by one by the rule of leaving and returning.
    """
    contracts = Subscription.objects.filter(member__in=ids).order_by("pk")
    rows = list(contracts.select_related("plan", "member").select_for_update(of=("self",)))
    spans.derive_many(rows)
    held: dict[int, list[Subscription]] = {}
    for row in rows:
        held.setdefault(row.member_id, []).append(row)
    members = {pk: theirs[0].member for pk, theirs in held.items() if not theirs[0].member.merged_into_id}
    moves = [move for pk, member in members.items() if (move := _stand(member, held[pk], now))]
    _save(members.values())
    pouring.create(moves)
    MemberFacts.objects.filter(member__in=ids).update(dirty_at=now)
    here = {pk: member for pk, member in members.items() if member.status in stages.LIVE}
    for pk, member in here.items():
        if member.stage == Stage.FORMER or len(held[pk]) > 1:
            stages.settle(member, None, now, now, quiet=True)
    moving.place(here, now)
    segment_keeping.place(ids, now)


def deepen(ids: Collection[int], now: dt.datetime) -> None:
    """After a list told what imported members once did: history leads them deeper as quietly as it placed them.

    Who joined here is moved by the rules, as ever.
    """
    placed = StageChange.objects.filter(member__in=ids, kind=Kind.PLACED)
    moving.place(placed.values_list("member_id", flat=True), now)


def unsettle(ids: Collection[int], now: dt.datetime) -> None:
    """After an undo took contracts away: members without any stand again where they were placed first."""
    left = set(Subscription.objects.filter(member__in=ids).values_list("member_id", flat=True))
    bare = Member.objects.filter(pk__in=set(ids) - left)
    for member in bare.prefetch_related("stage_changes"):
        member.status = ""
        moves = sorted(member.stage_changes.all(), key=lambda move: move.pk)
        first, later = moves[:1], moves[1:]
        if later and all(move.kind == Kind.PLACED for move in later):
            member.stage, member.stage_since = first[0].to_stage, first[0].at
            StageChange.objects.filter(pk__in=[move.pk for move in later]).delete()
        member.save(update_fields=["status", "stage", "stage_since"])
    MemberFacts.objects.filter(member__in=ids).update(dirty_at=now)
    settle(left, now)


def _save(members: Iterable[Member]) -> None:
    """As few statements as there are kinds of standing; moments are written by member."""
    alike: dict[tuple[str, int | None], list[int]] = {}
    gone = [member for member in members if member.stage == Stage.FORMER]
    for member in members:
        alike.setdefault((member.status, member.plan_id), []).append(member.pk)
    for (status, plan), keys in alike.items():
        Member.objects.filter(pk__in=keys).update(status=status, plan=plan)
    bulk.update(gone, ["stage", "stage_since"])


def _stand(member: Member, held: list[Subscription], now: dt.datetime) -> StageChange | None:
    """Sets (unsaved) where the member stands; the move to former, where it is one."""
    first, *_others = held = sorted(held, key=_precedence)
    member.status = first.status
    member.plan = next((row.plan for row in held if row.plan), None) or member.plan
    if member.status in stages.LIVE:
        return None
    came_from, left_at = member.stage, max(row.ended_at or now for row in held)
    if came_from == Stage.FORMER:
        if member.stage_since != left_at:
            stages.settle(member, None, left_at, now, quiet=True)
        return None
    member.stage, member.stage_since = Stage.FORMER, left_at
    return StageChange(
        member=member,
        kind=Kind.PLACED,
        from_stage=came_from,
        to_stage=Stage.FORMER,
        at=left_at,
        rule=RULE,
        values={"status": member.status},
    )


def _precedence(row: Subscription) -> tuple[int, float]:
    began = row.started_at.timestamp() if row.started_at else 0.0
    return stages.STATUS_ORDER.index(row.status), -began
