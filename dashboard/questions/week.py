"""The week in one sentence, from its numbers."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.questions.alarms import Alarm
from dashboard.words import lists
from members.models import StageChange

WEEK = dt.timedelta(days=7)
Kind = StageChange.Kind


def sentence(alarms: Sequence[Alarm], now: dt.datetime) -> str:
    """Who joined, left and came back in the 7 days before `now`, and whether anything needs a look."""
    return f"{_movement(_numbers(now))} {_state(len(alarms))}"


def _numbers(now: dt.datetime) -> Counter[str]:
    changes = StageChange.objects.filter(at__gt=now - WEEK, at__lte=now)
    return Counter(dict(changes.order_by().values_list("kind").annotate(number=Count("*"))))


def _movement(week: Counter[str]) -> str:
    joined, left, returned, placed = (
        week[Kind.JOINED],
        week[Kind.LEFT],
        week[Kind.RETURNED],
        week[Kind.PLACED],
    )
    said = (
        [ngettext("%d person joined", "%d people joined", joined) % joined]
        if joined
        else [_("nobody joined")]
    )
    said += [ngettext("%d was here already", "%d were here already", placed) % placed] if placed else []
    said += [ngettext("%d came back", "%d came back", returned) % returned] if returned else []
    said += [ngettext("%d left", "%d left", left) % left] if left else [_("nobody left")]
    return _("Last week %s.") % lists.joined(said)


def _state(alarms: int) -> str:
    if not alarms:
        return _("Nothing is stuck.")
    return ngettext("%d thing needs a look.", "%d things need a look.", alarms) % alarms
