"""Which plan would fit somebody better who got less than they paid for."""

from members import contract_facts
from members.models import Member, Plan

SHOWN = 2


def smaller(member: Member) -> list[Plan]:
    """Plans that cost less a month than the member's own, in the same currency, the nearest first; at most two."""
    own = member.plan
    price = _per_month(own) if own else None
    if own is None or price is None:
        return []
    others = Plan.objects.filter(currency=own.currency).exclude(pk=own.pk).exclude(completed_at=None)
    priced = [(found, plan) for plan in others if (found := _per_month(plan)) and found < price]
    return [plan for _price, plan in sorted(priced, key=lambda one: (-one[0], one[1].pk))[:SHOWN]]


def _per_month(plan: Plan) -> int | None:
    if plan.amount is None or not plan.currency or not plan.interval:
        return None
    return contract_facts.per_month(plan.amount, plan.interval, plan.interval_count)
