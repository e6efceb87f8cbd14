"""Imported members are placed, not moved: history is quiet, and nobody is written to because of it.

Placed is who was a member longer than onboarding lasts: ongoing value; with a two-way sign or two renewals:
relationship; deeper, whatever a rule proves. Nobody is an ambassador without an act.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from members import conditions, durations, fact_keeping, first_value, moves, needs, stage_rules
from members.models import Member, MemberFacts, StageChange, StageRule
from members.models.member import Stage
from office import pouring

BATCH = 1000
WINDOW = "90d"  # where the rule for value does not say how long onboarding lasts
Kind = StageChange.Kind
Placement = tuple[Stage, str, dict[str, object]]


def place(member_ids: Iterable[int], now: dt.datetime, *, note_all: bool = True) -> int:
    """Gives imported members their stage by what is known of them, without `stage.entered`; returns how many moved.

    Call it in the transaction of the import, batch by batch: it computes their facts first. It may be repeated when
    more has become known: it only leads deeper, and leaves alone who has left or has moved here already.
    `note_all`: who stays where they are gets a line in the history too, once.
    """
    keys, moved = sorted(set(member_ids)), 0
    rules = stage_rules.standing()
    for start in range(0, len(keys), BATCH):
        with transaction.atomic():
            moved += _place(keys[start : start + BATCH], rules, now, note_all)
    return moved


def by_time(joined: Sequence[dt.datetime], now: dt.datetime) -> list[Placement]:
    """Where members belong of whom nothing is known but when they joined."""
    long_ago, stayed = _long_ago(stage_rules.standing(), now), _("placed at import: nothing more is known")
    return [
        _long_here("days_since_joined", since, now)
        if long_ago and since < long_ago
        else (Stage.ONBOARDING, stayed, {})
        for since in joined
    ]


def begin(placed: Mapping[int, Placement], now: dt.datetime) -> None:
    """Writes the first line of the history of new members, who stand where `by_time` put them already.

    Of whom a rule proves more, that is found out as for everybody: `place`.
    """
    climbing = {
        key
        for rule in stage_rules.standing()
        for key in _proven(
            rule, [key for key, one in placed.items() if stage_rules.is_deeper(rule.to, one[0])], now
        )
    }
    lines = [
        (key, str(Kind.PLACED), str(Stage.ONBOARDING), str(stage), now, said, values, "")
        for key, (stage, said, values) in placed.items()
        if key not in climbing
    ]
    columns = ("member_id", "kind", "from_stage", "to_stage", "at", "rule", "values", "note")
    pouring.pour(StageChange, columns, lines)
    place(climbing, now)


def _place(keys: Sequence[int], rules: Sequence[StageRule], now: dt.datetime, note_all: bool) -> int:
    _lock(keys)  # members before facts, as everywhere
    fact_keeping.recompute(keys, now)
    fact_keeping.recompute(first_value.notice(keys, now, quiet=True), now)
    MemberFacts.objects.filter(pk__in=keys, stages_due=True).update(stages_due=False)
    history = StageChange.objects.filter(member__in=keys)
    lived_here = history.filter(kind__in=(Kind.MOVED, Kind.MANUAL)).values("member")
    rows = Member.objects.filter(pk__in=keys, stage__in=stage_rules.DEPTH).exclude(pk__in=lived_here)
    members = list(rows.select_related("facts"))
    placed = set(history.filter(kind=Kind.PLACED).values_list("member_id", flat=True))
    chosen = _chosen(members, rules, now)
    deeper = [one for one in members if stage_rules.is_deeper(chosen[one.pk][0], one.stage)]
    going = {one.pk for one in deeper}
    wait = [one for one in members if note_all and one.pk not in placed and one.pk not in going]
    for one in wait:
        chosen[one.pk] = (Stage(one.stage), _("placed at import: nothing more is known"), {})
    lines = [moves.Move(one, *chosen[one.pk]) for one in (*deeper, *wait)]
    moves.place(lines, now)
    return len(deeper)


def _lock(keys: Sequence[int]) -> None:
    rows = Member.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _chosen(members: Sequence[Member], rules: Sequence[StageRule], now: dt.datetime) -> dict[int, Placement]:
    long_ago = _long_ago(rules, now)
    chosen = {one.pk: _by_time(one, long_ago, now) for one in members}
    for rule in rules[::-1]:  # the deepest last, so that it wins
        climbing = [one for one in members if stage_rules.is_deeper(rule.to, chosen[one.pk][0])]
        proven = _proven(rule, [one.pk for one in climbing], now)
        climbers = [one for one in climbing if one.pk in proven]
        said = _("placed at import: %s") % needs.sentence(rule.enter)
        for pk, verdict in conditions.evaluate(stage_rules.proof(rule), climbers, now).items():
            chosen[pk] = (Stage(rule.to), said, dict(verdict.values))
    return chosen


def _proven(rule: StageRule, keys: Sequence[int], now: dt.datetime) -> set[int]:
    """Asked of the database, which says the same as `evaluate` and needs nobody's row; mostly the answer is nobody."""
    proof = conditions.q(stage_rules.proof(rule), now)
    return set(Member.objects.filter(proof, pk__in=keys).values_list("pk", flat=True)) if keys else set()


def _long_ago(rules: Sequence[StageRule], now: dt.datetime) -> dt.datetime | None:
    """Before when onboarding must have begun to be over; None while the house has no rules."""
    if not rules:
        return None
    window = next((rule.window for rule in rules if rule.to == Stage.VALUE), "") or WINDOW
    return durations.add(now, window, ZoneInfo(settings.TIME_ZONE), back=True)


def _by_time(member: Member, long_ago: dt.datetime | None, now: dt.datetime) -> Placement:
    since = member.facts.tenure_since or member.joined_at
    if long_ago is None or since >= long_ago:
        return Stage.ONBOARDING, "", {}
    facts = member.facts
    name = "tenure_days" if facts.tenure_since else "days_since_joined"
    stage, said, values = _long_here(name, since, now)
    if facts.dialogue_365d >= 1 or facts.renewals >= 2:
        values |= {"dialogue_365d": facts.dialogue_365d, "renewals": facts.renewals}
        return (
            Stage.RELATIONSHIP,
            _("placed at import: a member for long, and we have spoken or renewed"),
            values,
        )
    return stage, said, values


def _long_here(counted: str, since: dt.datetime, now: dt.datetime) -> Placement:
    said = _("placed at import: a member for longer than onboarding lasts")
    return Stage.VALUE, said, {counted: (now - since).days}
