"""The rules of the stages, and who would move by them now."""

import datetime as dt
from dataclasses import dataclass

from members import rehearsal, stage_rules
from members.models import StageRule
from members.rehearsal import Rehearsal


@dataclass(frozen=True)
class Said:
    """One rule as staff read it; a rule that can no longer be used says why instead of who would move."""

    rule: StageRule
    problems: list[str]
    rehearsal: Rehearsal | None


def read(now: dt.datetime) -> list[Said]:
    """All rules, from value to ambassador, tried out at `now`."""
    return [_said(rule, now) for rule in stage_rules.in_order()]


def _said(rule: StageRule, now: dt.datetime) -> Said:
    found = stage_rules.problems(stage_rules.definition(rule))
    return Said(rule, found, None if found else rehearsal.of(rule, now))
