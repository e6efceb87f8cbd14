"""Questions for editors: written in plain words, refused with what is wrong, retired with who and when."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import AuditEntry
from relationship.models import Survey, SurveyAnswer
from tests import cast
from tests.office import desks
from tests.relationship import surveying

pytestmark = pytest.mark.django_db
ADD = "admin:relationship_survey_add"


def form(*words: tuple[str, str, str], **said: Any) -> dict[str, Any]:
    """The form with words in these languages: (language, question, answers)."""
    fields: dict[str, Any] = {"slug": "right", "kind": "choice", "worrying": ["2"], "good": ["1"], **said}
    fields |= {"words-TOTAL_FORMS": len(words), "words-INITIAL_FORMS": 0}
    for place, (language, question, answers) in enumerate(words):
        told = {"language": language, "question": question, "answers": answers, "follow_up": ""}
        fields |= {f"words-{place}-{name}": value for name, value in told.items()}
    return fields


ENGLISH, DANISH = ("en", "Is it right?", "Yes\nNo"), ("da", "Er det rigtigt?", "Ja\nNej")


def test_an_editor_writes_a_question_in_two_languages(client: Client) -> None:
    desks.log_in(client, "editor")
    assert "Answers that need a person" in desks.read(client.get(reverse(ADD)))
    assert client.post(reverse(ADD), form(ENGLISH, DANISH)).status_code == 302
    survey = Survey.objects.get()
    assert (survey.slug, survey.good, survey.worrying, survey.apart_days) == ("right", [1], [2], None)
    assert [words.lines for words in survey.words.order_by("language")] == [["Ja", "Nej"], ["Yes", "No"]]
    assert "Is it right?" in desks.read(client.get(reverse("admin:relationship_survey_changelist")))
    assert AuditEntry.objects.filter(deed="survey.added").exists()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (form(), "Write the question in at least one language."),
        (form(ENGLISH, ("da", "Er det?", "Ja")), "the same number of answers in each language"),
        (form(("en", "Is it?", "Yes")), "Write two to six answers"),
        (form(("en", "Is it?", "1\n2\n3\n4\n5\n6\n7")), "Write two to six answers"),
        (form(ENGLISH, worrying=["3"]), "An answer is ticked above that is not written here."),
        (form(ENGLISH, worrying=["1"]), "An answer cannot be good and need a person."),
        (form(ENGLISH, kind="nps", good=[]), "A question answered by a number knows this itself"),
        (form(ENGLISH, kind="nps", good=[], worrying=[]), "has no answers of its own"),
    ],
)
def test_what_is_wrong_says_the_way_out(client: Client, fields: dict[str, Any], error: str) -> None:
    desks.log_in(client, "editor")
    assert error in desks.read(client.post(reverse(ADD), fields))
    assert not Survey.objects.exists()


def change(survey: Survey, **said: Any) -> dict[str, Any]:
    rows = list(survey.words.order_by("pk"))
    fields = form(*((row.language, row.question, row.answers) for row in rows), slug=survey.slug, **said)
    fields |= {"words-INITIAL_FORMS": len(rows)}
    fields |= {f"words-{place}-id": row.pk for place, row in enumerate(rows)}
    return fields | {f"words-{place}-survey": survey.pk for place, _row in enumerate(rows)}


def test_a_question_that_letters_ask_is_taken_out_of_them_before_it_is_retired(
    client: Client, now: dt.datetime
) -> None:
    desks.log_in(client, "editor")
    survey = surveying.store(surveying.RECOMMEND)
    surveying.publish(now, "recommend")
    page = reverse("admin:relationship_survey_change", args=[survey.pk])
    said = change(survey, kind="nps", good=[], worrying=[], is_retired="on")
    assert "It is still asked in Ask." in desks.read(client.post(page, said))
    surveying.publish(now, "recommend", letters=[{**HELLO, "slug": "ask-letter"}])
    assert client.post(page, said).status_code == 302
    survey.refresh_from_db()
    assert survey.retired_at is not None
    assert survey.retired_by is not None
    again = change(survey, kind="nps", good=[], worrying=[])
    assert client.post(page, again).status_code == 302
    assert Survey.objects.get().retired_at is None


HELLO = {"sender": "anna", "subject": "Hello", "body": "Hello there."}


def test_an_answer_that_was_given_stays_and_so_does_how_it_is_answered(
    client: Client, now: dt.datetime
) -> None:
    desks.log_in(client, "editor")
    survey = surveying.store(
        {**surveying.HOPED_FOR, "da": {"question": "Er det?", "answers": ["Ja", "?", "Nej"]}}
    )
    member = cast.per(now).member
    SurveyAnswer.objects.create(survey=survey, member=member, answer=3, outcome="low", answered_at=now)
    page = reverse("admin:relationship_survey_change", args=[survey.pk])
    said = change(survey, worrying=["2"])
    for place in (0, 1):
        said[f"words-{place}-answers"] = "Yes\nNo"
    assert "Members have given an answer that would be gone" in desks.read(client.post(page, said))
    said = {**change(survey, worrying=["3"]), "kind": "nps", "slug": "other"}
    assert client.post(page, said).status_code == 302
    survey.refresh_from_db()
    assert (survey.slug, survey.kind) == ("hoped-for", "choice")
