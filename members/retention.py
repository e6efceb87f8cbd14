"""How long former members are kept: so many months after the end, or after a list told of them; then they are erased.

Nothing is erased while the house has not said how long (`House.former_months`); choosing a trade for the first time
says it. GDPR article 5(1)(e): no longer than is needed.
"""

import datetime as dt
import logging
import time

from django.db.models import QuerySet

from members import durations, erasure
from members.models import Member
from members.models.member import Stage
from office import audit
from office.models import House, User

USUAL = 24  # months
LONGEST = 240
PATIENCE = 600.0  # seconds of one night, real time; the rest is erased the next night
log = logging.getLogger(__name__)


def months() -> int | None:
    """How many months former members are kept; None: until somebody erases them."""
    return House.current().former_months


def choose(number: int | None, now: dt.datetime, user: User | None = None) -> None:
    """Keeps former members so many months from now on; None: nobody is erased by the clock."""
    house = House.current()
    if house.pk and house.former_months == number:
        return
    before, house.former_months = house.former_months, number
    house.save()
    audit.record(user, "retention.changed", f"{number or '–'}", now, before=before, after=number)


def until(member: Member, number: int | None) -> dt.datetime | None:
    """Until when a former member is kept, aware; None for everybody who is not to be erased by the clock."""
    if number is None or member.stage != Stage.FORMER or member.erased_at:
        return None
    return after(max(member.stage_since, member.created_at), number)


def after(end: dt.datetime, number: int) -> dt.datetime:
    """Until when somebody is kept whose membership ended at `end`, aware."""
    return durations.add(end, f"{number}mo", durations.house_zone())


def due(now: dt.datetime, number: int | None) -> QuerySet[Member]:
    """The former members whose time is over at `now`."""
    if number is None:
        return Member.objects.none()
    edge = durations.add(now, f"{number}mo", durations.house_zone(), back=True)
    rows = Member.objects.filter(stage=Stage.FORMER, stage_since__lte=edge, created_at__lte=edge)
    return rows.filter(erased_at=None)


def sweep(now: dt.datetime) -> int:
    """Erases those whose time is over, each in a transaction of its own; returns how many. Work of the night.

    One that cannot be erased holds nobody else up; it is tried again the next night.
    """
    stop, done = time.monotonic() + PATIENCE, 0
    for member in due(now, months()).order_by("stage_since", "pk").iterator(200):
        try:
            erasure.erase(member, None, now)
            done += 1
        except Exception:
            log.exception("a former member could not be erased: no. %d", member.pk)
        if time.monotonic() > stop:
            break
    return done
