"""A member answers a question: one row for each letter that asked it, and one event, in one transaction.

The answer may be changed for a day, also by a second click in the same letter; the event then says what holds now.
"""

import datetime as dt
from typing import Any

from django.db import transaction

from mail.models import Message
from members import answers, events, freshness
from members.models import Event, Member
from office.models import House
from relationship.models import Survey, SurveyAnswer
from relationship.surveys import asking, caring

CHANGES_FOR = dt.timedelta(days=1)
LONGEST = 2000  # characters in their own words


def given(survey: Survey, message: Message) -> SurveyAnswer | None:
    """What was answered to this question in this letter."""
    return SurveyAnswer.objects.filter(survey=survey, message=message).first()


def may_change(answer: SurveyAnswer, now: dt.datetime) -> bool:
    """Whether the member can still say something else."""
    return now < answer.answered_at + CHANGES_FOR


def answer(survey: Survey, message: Message, number: int, text: str, now: dt.datetime) -> SurveyAnswer | None:
    """Writes down the answer, or changes it within a day of the first; then, and twice the same, nothing changes.

    None where the question is not asked any more and was not answered before, or has no such answer.
    """
    said, outcome = text.replace("\0", "").strip()[:LONGEST], asking.meaning(survey, number)
    with transaction.atomic():
        member = Member.objects.select_for_update(no_key=True).get(pk=message.member_id)
        before = given(survey, message)
        if number not in asking.numbers(survey) or survey.retired_at:
            return before
        if before is None:
            row = SurveyAnswer.objects.create(
                survey=survey,
                member=member,
                message=message,
                answer=number,
                outcome=outcome,
                text=said,
                answered_at=now,
            )
            draft = events.Draft(answers.NAME, member, now, _key(message), _data(row))
            events.record(draft, now)
            return row
        if may_change(before, now) and (before.answer, before.text) != (number, said):
            _change(before, number, said, now)
        return before


def _change(row: SurveyAnswer, number: int, text: str, now: dt.datetime) -> None:
    row.answer, row.text, row.changed_at = number, text, now
    row.outcome = asking.meaning(row.survey, number)
    row.save()
    assert row.message
    told = Event.objects.filter(key=_key(row.message)).select_related("member").first()
    if told is None:
        return
    told.data = _data(row)
    told.save(update_fields=["data"])
    freshness.doubt([told.member_id], now)
    if told.handled_at:  # else its answers are still to come
        caring.give([told], now)


def _key(message: Message) -> str:
    return f"survey:{message.uuid}"


def _data(row: SurveyAnswer) -> dict[str, Any]:
    """What the event says, in the language of the house: as `intake.generic.told` takes it from others."""
    said = asking.say(row.survey, House.current().language)
    assert row.message
    data: dict[str, Any] = {
        "survey": row.survey.slug,
        "question": said.question,
        "answer": said.answer(row.answer),
        "outcome": str(row.outcome),
        "letter": str(row.message.uuid),
    }
    if row.survey.kind == Survey.Kind.NPS:
        data["score"] = row.answer
    return data | ({"text": row.text} if row.text else {})
