"""What a question says, in one language: its words and the answers to choose from, each with what it means."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from mail import wording
from members import answers
from members.answers import Outcome
from relationship.models import Survey

Kind = Survey.Kind
FROM_TO = {Kind.NPS: (0, 10), Kind.SATISFACTION: (1, 5)}
MOST = 6  # answers of its own
ENDS = {  # beside the numbers, for those who read them
    Kind.NPS: (_("not at all"), _("with pleasure")),
    Kind.SATISFACTION: (_("not at all"), _("very much")),
}


@dataclass(frozen=True)
class Said:
    """A question as somebody reads it; `answers` are numbers with their words."""

    question: str
    answers: tuple[tuple[int, str], ...]
    follow_up: str = ""

    def answer(self, number: int) -> str:
        """The words of an answer."""
        return dict(self.answers).get(number, str(number))


def by_slugs(slugs: Collection[str]) -> dict[str, Survey]:
    """Questions with their words, by short name; two queries, none where nothing is asked for."""
    return {survey.slug: survey for survey in with_words().filter(slug__in=slugs)} if slugs else {}


def with_words() -> QuerySet[Survey]:
    """All questions, their words read with them."""
    return Survey.objects.prefetch_related("words")


def say(survey: Survey, *languages: str) -> Said:
    """The question in the first of these languages that it has, else in any; its words are read already."""
    known = {words.language: words for words in survey.words.all()}
    words = wording.nearest(known, *languages) or next(iter(known.values()), None)
    if words is None:
        return Said(survey.slug, _numbers(survey))
    if survey.kind == Kind.CHOICE:
        return Said(words.question, tuple(enumerate(words.lines, 1)), words.follow_up)
    return Said(words.question, _numbers(survey), words.follow_up)


def numbers(survey: Survey) -> list[int]:
    """The answers that there are, by number; the words are read already."""
    if survey.kind == Kind.CHOICE:
        return list(range(1, max((len(words.lines) for words in survey.words.all()), default=0) + 1))
    return [number for number, _text in _numbers(survey)]


def meaning(survey: Survey, number: int) -> Outcome:
    """What an answer means: who needs a person, who is glad."""
    if survey.kind == Kind.NPS:
        return answers.of_score(number)
    if survey.kind == Kind.SATISFACTION:
        return Outcome.LOW if number <= 2 else Outcome.GOOD if number >= 4 else Outcome.MIDDLE
    if number in survey.worrying:
        return Outcome.LOW
    return Outcome.GOOD if number in survey.good else Outcome.MIDDLE


def _numbers(survey: Survey) -> tuple[tuple[int, str], ...]:
    if survey.kind == Kind.CHOICE:
        return ()
    first, last = FROM_TO[Kind(survey.kind)]
    return tuple((number, str(number)) for number in range(first, last + 1))
