"""Members move between the four stages: up as soon as it is proven, down only at night, once per moment.

Everything here works in batches by the rules that staff keep (`members.stage_rules`); joining, leaving and
returning are in `members.stages`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from members import conditions, durations, holding, moves, needs, placing, stage_rules
from members.models import Member, MemberFacts, StageChange, StageRule
from members.models.member import Stage
from office import audit
from office.models import User

BATCH = 500
BY_HAND_FOR = dt.timedelta(days=30)  # whom staff put lower does not come up again by rule before
Kind = StageChange.Kind


class NotMoved(ValueError):
    """Why a move by hand cannot be; the text is for staff."""


def move_up(now: dt.datetime, limit: int = BATCH) -> int:
    """Looks at up to `limit` members of whom something changed; each comes up by one rule, if one is proven now.

    Who has moved at this moment is looked at again in the next. Returns how many were looked at. A number of queries
    that depends on the rules, not on the members.
    """
    rules = stage_rules.standing()
    if not rules:
        return 0
    with transaction.atomic():
        held = _claim(now, limit)
        _rise(rules, held, now)
    return len(held)


def rise(now: dt.datetime) -> int:
    """The night's way up, for everybody: time alone proves something too. Returns how many moved."""
    rules, moved = stage_rules.standing(), 0
    if rules:
        _look_at_everybody(now)
    for rule in rules:
        for keys in _batches(coming_up(rule, now)):
            with transaction.atomic():
                moved += _rise([rule], holding.hold(keys), now)
    return moved


def fall(now: dt.datetime) -> int:
    """The night's way down: one step, after the minimum stay and when the rule held long enough, without a letter.

    Remembers since which night a rule says that somebody falls. Returns how many fell.
    """
    rules = [rule for rule in stage_rules.standing() if rule.fall and stage_rules.one_step_down(rule.to)]
    _stop_watching(Q(member__stage__in=[rule.to for rule in rules]))
    for rule in rules:
        _watch(rule, now)
    return sum(_fall(rule, now) for rule in rules)


def place(member_ids: Iterable[int], now: dt.datetime) -> int:
    """Gives imported members their stage quietly, by what is known of them: see `placing.place`."""
    return placing.place(member_ids, now)


def coming_up(rule: StageRule, now: dt.datetime) -> QuerySet[Member]:
    """The members in the stage before the rule's who have proven it at `now`."""
    ruled = list(StageRule.objects.values_list("to", flat=True))
    return _movable().filter(_may_come_up(rule, now), stage__in=stage_rules.leads_from(rule.to, ruled))


def held_by(rule: StageRule, now: dt.datetime) -> QuerySet[Member]:
    """The members in the rule's stage of whom it says at `now` that they fall, whether or not long enough."""
    if not rule.fall or not stage_rules.one_step_down(rule.to):
        return Member.objects.none()
    return _movable().filter(conditions.q(rule.fall, now), stage=rule.to)


def falling(rule: StageRule, now: dt.datetime) -> QuerySet[Member]:
    """Those of them who have been in the stage, and under the rule, long enough to fall at `now`."""
    return stayed_long(rule, now).filter(facts__fall_since__lte=_ago(rule.fall_after, now))


def stayed_long(rule: StageRule, now: dt.datetime) -> QuerySet[Member]:
    """Those who have been in the stage for the minimum stay, however long they have been under the rule."""
    return held_by(rule, now).filter(stage_since__lte=_ago(rule.min_stay, now))


def by_hand(member: Member, to: str, note: str, user: User, now: dt.datetime) -> StageChange:
    """Staff move a member, and say why; written into the log of changes. NotMoved says what is missing.

    Upwards, flows begin as after any move; downwards nothing is sent. Another move by hand takes it back.
    """
    with transaction.atomic():
        locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        _check(locked, to, note)
        before, goes_down = locked.stage, locked.stage not in stage_rules.below(to)
        move = moves.Move(locked, Stage(to), str(Kind.MANUAL))
        (change,) = moves.write([move], now, Kind.MANUAL, quiet=goes_down, by=user, note=note.strip()[:500])
        details = {"member": str(locked.uuid), "from": before, "to": to, "note": change.note}
        audit.record(user, "member.moved", locked, now, **details)
    return change


def _movable() -> QuerySet[Member]:
    return Member.objects.filter(merged_into=None, erased_at=None)


def _may_come_up(rule: StageRule, now: dt.datetime) -> Q:
    """Proven, and not put below this stage by hand in the last weeks."""
    deeper = stage_rules.DEPTH[stage_rules.DEPTH.index(Stage(rule.to)) :]
    lowered = StageChange.objects.filter(
        member=OuterRef("pk"), kind=Kind.MANUAL, at__gt=now - BY_HAND_FOR, from_stage__in=deeper
    ).exclude(to_stage__in=deeper)
    return conditions.q(stage_rules.proof(rule), now) & ~Q(Exists(lowered))


def _claim(now: dt.datetime, limit: int) -> dict[int, Member]:
    """Takes members off the list of those to look at; whoever changes meanwhile waits, and puts them on again."""
    rows = _due(now).select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    held = holding.hold(list(rows[:limit]))
    MemberFacts.objects.filter(pk__in=held).update(stages_due=False)
    return held


def _due(now: dt.datetime) -> QuerySet[MemberFacts]:
    """The list of those to look at; who moved at this very moment waits on it for the next."""
    return MemberFacts.objects.filter(~Q(Exists(moves.at(now))), stages_due=True).order_by("pk")


def _look_at_everybody(now: dt.datetime) -> None:
    """Empties the list of those to look at, before all are; who changes from now on stands on it again."""
    due = _due(now)
    while True:
        with transaction.atomic():
            rows = due.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
            keys = list(rows[: BATCH * 10])
            MemberFacts.objects.filter(pk__in=keys).update(stages_due=False)
        if not keys:
            return


def _rise(rules: Sequence[StageRule], held: Mapping[int, Member], now: dt.datetime) -> int:
    resting, moved = moves.made_at(held, now), set[int]()
    for rule in rules:  # the deepest first
        keys = held.keys() - resting - moved
        proven = coming_up(rule, now).filter(pk__in=keys).values_list("pk", flat=True)
        climbers = [held[pk] for pk in proven]
        _write(rule, rule.enter, climbers, Stage(rule.to), now)
        moved.update(member.pk for member in climbers)
    return len(moved)


def _fall(rule: StageRule, now: dt.datetime) -> int:
    lower, fallen = stage_rules.one_step_down(rule.to), 0
    assert lower is not None
    for keys in _batches(falling(rule, now)):
        with transaction.atomic():
            held = holding.hold(keys)
            still = falling(rule, now).filter(pk__in=held.keys() - moves.made_at(held, now))
            members = [held[pk] for pk in still.values_list("pk", flat=True)]
            _write(rule, rule.fall or {}, members, lower, now)
            fallen += len(members)
    return fallen


def _write(
    rule: StageRule, why: conditions.Condition, members: list[Member], to: Stage, now: dt.datetime
) -> None:
    if not members:
        return
    goes_up = to == rule.to
    said = needs.sentence(rule.enter if goes_up else rule.fall)
    verdicts = conditions.evaluate(why, members, now)
    because = moves.occasions(members, why, now) if goes_up else {}
    moves.write(
        [moves.Move(one, to, said, verdicts[one.pk].values, because.get(one.pk)) for one in members],
        now,
        Kind.MOVED,
        quiet=not goes_up,  # no letter ever announces a fall
    )


def _watch(rule: StageRule, now: dt.datetime) -> None:
    under = Q(member__in=held_by(rule, now))
    _stop_watching(~Q(member__stage=rule.to) | under)
    MemberFacts.objects.filter(under, fall_since=None).update(fall_since=now)


def _stop_watching(unless: Q) -> None:
    MemberFacts.objects.filter(~unless, fall_since__isnull=False).update(fall_since=None)


def _batches(members: QuerySet[Member]) -> Iterator[list[int]]:
    after = 0
    rows = members.order_by("pk").values_list("pk", flat=True)
    while keys := list(rows.filter(pk__gt=after)[:BATCH]):
        yield keys
        after = keys[-1]


def _ago(duration: str, now: dt.datetime) -> dt.datetime:
    """So long before `now`, by the house's calendar; nothing given is no time."""
    return durations.add(now, duration, ZoneInfo(settings.TIME_ZONE), back=True) if duration else now


def _check(member: Member, to: str, note: str) -> None:
    if member.stage not in stage_rules.DEPTH:
        raise NotMoved(_("Somebody who has left comes back by joining again."))
    if to not in stage_rules.DEPTH:
        raise NotMoved(_("Choose one of the four stages."))
    if to == member.stage:
        raise NotMoved(_("This is where the member stands already."))
    if not note.strip():
        raise NotMoved(_("Write why, for those who read it later."))
