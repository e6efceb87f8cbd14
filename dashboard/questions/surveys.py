"""What members answered to questions: each member counts once, with the last answer of a year."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils import translation

from members.answers import Outcome
from relationship.models import Survey, SurveyAnswer
from relationship.surveys import asking, results


@dataclass(frozen=True)
class Line:
    """One answer: its words, how many gave it, and what it means."""

    number: int
    text: str
    people: int
    outcome: Outcome


@dataclass(frozen=True)
class Result:
    """All answers of a question. `nps` where it is one and enough answered."""

    question: str
    people: int
    lines: list[Line]
    nps: results.Nps | None
    is_enough: bool

    @property
    def is_score(self) -> bool:
        """Whether it is answered from 0 to 10."""
        return len(self.lines) == 11


def all_of_them(now: dt.datetime) -> list[tuple[Survey, str, int]]:
    """Each question with its words and how many answers it had in a year; three queries."""
    lately = Q(answers__answered_at__gt=now - results.YEAR, answers__answered_at__lte=now)
    rows = asking.with_words().annotate(number=Count("answers", filter=lately))
    rows = rows.order_by(F("retired_at").asc(nulls_first=True), "slug")
    return [(row, _say(row).question, row.number) for row in rows]


def result(survey: Survey, now: dt.datetime) -> Result:
    """What was answered; one query."""
    counts, words = results.counts(survey, now), _say(survey)
    lines = [
        Line(number, words.answer(number), counts.get(number, 0), asking.meaning(survey, number))
        for number in asking.numbers(survey)
    ]
    people = sum(counts.values())
    is_score = survey.kind == Survey.Kind.NPS
    score = results.of_scores(counts) if is_score else None
    return Result(words.question, people, lines, score, people >= results.ENOUGH)


def answers(survey: Survey, chosen: str, now: dt.datetime) -> QuerySet[SurveyAnswer]:
    """The last answers of a year, or those alone that say this, with their members."""
    rows = results.latest(survey, now).select_related("member")
    return rows.filter(answer=int(chosen)) if chosen else rows


def said(survey: Survey, rows: Sequence[SurveyAnswer]) -> list[tuple[SurveyAnswer, str]]:
    """Each answer with its words."""
    words = _say(survey)
    return [(row, words.answer(row.answer)) for row in rows]


def score(now: dt.datetime) -> tuple[Survey, results.Nps | None] | None:
    """The question from 0 to 10 that is asked, the most answered one, with its score; two or three queries."""
    rows = Survey.objects.filter(kind=Survey.Kind.NPS, retired_at=None)
    found = rows.annotate(number=Count("answers")).order_by("-number", "pk").first()
    return (found, results.of_scores(results.counts(found, now))) if found else None


def _say(survey: Survey) -> asking.Said:
    return asking.say(survey, translation.get_language() or "en")
