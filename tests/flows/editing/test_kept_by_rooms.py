"""Blocks that show what a room keeps: questions and offers are chosen from those there are, when the page is opened."""

import datetime as dt

import pytest

from flows.editing import block_forms
from relationship.models import Survey
from tests.relationship import surveying
from tests.winback import offering

pytestmark = pytest.mark.django_db


def choices(kind: str, **was: str) -> dict[str, str]:
    place = block_forms.Place("b", technical=False, library=block_forms.Library())
    form = block_forms.BlockForm(None, place, key="0", was={"kind": kind, **was})
    return {value: str(text) for value, text in form.fields[kind].choices}  # type: ignore[attr-defined]


def test_a_question_and_an_offer_are_chosen_in_words(now: dt.datetime) -> None:
    assert set(choices("survey")) == {""}
    surveying.store(surveying.HOPED_FOR, surveying.RECOMMEND)
    offering.store(offering.TOP, offering.WEEKEND)
    assert choices("survey")["recommend"] == "Would you recommend us to a friend?"
    assert choices("offer")["weekend"] == "The weekend alone (weekend)"
    Survey.objects.filter(slug="recommend").update(retired_at=now)
    assert "recommend" not in choices("survey")
    assert (
        choices("survey", survey="recommend")["recommend"] == "recommend"
    )  # shown with what is wrong with it
