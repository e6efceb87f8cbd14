"""What a person has to see to when somebody joined here and not through a shop: the money."""

import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from mail import wording
from members.models import Event, Plan
from office.models import House
from relationship import tasks

SOON = dt.timedelta(days=3)


def give(events: Sequence[Event], now: dt.datetime) -> None:
    """Answers signups by a page or by hand: nobody has been asked to pay yet. The letter waits for none of it."""
    told = {
        event: event.data["plan"] for event in events if event.data.get("through") and event.data.get("plan")
    }
    if not told:
        return
    plans = {plan.slug: plan for plan in Plan.objects.filter(slug__in=set(told.values()), amount__gt=0)}
    with translation.override(House.current().language):
        orders = [_order(event, plans[slug], now) for event, slug in told.items() if slug in plans]
        tasks.give(orders, now)


def _order(event: Event, plan: Plan, now: dt.datetime) -> tasks.Order:
    language = translation.get_language() or "en"
    price = wording.price(plan.amount or 0, plan.currency, plan.interval, plan.interval_count, language)
    title = _("Ask %(name)s for the payment: %(price)s") % {"name": event.member.name, "price": price}
    key = f"joined:{event.pk}:payment"
    return tasks.Order(key, event.member, title, _("has joined"), now + SOON, is_money=True)
