"""Loads the demo club, all of it or nothing."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from django.db import transaction

from lifecycle import trades
from lifecycle.demo import (
    arrivals,
    calendar,
    chores,
    club,
    evenings,
    invitation,
    ladder,
    lives,
    offered,
    opinions,
    people,
    post,
    register,
    replies,
    trail,
    welcome,
    worth,
)
from members import fact_keeping, segment_keeping, spans

IMPORTED_AGO = dt.timedelta(days=900)  # when the club began to use this program; before, members were placed


@dataclass(frozen=True)
class Loaded:
    """What was written."""

    rows: list[register.Registered]
    letters: int
    arrivals: int
    tasks: int


def load(members: int, seed: int, now: dt.datetime, *, users: bool = True) -> Loaded:
    """Writes `members` people and their history up to `now` (aware); the same seed gives the same club.

    The database must have no member. `users` adds the login demo/demo and three colleagues.
    """
    rng = Random(seed)  # noqa: S311 (a story, no secret)
    told = _stories(rng, members, now)
    with transaction.atomic():
        plans, company = club.found(now - dt.timedelta(days=365 * calendar.YEARS))
        if users:
            club.staff()
        rows = register.write(rng, told, plans, company, now)
        evenings.write(rows, now)
        trail.write(rows, now)
        worth.tell(rows, now)
        spans.rebuild([held.pk for row in rows for held in row.subscriptions])
        runs = welcome.run(rows, welcome.publish(now), now)
        invitation.publish(now)
        letters = post.write(rng, runs, now)
        replies.write(letters, now)
        arrived = arrivals.write(rng, rows, now)
        tasks = chores.write(rows, runs, now)
        fact_keeping.recompute([row.member.pk for row in rows], now)
        trades.choose("club", now)
        worth.offer(now)
        opinions.write(rows)
        offered.write(rows, now)
        segment_keeping.refresh_all(now)
    return Loaded(rows, len(letters), len(arrived), len(tasks))


def _stories(rng: Random, members: int, now: dt.datetime) -> list[tuple[lives.Life, list[ladder.Move]]]:
    days = calendar.joining_days(rng, members, now)
    persons = people.invent(rng, members)
    told = [lives.lead(rng, person, day, now) for person, day in zip(persons, days, strict=True)]
    _introduce(rng, told)
    return [(life, ladder.climb(life, now - IMPORTED_AGO, now)) for life in told]


def _introduce(rng: Random, told: list[lives.Life]) -> None:
    """Those who came by way of a friend name one who was a member when they joined."""
    for place, life in enumerate(told):
        earlier = [
            other for other in told[:place] if other.keen > 0.1 and other.contracts[0].holds(life.joined_at)
        ]
        if life.source == "friend" and earlier:
            friend = rng.choice(earlier).person
            life.told_by = f"{friend.first_name} {friend.last_name}"
