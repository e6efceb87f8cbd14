"""`{"event": "usage.lesson", "count": ">=1", "within": "7d"}`: how often something happened.

Use may be counted by its days instead of its times: `{"event": "usage.*", "days": ">=2", "within": "7d"}`.

No `within` means ever, no `count` at least once. For `usage.*`, `within` counts whole UTC days including today. Other
windows reach back from now by the house's calendar. Inside flows, `since="entry"` counts from entry.
"""

import datetime as dt
import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils.translation import gettext as _

from members import durations, event_words
from members.atoms import Condition, Scene, Verdict
from members.atoms.fact import COMPARE, SAID, SIGNS
from members.models import Event, UsageDay

KEYS = frozenset({"event", "count", "days", "within", "since"})
COUNT = re.compile(r"(=|!=|<=|>=|<|>)\s*(\d{1,9})")
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
ANY_USE = "usage.*"
LONGEST = dt.timedelta(days=36_500)
LOOKUPS = {"<": LessThan, "<=": LessThanOrEqual, ">": GreaterThan, ">=": GreaterThanOrEqual, "=": Exact}


def problems(condition: Condition, place: str, *, in_flow: bool) -> list[str]:
    """A name that is none, a count or window that cannot be read, `since` outside a flow."""
    name, found = str(condition["event"]), []
    if not NAME.fullmatch(name) and name != ANY_USE:
        found.append(f"{place}: “{name}” is no event name such as poll.answered")
    found += [
        f"{place}: {key} is written like “>=2”, not “{condition[key]}”"
        for key in ("count", "days")
        if not COUNT.fullmatch(str(condition.get(key, ">=1")))
    ]
    if "days" in condition and ("count" in condition or not name.startswith("usage.")):
        found.append(
            f"{place}: days counts the days of use, in the place of count; “{name}” cannot ask for it so"
        )
    if "since" in condition and (condition["since"] != "entry" or not in_flow):
        found.append(f"{place}: since is allowed inside flows only, as since = “entry”")
    if "within" in condition:
        found += _problems_of_within(str(condition["within"]), name, place)
    return found


def q(condition: Condition, now: dt.datetime) -> Q:
    """The count in SQL; `since` is of runs and never reaches SQL."""
    op, wanted = counted(condition)
    rows = _rows(condition, now).filter(member=OuterRef("pk"))
    if (op, wanted) in ((">=", 1), (">", 0), ("!=", 0)):
        return Q(Exists(rows))
    if (op, wanted) in (("=", 0), ("<", 1), ("<=", 0)):
        return ~Q(Exists(rows))
    how_many = _how_many(condition)
    per_member = rows.order_by().values("member").annotate(how_many=how_many).values("how_many")
    number = Coalesce(Subquery(per_member, output_field=IntegerField()), Value(0))
    return ~Q(Exact(number, wanted)) if op == "!=" else Q(LOOKUPS[op](number, wanted))


def evaluate(condition: Condition, scene: Scene) -> dict[int, Verdict]:
    """The count in Python: one query, however many members there are."""
    counts = {member.pk: 0 for member in scene.members}
    rows = _rows(condition, scene.now).filter(member_id__in=counts)
    if condition.get("since") == "entry":
        counts |= _since_entry(rows, condition, scene)
    else:
        how_many = _how_many(condition)
        found = rows.order_by().values("member_id").annotate(how_many=how_many)
        counts |= {row["member_id"]: int(row["how_many"]) for row in found}
    return {pk: _verdict(condition, have) for pk, have in counts.items()}


def read_aloud(condition: Condition) -> str:
    """The count as staff read it: "“A visit” happened at least 2 times in the last 7 days"."""
    op, wanted = counted(condition)
    name = _("any use") if condition["event"] == ANY_USE else f"“{event_words.name(condition['event'])}”"
    if (op, wanted) in (("=", 0), ("<", 1), ("<=", 0)):
        text = _("%(event)s did not happen") % {"event": name}
    elif (op, wanted) in ((">=", 1), (">", 0)):
        text = _("%(event)s happened") % {"event": name}
    else:
        often = str(SAID.get(op, "%s")) % wanted
        said = (
            _("%(event)s on %(often)s days")
            if "days" in condition
            else _("%(event)s happened %(often)s times")
        )
        text = said % {"event": name, "often": often}
    if condition.get("since"):
        text += " " + _("since entering")
    if within := condition.get("within"):
        text += " " + _("in the last %(span)s") % {"span": durations.said(within)}
    return text


def is_usage(condition: Condition) -> bool:
    """Whether the event is of the usage lane."""
    return str(condition["event"]).startswith("usage.")


def counted(condition: Condition) -> tuple[str, int]:
    """The comparison and number of `count`, or of `days`; at least once where it is left out."""
    found = COUNT.fullmatch(str(condition.get("days", condition.get("count", ">=1"))))
    assert found is not None  # conditions are checked when saved
    return found[1], int(found[2])


def _how_many(condition: Condition) -> Count | Sum:
    if "days" in condition:
        return Count("day", distinct=True)
    return Sum("count") if is_usage(condition) else Count("pk")


def _rows(condition: Condition, now: dt.datetime) -> QuerySet[UsageDay] | QuerySet[Event]:
    name, within = condition["event"], condition.get("within")
    if is_usage(condition):
        days = UsageDay.objects.filter(day__lte=now.astimezone(dt.UTC).date())
        days = days if name == ANY_USE else days.filter(name=name)
        return days.filter(day__gt=_start(within, now).date()) if within else days
    rows = Event.objects.filter(name=name, occurred_at__lte=now)
    return rows.filter(occurred_at__gt=_start(within, now)) if within else rows


def _start(within: str, now: dt.datetime) -> dt.datetime:
    return durations.add(now, within, ZoneInfo(settings.TIME_ZONE), back=True)


def _since_entry(
    rows: QuerySet[UsageDay] | QuerySet[Event], condition: Condition, scene: Scene
) -> Mapping[int, int]:
    found: dict[int, int] = {}
    when, weight = ("day", "count") if is_usage(condition) else ("occurred_at", "one")
    listed = rows.annotate(one=Value(1)).values_list("member_id", when, weight)
    once = {(member_id, moment, 1) for member_id, moment, _number in listed} if "days" in condition else ()
    for member_id, moment, number in once or listed:
        entered = scene.entered.get(member_id)
        edge = entered.date() if entered and when == "day" else entered
        if edge is None or moment >= edge:
            found[member_id] = found.get(member_id, 0) + number
    return found


def _verdict(condition: Condition, have: int) -> Verdict:
    op, wanted = counted(condition)
    unit = "days" if "days" in condition else "times"
    window = f" within {condition['within']}" if "within" in condition else ""
    return Verdict(
        COMPARE[op](have, wanted),
        (f"{condition['event']} happened {have} {unit}{window}, must be {SIGNS[op]} {wanted}",),
        {f"{condition['event']}{' days' if unit == 'days' else ''}{window}": have},
    )


def _problems_of_within(within: str, name: str, place: str) -> list[str]:
    try:
        unit = durations.parse(within)[1]
    except durations.BadDuration as error:
        return [f"{place}: {error}"]
    if durations.span(within) > LONGEST:
        return [f"{place}: within reaches back at most 100 years, not “{within}”"]
    if name.startswith("usage.") and unit in ("m", "h"):
        return [f"{place}: use is counted by whole days; within cannot be “{within}”"]
    return []
