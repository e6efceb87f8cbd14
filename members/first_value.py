"""First value: the moment from which a member has got something, proven by what they do.

A rule says by which condition, for a plan or for all. It is asked when facts were put right: after use, after what
happened, and at night. What it proves is recorded once for each member as `member.activated`; a business that sends
that event itself comes first, and nothing is added to it. It stays proven for somebody who leaves and returns.

    [first_value]
    when = { event = "usage.*", days = ">=2", within = "7d" }
    [first_value.plans.seniors]
    when = { event = "usage.visit" }
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from members import conditions, events, signs
from members.models import Event, FirstValue, Member
from members.models.member import Stage
from members.stage_rules import RuleErrors
from office import audit
from office.models import User

SECTION = "first_value"
KEYS = ("when", "reason")
BATCH = 500
Definition = Mapping[str, Any]
Moments = Mapping[int, dt.datetime]


def of_section(said: Any) -> list[dict[str, Any]]:
    """The rules of a file's section, one for each plan it names, not checked yet. RuleErrors: it is no table."""
    plans = said.get("plans", {}) if isinstance(said, dict) else None
    if not isinstance(plans, dict) or not all(isinstance(rule, dict) for rule in plans.values()):
        raise RuleErrors([_("first value is written as [first_value] and [first_value.plans.SLUG]")])
    house = {key: value for key, value in said.items() if key != "plans"}
    named = [{"plan": slug, **rule} for slug, rule in plans.items()]
    return [{"plan": "", **house}, *named] if house else named


def problems(rule: Definition, place: str = SECTION) -> list[str]:
    """Everything wrong with a rule, each with its place; an empty list means it may be saved."""
    found = [f"{place}: unknown word “{key}”" for key in sorted(map(str, set(rule) - {"plan", *KEYS}))]
    if not rule.get("when"):
        found.append(f"{place}.when: what proves first value is missing")
    else:
        found += conditions.problems(rule["when"], f"{place}.when")
    if not isinstance(rule.get("reason", ""), str):
        found.append(f"{place}.reason: this is a text")
    return found


def save(rules: Sequence[Definition], now: dt.datetime, user: User | None = None) -> list[str]:
    """Keeps rules in the place of those for the same plans; returns the plans whose rule changed (empty: all plans).

    All or none; a change is written into the log of changes. RuleErrors names all that is wrong.
    """
    places = [f"{SECTION}.plans.{rule['plan']}" if rule["plan"] else SECTION for rule in rules]
    if found := [text for rule, place in zip(rules, places, strict=True) for text in problems(rule, place)]:
        raise RuleErrors(found)
    with transaction.atomic():
        return [str(rule["plan"]) for rule in rules if _save(rule, now, user)]


def notice(
    member_ids: Collection[int], now: dt.datetime, moments: Moments | None = None, *, quiet: bool = False
) -> list[int]:
    """Records `member.activated` for those of these members who have first value by now; returns who that is.

    Their facts must be right; the caller's transaction holds them. `moments` says when they last used it, where that
    is known. Quietly, as for history, also where the proof is older than the rule.
    """
    rules = list(FirstValue.objects.all()) if member_ids else []
    return [pk for rule in rules for pk in _notice(rule, rules, member_ids, now, moments or {}, quiet)]


def sweep(now: dt.datetime) -> int:
    """The night's look at everybody without first value: time proves something too, and a rule may be new."""
    rules, found = list(FirstValue.objects.all()), 0
    for rule in rules:
        for keys in _batches(_proven(rule, rules, now)):
            with transaction.atomic():
                found += len(notice(keys, now))
    return found


def _save(rule: Definition, now: dt.datetime, user: User | None) -> bool:
    kept = FirstValue.objects.select_for_update().filter(plan=rule["plan"]).first()
    before = {key: value for key in KEYS if (value := getattr(kept, key))} if kept else {}
    after = {key: rule[key] for key in KEYS if rule.get(key)}
    if before == after:
        return False
    columns = {"when": after["when"], "reason": after.get("reason", ""), "updated_at": now}
    FirstValue.objects.update_or_create(plan=rule["plan"], defaults=columns)
    audit.record(user, "firstvalue.changed", rule["plan"] or "*", now, before=before, after=after)
    return True


def _proven(rule: FirstValue, rules: Sequence[FirstValue], now: dt.datetime) -> QuerySet[Member]:
    """The members under this rule who have first value by it, and of whom it is not known yet."""
    own = [other.plan for other in rules if other.plan]
    # A member without a plan is under the house's rule, which `exclude` would leave out.
    whose = Q(plan__slug=rule.plan) if rule.plan else ~Q(plan__slug__in=own) | Q(plan=None)
    waiting = Member.objects.filter(whose, facts__activated_at=None, facts__dirty_at=None, erased_at=None)
    return waiting.exclude(stage=Stage.FORMER).filter(conditions.q(rule.when, now))


def _notice(
    rule: FirstValue,
    rules: Sequence[FirstValue],
    member_ids: Collection[int],
    now: dt.datetime,
    moments: Moments,
    quiet: bool,
) -> list[int]:
    members = list(_proven(rule, rules, now).filter(pk__in=member_ids).select_related("facts"))
    if not members:
        return []
    told = _happened(rule, [one.pk for one in members], now)
    drafts = [_draft(one, _at(one, moments, told, now)) for one in members]
    old = [draft for draft in drafts if quiet or draft.occurred_at < rule.updated_at]
    events.record_many(old, now, quiet=True)
    events.record_many([draft for draft in drafts if draft not in old], now)
    return [one.pk for one in members]


def _draft(member: Member, at: dt.datetime) -> events.Draft:
    return events.Draft(signs.ACTIVATED, member, at, f"first value:{member.uuid}", {"by": "rule"})


def _at(member: Member, moments: Moments, told: Moments, now: dt.datetime) -> dt.datetime:
    """The latest of what proves it: a use (of which facts know the day), or something that happened; else now."""
    known = [moment[member.pk] for moment in (moments, told) if member.pk in moment]
    day = member.facts.last_use_on
    if day and member.pk not in moments:
        known.append(dt.datetime.combine(day, dt.time.max, dt.UTC))
    return min(now, max(known, default=now))


def _happened(rule: FirstValue, keys: Collection[int], now: dt.datetime) -> dict[int, dt.datetime]:
    """When what the rule asks for happened last, of those to whom it did."""
    names = [name for name in conditions.mentioned(rule.when, "event") if not events.is_usage(name)]
    if not names or not keys:
        return {}
    told = Event.objects.filter(name__in=names, member__in=keys, occurred_at__lte=now).order_by()
    return dict(told.values("member_id").annotate(last=Max("occurred_at")).values_list("member_id", "last"))


def _batches(members: QuerySet[Member]) -> Iterator[list[int]]:
    after = 0
    rows = members.order_by("pk").values_list("pk", flat=True)
    while keys := list(rows.filter(pk__gt=after)[:BATCH]):
        yield keys
        after = keys[-1]
