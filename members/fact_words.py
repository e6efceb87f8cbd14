"""Values of facts as people say them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.answers import Outcome
from members.facts import Fact
from members.models.member import Circle, Stage
from members.models.member_facts import Pulse

MONEY = "minor units"
STATUSES = {
    "trial": gettext_lazy("on trial"),
    "trialing": gettext_lazy("on trial"),
    "active": gettext_lazy("active"),
    "paused": gettext_lazy("paused"),
    "past_due": gettext_lazy("payment overdue"),
    "overdue": gettext_lazy("payment overdue"),
    "cancelled": gettext_lazy("leaving"),
    "leaving": gettext_lazy("leaving"),
    "ended": gettext_lazy("ended"),
}
WORDS: dict[str, dict[str, Any]] = {
    "stage": dict(Stage.choices),
    "circle": dict(Circle.choices),
    "pulse": dict(Pulse.choices),
    "last_answer": dict(Outcome.choices),
    "status": STATUSES,
    "standing": STATUSES,
    "reachable_by": {"email": gettext_lazy("e-mail"), "phone": gettext_lazy("phone")},
}


def value(fact: Fact, said: Any) -> str:
    """One value of a fact: a choice by its name, money in major units, yes or no."""
    if isinstance(said, bool):
        return _("yes") if said else _("no")
    if fact.unit == MONEY and isinstance(said, int | float):
        return money(said)
    return str(WORDS.get(fact.name, {}).get(said, said))


def values(fact: Fact, said: Any) -> str:
    """One value or several."""
    return _(" or ").join(value(fact, one) for one in said) if isinstance(said, list) else value(fact, said)


def money(minor: float) -> str:
    """An amount in minor units as it is written in major ones: 90000 is "900", 4950 is "49.50"."""
    return f"{minor / 100:.2f}".removesuffix(".00")
