"""What members of the demo club answered to “would you recommend us?”: the rows behind the events of their lives."""

from collections.abc import Sequence

from lifecycle.demo.register import Registered
from members import answers
from relationship.models import Survey, SurveyAnswer

ASKED = "recommend"
WORDS = {
    answers.Outcome.GOOD: ("The people on Thursdays", "You always remember my name", "The talks"),
    answers.Outcome.MIDDLE: ("Good, but I seldom get there", "More in English, please"),
    answers.Outcome.LOW: ("It begins too early for me", "I did not find company"),
}


def write(rows: Sequence[Registered]) -> int:
    """Writes an answer for each such event, a line in their own words beside every second; how many."""
    survey = Survey.objects.get(slug=ASKED)
    found = [(row, sign) for row in rows for sign in row.life.signs if sign.name == answers.NAME]
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            survey=survey,
            member=row.member,
            answer=sign.data["score"],
            outcome=answers.of_score(sign.data["score"]),
            text=_words(row, number, sign.data["score"]),
            answered_at=sign.at,
        )
        for number, (row, sign) in enumerate(found)
    )
    return len(found)


def _words(row: Registered, number: int, score: int) -> str:
    said = WORDS[answers.of_score(score)]
    return "" if number % 2 else said[(row.member.pk + number) % len(said)]
