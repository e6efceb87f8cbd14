"""May this member be made this offer? Every rule in one place, and in plain words why not.

- Not again within so many months of the last offer, whatever that was.
- Money off only where a price is known, and only as far as the floor: what the member would pay in a period, less what
  serving them costs, is at least so many per cent of the usual price. Free periods are spread over a year.
- Never money off for somebody who had stopped coming before they left, or sleeps now: they did not leave for the price.
- Bands go by what members paid so far: a fifth at the top, a fifth at the bottom (`Offer.Band`).
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from mail.models import Message
from members import durations
from members.models import Member, MemberFacts, Subscription
from members.models.member_facts import Pulse
from members.models.plan import Consumption
from winback.models import MadeOffer, Offer

FEW = 10  # members with money paid; below, everybody is in the middle
A_YEAR = {"day": 365, "week": 52, "month": 12, "year": 1}
DEEPEST = 6  # offers tried one after the other
NEVER_LEFT = (Message.Status.SKIPPED, Message.Status.FAILED)


@dataclass(frozen=True)
class Standing:
    """What the rules ask of one member. Money is minor units for one period of the contract; `price` None: unknown."""

    price: int | None = None
    currency: str = ""
    interval: str = ""
    interval_count: int = 1
    cost: int = 0
    plan: int | None = None
    was_asleep: bool = False
    band: str = Offer.Band.MIDDLE
    last_offer_at: dt.datetime | None = None


def chain(offer: Offer, known: Mapping[int, Offer]) -> Iterator[Offer]:
    """The offer, then what is tried instead, each once."""
    seen: set[int] = set()
    here: Offer | None = offer
    while here and here.pk not in seen and len(seen) < DEEPEST:
        seen.add(here.pk)
        yield here
        here = known.get(here.otherwise_id) if here.otherwise_id else None


def refusal(offer: Offer, standing: Standing, member: Member, now: dt.datetime, *, needs_price: bool) -> str:
    """Why it may not be made to this member now: a short code, empty if it may. Its plans are read already."""
    zone = durations.zone_of(member)
    if offer.retired_at:
        return "retired"
    last, months = standing.last_offer_at, offer.repeat_months
    if last and months and durations.add(last, f"{months}mo", zone) > now:
        return "again"
    if offer.band and offer.band != standing.band:
        return "band"
    plans = {plan.pk for plan in offer.plans.all()}
    if plans and standing.plan not in plans:
        return "plan"
    if needs_price and standing.price is None:
        return "price"
    if offer.kind in Offer.MONEY:
        return _no_money(offer, standing)
    return ""


def reduced(offer: Offer, price: int) -> int:
    """What is paid for a period while the offer holds, rounded down to a minor unit."""
    return price * (100 - (offer.percent or 0)) // 100 if offer.kind == Offer.Kind.PERCENT else price


def standings(members: Collection[Member]) -> dict[int, Standing]:
    """How these members stand, by key, in a constant number of queries."""
    rows = Member.objects.filter(pk__in=[member.pk for member in members]).select_related("plan", "facts")
    contracts = Subscription.objects.order_by("started_at", "pk")
    rows = rows.prefetch_related(Prefetch("subscriptions", contracts))
    made, limits = _last_made(members), _limits()
    return {row.pk: _standing(row, made.get(row.pk), limits) for row in rows}


def _no_money(offer: Offer, standing: Standing) -> str:
    if standing.price is None or standing.price <= 0:
        return "price"
    if standing.was_asleep:
        return "asleep"
    least = offer.floor_percent * standing.price
    if offer.kind == Offer.Kind.FREE:
        periods = max(A_YEAR.get(standing.interval, 1) // max(standing.interval_count, 1), 1)
        paid = standing.price * max(periods - (offer.periods or 0), 0)
        return "" if (paid - standing.cost * periods) * 100 >= least * periods else "floor"
    return "" if (reduced(offer, standing.price) - standing.cost) * 100 >= least else "floor"


def _standing(member: Member, last: dt.datetime | None, limits: tuple[int, int] | None) -> Standing:
    held, plan = next(reversed(member.subscriptions.all()), None), member.plan
    facts: MemberFacts | None = getattr(member, "facts", None)
    paid = facts.lifetime_value if facts else None
    priced = held if held and held.amount is not None else plan
    return Standing(
        price=priced.amount if priced else None,
        currency=priced.currency if priced else "",
        interval=priced.interval if priced else "",
        interval_count=priced.interval_count if priced else 1,
        cost=plan.cost_to_serve or 0 if plan else 0,
        plan=member.plan_id,
        was_asleep=_was_asleep(member, facts, held),
        band=_band(paid, limits),
        last_offer_at=last,
    )


def _was_asleep(member: Member, facts: MemberFacts | None, held: Subscription | None) -> bool:
    """Whether the member sleeps, or had not come for as long when access ended. Unknown is not asleep."""
    if facts is None:
        return False
    if facts.pulse == Pulse.SLEEPING:
        return True
    plan, ended = member.plan, (held.ended_at if held else None) or facts.former_since
    if plan is None or ended is None or plan.consumption != Consumption.EXPECTED:
        return False
    if facts.last_use_on is None and (plan.first_use_on is None or plan.first_use_on >= ended.date()):
        return False
    seen = max(facts.last_use_on or member.joined_at.date(), member.joined_at.date())
    return (ended.date() - seen).days >= plan.sleeping_after


def _band(paid: int | None, limits: tuple[int, int] | None) -> str:
    if paid is None or limits is None:
        return Offer.Band.MIDDLE
    top, low = limits
    if paid >= top > low:
        return Offer.Band.TOP
    return Offer.Band.LOW if paid <= low < top else Offer.Band.MIDDLE


def _limits() -> tuple[int, int] | None:
    """From what on somebody is in the top fifth, and up to what in the lowest, of all who paid; three queries."""
    paid = MemberFacts.objects.filter(lifetime_value__gt=0, member__erased_at=None).order_by(
        "-lifetime_value"
    )
    number = paid.count()
    if number < FEW:
        return None
    values = paid.values_list("lifetime_value", flat=True)
    top, low = values[number // 5 - 1], values[number - number // 5]
    assert top is not None and low is not None  # noqa: PT018 (both were asked for)
    return top, low


def _last_made(members: Collection[Member]) -> dict[int, dt.datetime]:
    """When each was made an offer last; one that never reached them does not count."""
    rows = MadeOffer.objects.filter(member__in=[member.pk for member in members])
    rows = rows.exclude(message__status__in=NEVER_LEFT).order_by("made_at", "pk")
    return dict(rows.values_list("member_id", "made_at"))


def ready(slugs: Sequence[str]) -> tuple[dict[str, Offer], dict[int, Offer]]:
    """These offers by short name, and all offers by key, words and plans read with them; three queries."""
    every = {offer.pk: offer for offer in Offer.objects.prefetch_related("words", "plans")} if slugs else {}
    return {offer.slug: offer for offer in every.values() if offer.slug in slugs}, every
