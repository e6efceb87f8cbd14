"""Invented members: who they are, when they came, whether they left, how much they use."""

import datetime as dt
import uuid
from dataclasses import dataclass
from random import Random

from members.models.member import Stage

FIRST = "Ingrid Per Ole Maja Lars Anna Søren Freja Jonas Clara Emil Sofie Noah Ida Karl Alma Hugo Liv".split()
LAST = "Hansen Østergaard Berg Dahl Nilsen Holm Lund Brandt Vries Popescu Smith Møller Krog Friis Sand Aas".split()
PLACES = (("DK", "da", "Europe/Copenhagen"), ("NO", "nb", "Europe/Oslo"), ("NL", "nl", "Europe/Amsterdam"))
PLANS = (
    ("standard", 90000, 0.55),
    ("family", 140000, 0.2),
    ("passive", 30000, 0.15),
    ("company", 250000, 0.1),
)
SOURCES = ("web", "friend", "shop", "fair", "")
REASONS = ("no time", "price", "moved", "other club", "")
YEARS = 6
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """One invented member. `keen` is the share of use that is theirs, 1 on average; `uses` is counted from it."""

    number: int
    uuid: uuid.UUID
    first_name: str
    last_name: str
    place: tuple[str, str, str]
    plan: int
    source: str
    joined_at: dt.datetime
    left_at: dt.datetime | None
    reason: str
    keen: float
    stage: str
    stage_since: dt.datetime

    @property
    def email(self) -> str:
        """An address that no server takes."""
        return f"member.{self.first_name}.{self.number}@example.com".lower().replace("ø", "oe")


def invent(rng: Random, number: int, now: dt.datetime) -> Person:
    """The member of this number; the same numbers drawn give the same person."""
    joined_at = (now - DAY * 365 * YEARS * rng.random() ** 1.3).replace(microsecond=0)
    days_here = int(rng.expovariate(1 / 1200)) + 20
    left_at = joined_at + DAY * days_here if joined_at + DAY * days_here < now else None
    stage, since = _stage(rng, joined_at, left_at, now)
    return Person(
        number=number,
        uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
        first_name=rng.choice(FIRST),
        last_name=rng.choice(LAST),
        place=rng.choice(PLACES),
        plan=_plan(rng.random()),
        source=rng.choice(SOURCES),
        joined_at=joined_at,
        left_at=left_at,
        reason=rng.choice(REASONS) if left_at else "",
        keen=rng.expovariate(1),
        stage=stage,
        stage_since=since,
    )


def _plan(drawn: float) -> int:
    """The place of a plan in PLANS, from 1 on."""
    for place, (_slug, _amount, share) in enumerate(PLANS, 1):
        drawn -= share
        if drawn < 0:
            return place
    return len(PLANS)


def _stage(
    rng: Random, joined_at: dt.datetime, left_at: dt.datetime | None, now: dt.datetime
) -> tuple[str, dt.datetime]:
    if left_at:
        return Stage.FORMER.value, left_at
    age = (now - joined_at).days
    if age < 60 or rng.random() < 0.15:
        return Stage.ONBOARDING.value, joined_at
    if age < 240 or rng.random() < 0.6:
        return Stage.VALUE.value, joined_at + 30 * DAY
    stage = Stage.AMBASSADOR if rng.random() < 0.06 else Stage.RELATIONSHIP
    return stage.value, joined_at + 200 * DAY
