"""What a house begins with when it says which trade it is in. Every number stays editable afterwards.

Most of these numbers rest on practice and vendors' experience, not on causal evidence; each rule says its reason.
"""

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from lifecycle.trades import packs
from mail import sending_rules
from members import first_value, placing, plans, retention, stage_rules
from members.models import Member, StageRule
from members.models.member import Stage
from office import audit
from office.models import User

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Done:
    """What choosing a trade changed: stages whose rule changed, whether the rule for first value did, parts of the
    sending rules, plans by slug, how many members were placed, and what was made of the trade's flows.
    """

    rules: list[str]
    first_value: bool
    sending: list[str]
    plans: list[str]
    placed: int
    pack: packs.Loaded

    def __bool__(self) -> bool:
        return bool(self.rules or self.first_value or self.sending or self.plans or self.pack)


def names() -> list[str]:
    """The trades there are."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def choose(trade: str, now: dt.datetime, user: User | None = None) -> Done:
    """Sets the trade's rules for stages and sending, and its quiet times for plans that nobody changed.

    Repeating does nothing. Its flows come as drafts: none is published, and one that is there stays as it is.
    Where the house had no rules before, its members are placed by them, without letters, and from then on former
    members are kept 24 months. KeyError: no such trade.
    """
    pack = packs.rules(trade, _pack(trade))
    with transaction.atomic():
        is_first = not StageRule.objects.exists()
        rules = stage_rules.save(pack["stage_rules"], now, user)
        first = bool(first_value.save(first_value.of_section(pack[first_value.SECTION]), now, user))
        sending = sending_rules.save(pack["sending"], now, user)
        changed = plans.choose_defaults(trade, **pack["plans"])
        placed = placing.place(_in_onboarding(), now, note_all=False) if is_first else 0
        if is_first and retention.months() is None:
            retention.choose(retention.USUAL, now, user)
        loaded = packs.load(trade, now, user)
        done = Done(rules, first, sending, changed, placed, loaded)
        if done:
            _record(trade, done, now, user)
    return done


def first_value_of(trade: str) -> dict[str, Any]:
    """The condition by which the trade says that a member has had first value. KeyError: no such trade."""
    said: dict[str, Any] = _pack(trade)[first_value.SECTION]["when"]
    return said


def _record(trade: str, done: Done, now: dt.datetime, user: User | None) -> None:
    audit.record(
        user,
        "trade.chosen",
        trade,
        now,
        rules=done.rules,
        first_value=done.first_value,
        sending=done.sending,
        plans=done.plans,
        placed=done.placed,
        flows=done.pack.flows,
    )


def _pack(trade: str) -> dict[str, Any]:
    if trade not in names():
        raise KeyError(trade)
    return tomllib.loads((FOLDER / f"{trade}.toml").read_text(encoding="utf-8"))


def _in_onboarding() -> list[int]:
    return list(Member.objects.filter(stage=Stage.ONBOARDING).values_list("pk", flat=True))
