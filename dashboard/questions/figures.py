"""Numbers of home that walk through many members: who uses what they bought, what sleeps, what comes up.

A house of up to 20,000 members is counted when somebody looks; a larger one every hour, and home reads one row.
"""

import datetime as dt
import hashlib
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import F, QuerySet

from dashboard.models import Figures
from dashboard.questions import arriving, people, sleeping, surveys
from dashboard.questions.narrowed import WHOLE, Narrowed
from members import mrr
from members.models import Member

COUNTED_EACH_TIME = 20_000  # members
NAME = "home"
HOUR = dt.timedelta(hours=1)
Money = dict[str, int]


@dataclass(frozen=True)
class House:
    """Money is minor units a year by currency; `days` is how long half of the newcomers took to first value.

    `letters` says how letters fare: `good`, `warn`, `danger`, or nothing while too few leave to say.
    """

    joined: int = 0
    with_value: int = 0
    days: int | None = None
    awake: int = 0
    sleeping: int = 0
    sleeping_money: Money = field(default_factory=dict)
    passive: int = 0
    unknown: int = 0
    income: Money = field(default_factory=dict)
    renewing: int = 0
    anniversaries: int = 0
    overdue: int = 0
    deleted_soon: int = 0
    letters: str = ""
    score: int | None = None  # would they recommend us: from -100 to 100
    score_error: int = 0
    score_people: int = 0
    score_of: str = ""  # the question
    counted_at: dt.datetime | None = None

    @property
    def share(self) -> int | None:
        """How many of a hundred newcomers had first value; None while there are too few to say."""
        return round(100 * self.with_value / self.joined) if self.joined >= 10 else None


def read(now: dt.datetime, members: int, of: Narrowed = WHOLE) -> House:
    """The numbers: of now, or as of `counted_at`, an hour or so ago; `members` says how large the house is."""
    if members <= COUNTED_EACH_TIME:
        return count(now, of)
    kept = Figures.objects.filter(name=_name(of)).first()
    if kept is None or (not of.is_whole and kept.counted_at <= now - HOUR):
        return keep(now, of)
    return House(**kept.values, counted_at=kept.counted_at)


def keep(now: dt.datetime, of: Narrowed = WHOLE) -> House:
    """Counts and remembers."""
    found = count(now, of)
    values = {name: value for name, value in asdict(found).items() if name != "counted_at"}
    Figures.objects.update_or_create(name=_name(of), defaults={"values": values, "counted_at": now})
    return found


def sweep(now: dt.datetime) -> int:
    """Counts a large house again; 0, so that nothing is waited for because of it."""
    if Member.objects.count() > COUNTED_EACH_TIME:
        keep(now)
    return 0


def count(now: dt.datetime, of: Narrowed = WHOLE) -> House:
    """All of them at `now`, in a fixed number of queries."""

    def shown(name: str) -> QuerySet[Member]:
        return people.SHOWN[name](now).filter(of.who())

    newcomers, used, awake = map(shown, ("joined-90", "used-90", "awake-90"))
    number = used.count()
    took = used.annotate(took=F("facts__activated_at") - F("joined_at")).order_by("took")
    middle = took.values_list("took", flat=True)[number // 2 : number // 2 + 1]
    return House(
        joined=newcomers.count(),
        with_value=number,
        days=next((max(one.days, 0) for one in middle), None),
        awake=awake.count(),
        sleeping=shown("sleeping").count(),
        sleeping_money=sleeping.sums(now, of.who("member__")),
        passive=shown("passive").count(),
        unknown=shown("unknown").count(),
        income=mrr.yearly(mrr.paying(now).filter(of.who("member__"))),
        renewing=shown("renewing").count(),
        anniversaries=shown("anniversaries").count(),
        deleted_soon=shown("to-be-deleted").count(),
        overdue=shown("overdue").count(),
        letters=_letters(now),
        **_score(now, of),
    )


def _score(now: dt.datetime, of: Narrowed) -> dict[str, Any]:
    """What the whole house answers to “would you recommend us?”, where enough did."""
    found = surveys.score(now) if of.is_whole else None
    survey, nps = found or (None, None)
    if survey is None or nps is None:
        return {}
    said = {"score": round(nps.score), "score_error": round(nps.error), "score_people": nps.people}
    return {**said, "score_of": survey.slug}


def _letters(now: dt.datetime) -> str:
    levels = [gauge.level for gauge in arriving.gauges(now)]
    return next((level for level in ("danger", "warn", "good") if level in levels), "")


def _name(of: Narrowed) -> str:
    digest = hashlib.blake2b(of.mark.encode(), digest_size=12).hexdigest()
    return NAME if of.is_whole else f"{NAME}:{digest}"
