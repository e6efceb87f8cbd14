"""Looking for members: by name, address, number or another system's id."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects

from members import identity
from members.models import ExternalId, Member

MOST_WORDS, MOST_IDS = 6, 50


def shown() -> QuerySet[Member]:
    """Members with what their representation needs, in a constant number of queries."""
    standing = Member.objects.filter(erased_at=None)
    return standing.select_related("plan", "account").prefetch_related(*_ids_and_tags())


def fill(members: Sequence[Member]) -> None:
    """Reads for members that are at hand already what their representation needs."""
    prefetch_related_objects(list(members), "plan", "account", *_ids_and_tags())


def search(members: QuerySet[Member], text: str) -> QuerySet[Member]:
    """Those members whom `text` means: everybody where it is empty."""
    return members.filter(meant(text))


def _ids_and_tags() -> tuple[Any, str]:
    return Prefetch("external_ids", queryset=ExternalId.objects.order_by("source", "pk")), "tag_rows"


def meant(text: str) -> Q:
    """Members whom all words of a search may mean: part of a name, the beginning of an address, the member number
    (`#12`), another system's id (with or without `ext:`), a UUID."""
    wanted = Q()
    for word in text.replace("\0", "").split()[:MOST_WORDS]:
        wanted &= _of(word)
    return wanted


def _of(word: str) -> Q:
    """One word. Ids are looked up first, so that what is left are plain comparisons that indexes answer together."""
    number = word.removeprefix("#")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    if is_number and word != number:
        return Q(pk=int(number))
    known = ExternalId.objects.filter(value=word.removeprefix("ext:")).values_list("member_id", flat=True)
    ids = [*known[:MOST_IDS], *([int(number)] if is_number else [])]
    found = Q(email_key__startswith=identity.email_key(word)) | Q(name_key__contains=identity.name_key(word))
    if ids:
        found |= Q(pk__in=ids)
    return found | Q(uuid=parsed) if (parsed := identity.parse_uuid(word)) else found
