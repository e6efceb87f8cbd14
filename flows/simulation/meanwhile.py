"""What really happened meanwhile, beside the flow that is tried: let into the sandbox as its clock passes it.

Letters that others sent count for limits from the moment they left; a yes, a no, a rest from letters and a stopped
address from when they were said; uses from when they happened.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection, models

from flows.simulation import shadows
from mail import limits, sending_rules
from mail.models import Message, Suppression
from mail.models.message import Purpose
from members import durations
from members.models import Consent, LetterPause, Usage, UsageDay

AT_ONCE = 500


class Meanwhile:
    """Letters of others in the order in which they left, each to be let in at its moment."""

    def __init__(self, since: dt.datetime, until: dt.datetime, groups: Collection[str]) -> None:
        """Reads which left in (since, until]; those of `groups` are left out. Before anything is shadowed."""
        left = _counted(Message.objects.filter(submitted_at__gt=since, submitted_at__lte=until), since)
        others = left.filter(pk__in=_others(left, groups))
        self._coming = shadows.moments(others, "submitted_at")
        self._place, self._day = 0, since.astimezone(dt.UTC).date()

    def pass_to(self, now: dt.datetime) -> None:
        """Lets in what had come by `now`."""
        shadows.pass_to(now)
        if (day := now.astimezone(dt.UTC).date()) != self._day:
            _show_days_of_use(day)
            self._day = day
        came = []
        while self._place < len(self._coming) and self._coming[self._place][0] <= now:
            came.append(self._coming[self._place][1])
            self._place += 1
        for start in range(0, len(came), AT_ONCE):
            shadows.add(Message, Message.objects.filter(pk__in=came[start : start + AT_ONCE]), ["values"])


def lay_out(since: dt.datetime) -> None:
    """Inside a sandbox: only what had come by its clock, which stands at `since`, as far as it may count."""
    shadows.start_clock(since)
    sent = _counted(Message.objects.filter(submitted_at__lte=since), since)
    shadows.cast({Message: models.Q(pk__in=sent.values("pk"))}, left_out=["values"])
    for model in (Consent, Suppression, LetterPause):
        shadows.view(model, f"at <= {shadows.MOMENT}")
    _show_days_of_use(since.astimezone(dt.UTC).date())


def _show_days_of_use(day: dt.date) -> None:
    """A day of use tells on its evening what nobody knew in the morning: later uses of the clock's day are taken off.

    Of days whose uses were forgotten all count. The day is written into the view, so that the database looks into one
    month of uses only.
    """
    own = connection.ops.quote_name(UsageDay._meta.db_table)
    begins = dt.datetime.combine(day, dt.time(), dt.UTC)
    adapted = connection.ops.adapt_datetimefield_value
    midnight, tomorrow = adapted(begins), adapted(begins + dt.timedelta(days=1))
    later = f"""(
        SELECT count(*) FROM {shadows.house(Usage)} AS later
        WHERE later.member_id = {own}.member_id AND later.name = {own}.name
        AND later.occurred_at > {shadows.MOMENT}
        AND later.occurred_at >= '{midnight}' AND later.occurred_at < '{tomorrow}'
    )"""  # noqa: S608 (own names)
    over = f"day < '{day}'"
    shadows.view(
        UsageDay,
        f"{over} OR (day = '{day}' AND count > {later})",
        count=f"CASE WHEN {over} THEN count ELSE count - {later} END",
    )


def _counted(rows: "models.QuerySet[Any]", since: dt.datetime) -> "models.QuerySet[Any]":
    """The letters among these that may count for a limit after `since`."""
    rules = sending_rules.current()
    caps = [cap.within for cap in rules.caps]
    asks = [span for span in (rules.asks.within, rules.asks.apart) if span] if rules.asks else []
    left = rows.filter(status__in=limits.LEFT, purpose__in=sending_rules.COUNTED)
    return left.filter(
        models.Q(submitted_at__gt=since - _longest(caps))
        | models.Q(purpose=Purpose.ASK, submitted_at__gt=since - _longest([*caps, *asks]))
    )


def _longest(spans: Collection[str]) -> dt.timedelta:
    return max((durations.span(text) for text in spans), default=dt.timedelta()) + limits.MARGIN


def _others(rows: "models.QuerySet[Any]", groups: Collection[str]) -> list[int]:
    return [pk for pk, group in rows.values_list("pk", "group") if group not in groups]
