"""What members answered to a question: each with the last answer of a year, and how sure the number is."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from members.answers import Outcome, of_score
from relationship.models import Survey, SurveyAnswer

YEAR = dt.timedelta(days=365)
ENOUGH = 30  # people; below, a share says little, and a house would chase its own noise


@dataclass(frozen=True)
class Nps:
    """Promoters less detractors, from -100 to 100, with its standard error; `people` answered."""

    people: int
    score: float
    error: float


def nps(promoters: int, passives: int, detractors: int) -> Nps | None:
    """The score of so many people; None where there are too few to say.

    Each answer counts 1, 0 or -1; the standard error is that of their mean: (p + d - (p - d)²) / n, its root
    (multinomial variance). 162, 108 and 54 give 33.3 ± 4.14.
    """
    people = promoters + passives + detractors
    if people < ENOUGH:
        return None
    up, down = promoters / people, detractors / people
    variance = up + down - (up - down) ** 2
    return Nps(people, 100 * (up - down), 100 * math.sqrt(variance / people))


def latest(survey: Survey, now: dt.datetime) -> QuerySet[SurveyAnswer]:
    """The last answer of each member in the year up to `now`."""
    of_year = SurveyAnswer.objects.filter(survey=survey, answered_at__gt=now - YEAR, answered_at__lte=now)
    later = of_year.filter(member=OuterRef("member"), answered_at__gt=OuterRef("answered_at"))
    return of_year.filter(~Exists(later))


def counts(survey: Survey, now: dt.datetime) -> dict[int, int]:
    """How many members gave each answer; one query."""
    rows = latest(survey, now).order_by().values("answer").annotate(number=Count("pk"))
    return {row["answer"]: row["number"] for row in rows}


def of_scores(given: Mapping[int, int]) -> Nps | None:
    """The score of these answers from 0 to 10."""
    told: Counter[Outcome] = Counter()
    for score, number in given.items():
        told[of_score(score)] += number
    return nps(told[Outcome.GOOD], told[Outcome.MIDDLE], told[Outcome.LOW])
