"""What letters say of a question: its words, and for each answer the link to the page that takes it."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from api import links
from mail import merge_fields, questions, values
from mail.models import LetterVersion, Message
from office.models import House
from relationship.models import Survey
from relationship.surveys import asking

URL = "https://club.example/u/survey/x/"
FIELDS = (
    merge_fields.Field("survey.slug", "Short name of the question", "hoped-for", inside=True),
    merge_fields.Field(
        "survey.question", "What the question asks", _("Is it what you hoped for?"), inside=True
    ),
    merge_fields.Field(
        "survey.answers",
        "Its answers, each with a link",
        [{"text": _("Yes"), "url": URL}, {"text": _("Partly"), "url": URL}, {"text": _("No"), "url": URL}],
        "list",
        inside=True,
    ),
)


def supply(messages: Sequence[Message], _now: dt.datetime) -> Mapping[int, Mapping[str, Any]]:
    """`survey` per letter id, of those that hold a question which is still asked; no query where none does."""
    held = {message: slug for message in messages if (slug := _held(message.letter_version))}
    open_ones = {slug: one for slug, one in asking.by_slugs(set(held.values())).items() if not one.retired_at}
    house = House.current().language if open_ones else ""
    said: dict[tuple[str, str], asking.Said] = {}
    found: dict[int, Mapping[str, Any]] = {}
    for message, slug in held.items():
        if slug in open_ones:
            key = slug, values.language_of(message)
            words = said.get(key) or said.setdefault(key, asking.say(open_ones[slug], key[1], house))
            found[message.pk] = {"survey": _asked(slug, words, str(message.uuid))}
    return found


def example(version: LetterVersion, language: str) -> Mapping[str, Any]:
    """The question as a made-up member reads it; its links lead nowhere."""
    survey = asking.by_slugs([slug]).get(slug) if (slug := _held(version)) else None
    if survey is None:
        return {}
    words = asking.say(survey, language, House.current().language)
    return {"survey": _asked(survey.slug, words, "")}


def _held(version: LetterVersion) -> str:
    return str(version.holds.get(questions.HELD, ""))


def _asked(slug: str, said: asking.Said, letter: str) -> dict[str, Any]:
    answers = [
        {"text": text, "url": links.url("survey", letter, slug, str(number)) if letter else URL}
        for number, text in said.answers
    ]
    return {"slug": slug, "question": said.question, "answers": answers}


def bind() -> None:
    """Makes them known to letters."""
    merge_fields.register(*FIELDS)
    values.supply(supply, example)
    questions.bind(apart)


def apart(slugs: Collection[str]) -> dict[str, str]:
    """How far these questions keep from the last one, of those that say it themselves; one query."""
    rows = Survey.objects.filter(slug__in=slugs, apart_days__isnull=False)
    return {slug: f"{days}d" for slug, days in rows.values_list("slug", "apart_days")}
