"""The staff's pages of questions: what was answered, how sure the number is, and who said it."""

import datetime as dt

import pytest
from django.test import Client

from members import events
from members.answers import of_score
from relationship.models import Survey, SurveyAnswer
from tests import cast
from tests.dashboard.queries import asked
from tests.relationship import surveying

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def answered(survey: Survey, scores: dict[int, int], now: dt.datetime) -> None:
    """So many members answered each score."""
    for score, number in scores.items():
        for place in range(number):
            member = cast.join(f"{score}-{place}", now - DAY, quiet=True, first_name=f"S{score}").member
            SurveyAnswer.objects.create(
                survey=survey, member=member, answer=score, outcome=of_score(score), answered_at=now - DAY
            )


def test_a_house_without_questions_says_what_one_is(staff: Client) -> None:
    assert "No question yet" in staff.get("/surveys/").content.decode()


def test_a_score_stands_with_its_error_and_every_number_leads_to_those_who_said_it(
    staff: Client, now: dt.datetime
) -> None:
    survey = surveying.store(surveying.HOPED_FOR, surveying.RECOMMEND)
    answered(survey, {10: 18, 8: 12, 3: 6}, now)
    assert "Would you recommend us to a friend?" in staff.get("/surveys/").content.decode()
    page = staff.get("/surveys/recommend/").content.decode()
    assert "NPS 33.3, standard error 12.4, from 36 people" in page
    assert 'href="?answer=3#who">6</a>' in page
    only = staff.get("/surveys/recommend/?answer=3").content.decode()
    assert only.count(">S3<") == 6
    assert ">S8<" not in only
    assert staff.get("/surveys/recommend/?answer=x").status_code == 200
    assert staff.get("/surveys/none/").status_code == 404
    home = staff.get("/").content.decode()
    assert "would recommend us (NPS of 36 people, standard error 12)" in home


def test_too_few_people_are_no_score(staff: Client, now: dt.datetime) -> None:
    survey = surveying.store(surveying.RECOMMEND)
    answered(survey, {10: 10, 0: 9}, now)
    page = staff.get("/surveys/recommend/").content.decode()
    assert "Not enough people have answered to say a score" in page
    assert "NPS" not in page
    assert "would recommend us" not in staff.get("/").content.decode()


def test_a_page_costs_the_same_for_many(staff: Client, now: dt.datetime) -> None:
    survey = surveying.store(surveying.RECOMMEND)
    answered(survey, {9: 2}, now)
    few = {address: asked(staff, address) for address in ("/surveys/", "/surveys/recommend/")}
    answered(survey, {5: 20}, now)
    surveying.store(surveying.HOPED_FOR)
    assert {address: asked(staff, address) for address in few} == few


def test_the_timeline_says_what_was_asked_and_answered(staff: Client, now: dt.datetime) -> None:
    per = cast.per(now - DAY).member
    data = {"question": "Is it right?", "answer": "Partly", "text": "Loud"}
    events.record(events.Draft("survey.answered", per, now - DAY, "x", data), now)
    page = staff.get(f"/members/{per.uuid}/").content.decode()
    assert "“Is it right?”: Partly. “Loud”" in page
