"""What members answered to questions, as the events tell it: our own, and those of other systems.

A `score` from 0 to 10 answers "would you recommend us?": 9 and 10 promote, 6 and less detract (Reichheld, "The One
Number You Need to Grow", Harvard Business Review, December 2003). Our own answers say themselves what they mean.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models import Event

NAME = "survey.answered"
PROMOTES, PASSIVE = 9, 7


class Outcome(models.TextChoices):
    """What an answer means."""

    GOOD = "good", _("good")
    MIDDLE = "middle", _("neither good nor bad")
    LOW = "low", _("needs a person")


@dataclass
class Answered:
    """The last score of one member, and what the last answer meant; None where there is none."""

    nps: int | None = None
    nps_at: dt.datetime | None = None
    last: str | None = None
    last_at: dt.datetime | None = None


NOTHING = Answered()


def of_score(score: int) -> Outcome:
    """What a score from 0 to 10 means."""
    if score >= PROMOTES:
        return Outcome.GOOD
    return Outcome.MIDDLE if score >= PASSIVE else Outcome.LOW


def of(member_ids: Collection[int], now: dt.datetime) -> dict[int, Answered]:
    """The last answers of these members up to `now`; one query."""
    told = Event.objects.filter(name=NAME, member_id__in=member_ids, occurred_at__lte=now)
    found: dict[int, Answered] = {}
    rows = told.order_by("occurred_at", "pk").values_list("member_id", "occurred_at", "data")
    for member_id, at, data in rows:
        _take(found.setdefault(member_id, Answered()), at, data)
    return found


def _take(into: Answered, at: dt.datetime, data: dict[str, Any]) -> None:
    score, outcome = data.get("score"), data.get("outcome")
    if type(score) is int:
        into.nps, into.nps_at = score, at
        outcome = outcome or of_score(score).value
    if outcome in Outcome.values:
        into.last, into.last_at = outcome, at
