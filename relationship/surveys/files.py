"""Ready questions, as the files of a trade write them: words per language beside what the question is."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from relationship.models import Survey, SurveyWords

WORDS = ("question", "follow_up")


def store(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Writes the questions that this house does not have yet, by short name; which ones. What is there stays."""
    there = set(Survey.objects.values_list("slug", flat=True))
    with transaction.atomic():
        return [_store(row) for row in rows if row["slug"] not in there]


def _store(row: Mapping[str, Any]) -> str:
    about = {key: row[key] for key in ("slug", "kind", "worrying", "good", "apart_days") if key in row}
    survey = Survey.objects.create(**about)
    SurveyWords.objects.bulk_create(
        SurveyWords(
            survey=survey,
            language=language,
            answers="\n".join(words.get("answers", ())),
            **{key: words[key] for key in WORDS if key in words},
        )
        for language, words in row.items()
        if isinstance(words, Mapping)
    )
    return survey.slug
