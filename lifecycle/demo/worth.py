"""What membership of the demo club gave its people, what it holds, and which evenings are coming."""

import datetime as dt
from collections.abc import Iterator, Sequence

from lifecycle.demo import calendar
from lifecycle.demo.register import Registered
from members import events
from members.models import Plan
from value import benefits
from value.models import Benefit, Upcoming

WORTH = {"club-evenings": 12000, "club-guest-ticket": 15000, "club-walk": 5000}  # øre for each use
FOR = ("full", "youth")  # the plans that come
AHEAD = dt.timedelta(days=60)
COMING = (
    ("Soup and a talk: the harbour in 1900", "Suppe og foredrag: havnen i 1900"),
    ("Singing at the long table", "Fællessang ved langbordet"),
    ("Open workshop: knots and ropes", "Åbent værksted: knob og tovværk"),
    ("Film night", "Filmaften"),
    ("New members’ evening", "Aften for nye medlemmer"),
)
PLACE = ("Havnegade 1, the hall", "Havnegade 1, salen")


def tell(rows: Sequence[Registered], now: dt.datetime) -> None:
    """Writes into the ledger what evenings brought beside themselves: cheaper tickets, and now and then a drink."""
    events.record_many([draft for row in rows for draft in _drafts(row)], now, quiet=True)


def offer(now: dt.datetime) -> None:
    """Says what the examples of the trade are worth here, tells members of them, and puts the evenings up."""
    plans = list(Plan.objects.filter(slug__in=FOR))
    for row in Benefit.objects.all():
        row.worth = WORTH.get(row.slug or "")
        row.currency = "DKK" if row.worth else ""
        row.save()
        row.plans.set(plans)
    benefits.offer(Benefit.objects.all(), None, now)
    for (title, danish), at in zip(COMING, calendar.evenings(now, now + AHEAD), strict=False):
        evening = Upcoming.objects.create(title=title, place=PLACE[0], starts_at=at)
        evening.plans.set(plans)
        evening.words.create(language="da", title=danish, place=PLACE[1])


def _drafts(row: Registered) -> Iterator[events.Draft]:
    for number, evening in enumerate(row.life.evenings, 1):
        key = f"demo:{row.member.uuid}:value:{number}"
        if number % 5 == 0:
            saved = {"amount": 1, "unit": "ticket", "currency": "DKK", "saved": 6000}
            yield events.Draft("value.discount", row.member, evening, key, saved)
        elif number % 12 == 3:
            yield events.Draft("value.perk_earned", row.member, evening, key, {"amount": 1, "unit": "drink"})
