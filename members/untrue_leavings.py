"""Takes back that somebody left, where it turns out that one contract followed the other.

Billing often ends a contract before it tells of the next, sometimes by hours. What stands in the history then is what
was believed; once the next contract is known, history must say the same as if both had come in the other order
(decision 12). Moves of before a merge stay, as the merge may be taken apart.
"""

from collections.abc import Sequence

from members.lifetimes import Life
from members.models import Event, Member, StageChange
from members.models.member import Stage

Kind = StageChange.Kind
LEAVINGS = (Kind.LEFT, Kind.PLACED)


def take_back(member: Member, life: Life) -> None:
    """Deletes the leavings of this member that lie inside `life`, the returns that followed them, and what was
    recorded of both; puts the member back where they stood. In the caller's transaction."""
    history = list(member.stage_changes.order_by("pk"))
    untrue = _untrue(history, life)
    if not untrue:
        return
    last = [change for change in history if change not in untrue][-1:]
    if history[-1] in untrue:
        first = next(one for one in untrue if not last or one.pk > last[0].pk)
        member.stage = Stage(first.from_stage) if first.from_stage else Stage.ONBOARDING
        member.stage_since = last[0].at if last else member.joined_at
        member.save(update_fields=["stage", "stage_since"])
    # What follows from the event of a move, such as `member.won_back`, is keyed by the key of that event.
    keys = [f"stage:{change.pk}" for change in untrue]
    told = member.events.values_list("pk", "key")
    Event.objects.filter(
        pk__in=[pk for pk, key in told if key in keys or key.endswith(tuple(f":{one}" for one in keys))]
    ).delete()
    StageChange.objects.filter(pk__in=[change.pk for change in untrue]).delete()


def _untrue(history: Sequence[StageChange], life: Life) -> list[StageChange]:
    merged = [place for place, change in enumerate(history) if change.kind == Kind.MERGED]
    own = history[merged[-1] + 1 :] if merged else history
    found: list[StageChange] = []
    for place, change in enumerate(own):
        if _left(change) and life.since <= change.at and (life.until is None or change.at < life.until):
            found += [change, *(one for one in own[place + 1 : place + 2] if one.kind == Kind.RETURNED)]
    return found


def _left(change: StageChange) -> bool:
    return change.kind in LEAVINGS and change.to_stage == Stage.FORMER
