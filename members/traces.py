"""By what a member can be recognised where no key leads to them: addresses, ids, names."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, connection

from members.models import Card, ExternalId, Member, Merge, Payment, Subscription

TELLING = 6  # characters; a shorter id, such as 12, stands in too many other places


@dataclass(frozen=True)
class Traces:
    """One person in all their rows: the keys and UUIDs, the addresses, and every word that means only them."""

    member: Member
    keys: tuple[int, ...]
    uuids: tuple[uuid.UUID, ...]
    addresses: frozenset[str]
    words: frozenset[str]
    names: frozenset[str]

    @property
    def telling(self) -> frozenset[str]:
        """Words and whole names that can be looked for inside other text, also as JSON writes them."""
        found = {word for word in (*self.words, *self.names) if len(word) >= TELLING}
        return frozenset(found | {json.dumps(word)[1:-1] for word in found})

    def are_in(self, value: Any) -> bool:
        """Whether a value read from JSON is one of the words, or a text with an address in it, at any depth."""
        if isinstance(value, dict):
            return any(self.are_in(part) for part in value.values())
        if isinstance(value, list):
            return any(self.are_in(part) for part in value)
        text = str(value).strip().casefold()
        return text in self._folded or any(address in text for address in self._addresses)

    @property
    def _folded(self) -> set[str]:
        return {word.casefold() for word in self.words}

    @property
    def _addresses(self) -> set[str]:
        return {address.casefold() for address in self.addresses}


def of(member: Member) -> Traces:
    """What is known of a member that could stand somewhere without a key to them."""
    rows = [member, *Member.everybody.filter(merged_into=member)]
    keys = tuple(row.pk for row in rows)
    merges = [*Merge.objects.filter(kept__in=keys), *Merge.objects.filter(gone__in=keys)]
    said = [value for merge in merges for value in _said(merge.changed)]
    addresses = {row.email for row in rows} | {text for text in said if "@" in text}
    ids = set(_ids(keys)) | {str(row.uuid) for row in rows} | {row.phone for row in rows}
    names = {f"{row.first_name} {row.last_name}".strip() for row in rows if row.first_name and row.last_name}
    return Traces(
        member,
        keys,
        tuple(row.uuid for row in rows),
        frozenset(filter(None, addresses)),
        frozenset(filter(None, addresses | ids)),
        frozenset(names),
    )


def leave_none_on_disk() -> None:
    """SQLite keeps what was deleted in free pages and in its log until they are used again; both are cleared.

    PostgreSQL does it by itself (autovacuum). A reader that holds the file puts it off until the next time.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError:
        return


def _ids(keys: tuple[int, ...]) -> Iterator[str]:
    yield from ExternalId.objects.filter(member__in=keys).values_list("value", flat=True)
    for model in (Subscription, Payment, Card):
        yield from model._base_manager.filter(member__in=keys).values_list("external_id", flat=True)


def _said(changed: Any) -> Iterator[str]:
    for pair in changed.values():
        for was, became in pair.values():
            yield from (text for text in (was, became) if isinstance(text, str))
