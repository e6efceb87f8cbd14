"""What really happened meanwhile, beside the flow that is tried: let into the sandbox as its clock passes it.

Letters that others sent count for limits from the moment they left; a yes, a no and a stopped address from when they
were said.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import models

from flows.simulation import shadows
from mail import limits, sending_rules
from mail.models import Message, Suppression
from mail.models.message import Purpose
from members import durations
from members.models import Consent

AT_ONCE = 500


class Meanwhile:
    """Rows of the real tables in the order in which they came, each to be let in at its moment."""

    def __init__(self, since: dt.datetime, until: dt.datetime, groups: Collection[str]) -> None:
        """Reads which rows came in (since, until]; letters of `groups` are left out. Before anything is shadowed."""
        found: list[tuple[dt.datetime, int, type[models.Model]]] = []
        for model, column in ((Message, "submitted_at"), (Consent, "at"), (Suppression, "at")):
            rows = model._base_manager.filter(**{f"{column}__gt": since, f"{column}__lte": until})
            if model is Message:
                rows = _counted(rows, since)
                rows = rows.filter(pk__in=_others(rows, groups))
            found += [(at, pk, model) for at, pk in shadows.moments(rows, column)]
        self._coming = sorted(found, key=lambda one: one[:2])
        self._place = 0

    def pass_to(self, now: dt.datetime) -> None:
        """Lets in what had come by `now`."""
        came: dict[type[models.Model], list[int]] = {}
        while self._place < len(self._coming) and self._coming[self._place][0] <= now:
            _at, pk, model = self._coming[self._place]
            came.setdefault(model, []).append(pk)
            self._place += 1
        for model, keys in came.items():
            for start in range(0, len(keys), AT_ONCE):
                rows = model._base_manager.filter(pk__in=keys[start : start + AT_ONCE])
                shadows.add(model, rows, ["values"] if model is Message else [])


def before(since: dt.datetime) -> dict[type[models.Model], models.Q]:
    """What had come by `since`, as far as it may count for a letter after it."""
    sent = _counted(Message.objects.filter(submitted_at__lte=since), since)
    return {
        Message: models.Q(pk__in=sent.values("pk")),
        Consent: models.Q(at__lte=since),
        Suppression: models.Q(at__lte=since),
    }


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
