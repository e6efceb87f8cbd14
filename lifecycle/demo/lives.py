"""What happened to one person of the demo club: contracts, payments, evenings, and signs of a relationship."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random
from typing import Any

from dateutil.relativedelta import relativedelta

from lifecycle.demo import calendar
from lifecycle.demo.people import Person

PRICES = {"full": 90000, "passive": 30000, "youth": 45000}  # øre a year
REASONS = ("moved away", "no time", "too expensive", "did not find company", "found something else", "health")
WHY_JOINED = {
    "en": ("meet people", "moved to the city", "the talks", "sailing", "to support the house", ""),
    "da": ("møde folk", "flyttet til byen", "foredragene", "sejlads", "støtte huset", ""),
}
SETTLING = dt.timedelta(days=40)  # before, nobody answers questions or brings friends
CAME_BY = ("website", "website", "friend", "open evening", "flyer", "festival")


@dataclass
class Paid:
    """One attempt to pay: when (aware), and what came of it."""

    at: dt.datetime
    status: str


@dataclass
class Contract:
    """One contract, paid by the year from its anchor; what has not happened is None."""

    started_at: dt.datetime
    period_end: dt.datetime
    renewals: list[dt.datetime] = field(default_factory=list)
    payments: list[Paid] = field(default_factory=list)
    cancelled_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    reason: str = ""
    voluntary: bool = True

    def holds(self, moment: dt.datetime) -> bool:
        """Whether the contract ran at `moment`."""
        return self.started_at <= moment and (self.ended_at is None or moment < self.ended_at)


@dataclass(frozen=True)
class Sign:
    """Something a member did besides coming: an answer, a wish, a friend brought."""

    name: str
    at: dt.datetime
    data: dict[str, Any]


@dataclass
class Life:
    """Everything that happened to one person up to now."""

    person: Person
    joined_at: dt.datetime
    plan: str
    keen: float
    joining_reason: str
    source: str
    contracts: list[Contract]
    evenings: list[dt.datetime]
    signs: list[Sign]
    told_by: str = ""

    @property
    def activated_at(self) -> dt.datetime | None:
        """The first evening; None for somebody who never came."""
        return self.evenings[0] if self.evenings else None

    @property
    def is_here(self) -> bool:
        """Whether this person is a member now."""
        return self.contracts[-1].ended_at is None


def lead(rng: Random, person: Person, joined_at: dt.datetime, now: dt.datetime) -> Life:
    """A life from joining until `now`."""
    plan = rng.choices(("full", "passive", "youth"), (75, 15, 10))[0]
    keen = rng.choices((0.0, 0.05, 0.2, 0.5), (14, 34, 36, 16))[0] * (0.2 if plan == "passive" else 1)
    contracts = _contracts(rng, joined_at, now)
    evenings = _evenings(rng, contracts, keen, now)
    return Life(
        person=person,
        joined_at=joined_at,
        plan=plan,
        keen=keen,
        joining_reason=rng.choice(WHY_JOINED["en" if person.locale.startswith("en") else "da"]),
        source=rng.choice(CAME_BY),
        contracts=contracts,
        evenings=evenings,
        signs=_signs(rng, contracts, keen, now) if evenings else [],
    )


def _contracts(rng: Random, joined_at: dt.datetime, now: dt.datetime) -> list[Contract]:
    found = [_contract(rng, joined_at, now)]
    while (ended := found[-1].ended_at) and rng.random() < 0.16:
        again = ended + dt.timedelta(days=rng.randint(25, 420), hours=rng.randint(0, 20))
        if again > now - dt.timedelta(days=2):
            break
        found.append(_contract(rng, again, now))
    return found


def _contract(rng: Random, started_at: dt.datetime, now: dt.datetime) -> Contract:
    contract = Contract(started_at, started_at + relativedelta(years=1))
    _pay(rng, contract, started_at, now)
    if rng.random() < 0.015:
        _regret(rng, contract, now)
    years = 1
    while not _leaves(rng, contract, 0.25 if years == 1 else 0.12, now) and contract.period_end <= now:
        contract.renewals.append(contract.period_end)
        _pay(rng, contract, contract.period_end, now)
        years += 1
        contract.period_end = started_at + relativedelta(
            years=years
        )  # from the anchor: month ends do not drift
    return contract


def _leaves(rng: Random, contract: Contract, chance: float, now: dt.datetime) -> bool:
    if contract.ended_at:
        return True
    wants, days, reason = rng.random() < chance, rng.randint(5, 75), rng.choice(REASONS)
    decided = contract.period_end - dt.timedelta(days=days, minutes=rng.randint(0, 900))
    if not wants or decided > now:
        return False
    contract.cancelled_at, contract.reason = decided, reason
    if any(paid.status == "failed" for paid in contract.payments[-1:]):
        contract.reason, contract.voluntary = "payment failed", False
    contract.ended_at = contract.period_end if contract.period_end <= now else None
    return True


def _regret(rng: Random, contract: Contract, now: dt.datetime) -> None:
    """Left within three weeks, with the money paid back."""
    moment = contract.started_at + dt.timedelta(days=rng.randint(4, 20), hours=3)
    if moment < now - dt.timedelta(hours=2):
        contract.cancelled_at = contract.ended_at = contract.period_end = moment
        contract.reason = "not what I expected"
        contract.payments = [Paid(contract.started_at + dt.timedelta(minutes=5), "succeeded")]
        contract.payments.append(Paid(moment + dt.timedelta(hours=1), "refunded"))


def _pay(rng: Random, contract: Contract, due: dt.datetime, now: dt.datetime) -> None:
    at = due + dt.timedelta(minutes=rng.randint(1, 600))
    attempts = [Paid(at, "succeeded")]
    is_recent_renewal = due > contract.started_at and now - due < dt.timedelta(days=45)
    if rng.random() < (0.3 if is_recent_renewal else 0.05):
        attempts = [Paid(at, "failed"), Paid(at + dt.timedelta(days=rng.randint(5, 40)), "succeeded")]
    contract.payments += [paid for paid in attempts if paid.at <= now]


def _evenings(rng: Random, contracts: list[Contract], keen: float, now: dt.datetime) -> list[dt.datetime]:
    found = []
    for contract in contracts:
        settled = contract.started_at + dt.timedelta(days=90)
        for evening in calendar.evenings(contract.started_at, min(contract.ended_at or now, now)):
            chance = keen * (1.6 if evening < settled else 1.0)
            if rng.random() < chance:
                found.append(evening + dt.timedelta(minutes=rng.randint(-20, 25)))
    return [moment for moment in found if moment < now]


def _signs(rng: Random, contracts: list[Contract], keen: float, now: dt.datetime) -> list[Sign]:
    found = []
    for contract in contracts:
        for name, data in _kinds(rng, keen):
            length = min(contract.ended_at or now, now) - contract.started_at
            for _year in range(max(1, length.days // 365)):
                at = contract.started_at + length * rng.uniform(0.15, 0.99)
                if rng.random() < keen * 1.5 and at - contract.started_at > SETTLING:
                    found.append(Sign(name, at, data))
    return sorted(found, key=lambda sign: sign.at)


def _kinds(rng: Random, keen: float) -> list[tuple[str, dict[str, Any]]]:
    score = rng.randint(7, 10) if keen > 0.1 else rng.randint(3, 9)
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("survey.answered", {"question": "How likely are you to tell a friend?", "score": score}),
        ("letter.replied", {"letter": "welcome-1"}),
    ]
    if rng.random() < 0.3:
        kinds.append(
            ("wish.made", {"title": rng.choice(("More talks in English", "A boat day", "Later start"))})
        )
    if keen > 0.1 and rng.random() < 0.25:
        kinds.append(("referral.confirmed", {"note": "a friend joined"}))
    return kinds
