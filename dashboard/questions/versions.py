"""What letters say, read once per version: a page of fifty letters is mostly the same three texts."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from flows.models import Step
from mail.models import LetterVersion, Message

Written = TypeVar("Written", Message, Step)


def attach(rows: Iterable[Written]) -> list[Written]:
    """These letters, or steps, with their versions, letters and senders: one query for all of them."""
    found = list(rows)
    read = known({row.letter_version_id for row in found if row.letter_version_id})
    for row in found:
        if row.letter_version_id:
            row.letter_version = read[row.letter_version_id]
    return found


def known(ids: Collection[int]) -> dict[int, LetterVersion]:
    """These versions of letters by their keys, with their letters and senders: one query."""
    return LetterVersion.objects.select_related("letter", "sender").defer("source").in_bulk(ids)
