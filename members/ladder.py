"""Why a member stands where they stand, and what is missing for the stages ahead."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members import durations, needs, stage_rules
from members.models import Member, StageChange, StageRule
from members.models.member import Stage
from members.needs import Need


@dataclass(frozen=True)
class Ahead:
    """A stage that the member has not reached: what is met of what it asks, and what is missing."""

    stage: Stage
    met: list[Need]
    missing: list[Need]

    @property
    def sentence(self) -> str:
        """All of it in one line: “Missing for Relationship: one talk or answer in 12 months (now 0). Met: …”."""
        if not self.missing:
            return _("Everything is there for %s.") % self.stage.label
        said = _("Missing for %(stage)s: %(needs)s") % {
            "stage": self.stage.label,
            "needs": _list(self.missing),
        }
        return f"{said}. " + _("Met: %s") % _list(self.met) + "." if self.met else f"{said}."


@dataclass(frozen=True)
class Ladder:
    """Where somebody stands and since when, by which move, with which values, and the stages ahead in order."""

    stage: Stage
    since: dt.datetime
    move: StageChange | None
    values: list[tuple[str, str]]
    is_stalled: bool
    ahead: list[Ahead]

    @property
    def next(self) -> Ahead | None:
        """The next stage."""
        return self.ahead[0] if self.ahead else None


def of(member: Member, now: dt.datetime) -> Ladder:
    """The member's place on the ladder at `now`, and what the house's rules ask for more."""
    rules = stage_rules.standing()[::-1]
    stage = Stage(member.stage)
    ruled = [rule.to for rule in rules]
    ruled = [rule.to for rule in rules]
    ahead = [
        _ahead(rule, member, now, _steps(rule, stage, ruled))
        for rule in rules
        if stage in stage_rules.DEPTH and stage_rules.is_deeper(rule.to, stage)
    ]
    move = member.stage_changes.select_related("by", "event").order_by("-pk").first()
    values = list(needs.in_words(move.values)) if move else []
    return Ladder(stage, member.stage_since, move, values, _is_stalled(member, rules, now), ahead)


def stalled(now: dt.datetime) -> QuerySet[Member]:
    """The members in onboarding who are there longer than it lasts, and never had first value."""
    since = _over_since(StageRule.objects.filter(to=Stage.VALUE), now)
    if since is None:
        return Member.objects.none()
    return Member.objects.filter(
        stage=Stage.ONBOARDING,
        stage_since__lte=since,
        facts__activated_at=None,
        merged_into=None,
        erased_at=None,
    )


def _steps(rule: StageRule, stage: Stage, ruled: Sequence[str]) -> list[Need]:
    """The stage that comes first, where the rule does not lead up from where the member stands."""
    lower = stage_rules.leads_from(rule.to, ruled)
    return [] if stage in lower else [Need(_("%s first") % lower[0].label, "", is_met=False)]


def _ahead(rule: StageRule, member: Member, now: dt.datetime, steps: list[Need]) -> Ahead:
    asked = steps + [need for need in needs.of(rule.enter, member, now) if not need.is_met or need.is_open]
    if rule.fall and stage_rules.one_step_down(rule.to):
        asked += [need for need in needs.of({"not": rule.fall}, member, now) if not need.is_met]
    asked = list({need.text: need for need in asked}.values())  # entering and not falling may ask the same
    return Ahead(Stage(rule.to), [n for n in asked if n.is_met], [n for n in asked if not n.is_met])


def _is_stalled(member: Member, rules: Sequence[StageRule], now: dt.datetime) -> bool:
    since = _over_since([rule for rule in rules if rule.to == Stage.VALUE], now)
    is_early = since is None or member.stage_since > since
    return member.stage == Stage.ONBOARDING and not is_early and member.facts.activated_at is None


def _over_since(rules: Any, now: dt.datetime) -> dt.datetime | None:
    """Before when somebody must have come for onboarding to be over; None where nothing says how long it lasts."""
    window = next((rule.window for rule in rules), "")
    return durations.add(now, window, ZoneInfo(settings.TIME_ZONE), back=True) if window else None


def _list(asked: list[Need]) -> str:
    return ", ".join(
        _("%(need)s (now %(now)s)") % {"need": n.text, "now": n.now} if n.now else n.text for n in asked
    )
