"""Ready offers, as the files of a trade write them: words per language beside the rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from winback.models import Offer, OfferWords

RULES = ("slug", "kind", "percent", "periods", "band", "valid_days", "floor_percent", "repeat_months")


def store(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Writes the offers that this house does not have yet, by short name; which ones. What is there stays.

    `otherwise` names an offer of the same file, or one that is there.
    """
    there = set(Offer.objects.values_list("slug", flat=True))
    new = [row for row in rows if row["slug"] not in there]
    with transaction.atomic():
        for row in new:
            _store(row)
        for row in new:
            if "otherwise" in row:
                found = Offer.objects.get(slug=row["otherwise"])
                Offer.objects.filter(slug=row["slug"]).update(otherwise=found)
    return [row["slug"] for row in new]


def _store(row: Mapping[str, Any]) -> None:
    offer = Offer.objects.create(**{key: row[key] for key in RULES if key in row})
    OfferWords.objects.bulk_create(
        OfferWords(offer=offer, language=language, what=words["what"], price=words.get("price", ""))
        for language, words in row.items()
        if isinstance(words, Mapping)
    )
