"""Who would move if a rule were so: looked at before a changed rule is saved. Nothing is written."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from members import durations, moving, needs, stage_rules
from members.models import Member, StageRule

SHOWN = 50


@dataclass(frozen=True)
class Crowd:
    """How many members, and the first of them."""

    count: int
    first: list[Member]


@dataclass(frozen=True)
class Rehearsal:
    """Who would come up at once, who would fall this night, and who would fall if the rule went on to hold."""

    rule: StageRule
    up: Crowd
    down: Crowd
    under: Crowd

    @property
    def enters(self) -> needs.Outline | None:
        """When somebody comes up, in words."""
        return needs.outline(self.rule.enter)

    @property
    def spans(self) -> dict[str, str]:
        """The rule's durations in words; those it leaves out are empty."""
        said = {name: getattr(self.rule, name) for name in stage_rules.SPANS}
        return {name: durations.said(text) if text else "" for name, text in said.items()}

    @property
    def falls(self) -> needs.Outline | None:
        """When somebody falls, in words; None where nobody does."""
        return needs.outline(self.rule.fall)


def of(rule: StageRule, now: dt.datetime) -> Rehearsal:
    """What the rule, saved or not, would do at `now`. Its conditions must be right (`stage_rules.problems`)."""
    return Rehearsal(
        rule,
        up=_crowd(moving.coming_up(rule, now)),
        down=_crowd(_falling(rule, now)),
        under=_crowd(moving.held_by(rule, now)),
    )


def _falling(rule: StageRule, now: dt.datetime) -> QuerySet[Member]:
    """Of a condition that is new nobody knows since when it held: its time begins tonight."""
    kept = StageRule.objects.filter(to=rule.to).first()
    if kept and kept.fall == rule.fall:
        return moving.falling(rule, now)
    return Member.objects.none() if rule.fall_after else moving.stayed_long(rule, now)


def _crowd(members: QuerySet[Member]) -> Crowd:
    return Crowd(members.count(), list(members.order_by("stage_since", "pk")[:SHOWN]))
