"""Who is meant: members by UUID, by another system's id, by address."""

import unicodedata
import uuid
from collections.abc import Iterable

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from members.models import ExternalId, Member

KEYS = ("email_key", "name_key")  # what `set_keys` sets


def email_key(address: str) -> str:
    """The address as it is compared: composed, lower case. Two members may share it."""
    return unicodedata.normalize("NFC", address.strip()).casefold()[:254]


def name_key(text: str) -> str:
    """A name, or a part of one, as it is looked for: composed, without difference of case in any alphabet."""
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()[:402]


def set_keys(member: Member) -> None:
    """Sets the columns by which a member is found, after name or address changed. Unsaved."""
    member.email_key = email_key(member.email)
    member.name_key = name_key(f"{member.first_name} {member.last_name}")


def by_external_ids(values: Iterable[str], source: str = ExternalId.HOUSE) -> dict[str, Member]:
    """The members that `source` knows by these values, in one query."""
    rows = ExternalId.objects.filter(source=source, value__in=set(values)).select_related("member__plan")
    return {row.value: row.member for row in rows}


def named(references: Iterable[str]) -> dict[str, Member]:
    """Members by the house's external id or by UUID, as events of the API name them; unknown ones are absent."""
    wanted = set(references)
    found = by_external_ids(wanted)
    uuids = {text: parsed for text in wanted - found.keys() if (parsed := parse_uuid(text))}
    by_uuid = by_uuids(uuids.values())
    return found | {text: by_uuid[parsed] for text, parsed in uuids.items() if parsed in by_uuid}


def numbers(references: Iterable[str]) -> dict[str, int]:
    """As `named`, only the key of each member: for many at once, where nothing else of them is needed."""
    wanted = set(references)
    if not wanted:
        return {}
    known = ExternalId.objects.filter(source=ExternalId.HOUSE, value__in=wanted)
    found = dict(known.values_list("value", "member_id"))
    uuids = {text: parsed for text in wanted - found.keys() if (parsed := parse_uuid(text))}
    if uuids:
        standing = Coalesce("merged_into_id", "pk")
        by_uuid = dict(_known(uuids.values()).values_list("uuid", standing))
        found |= {text: by_uuid[parsed] for text, parsed in uuids.items() if parsed in by_uuid}
    return found


def find(reference: str) -> Member | None:
    """One member by `ext:EXTERNAL_ID` or UUID, as addresses of the API name members."""
    if reference.startswith("ext:"):
        return by_external_ids([reference.removeprefix("ext:")]).get(reference.removeprefix("ext:"))
    parsed = parse_uuid(reference)
    return by_uuids([parsed]).get(parsed) if parsed else None


def meant(text: str) -> Member | None:
    """Whom somebody at a terminal means: UUID, `ext:` and the external id, the external id alone, or `#` and the
    member number. One who was erased is found by the number alone."""
    if text.startswith("#"):
        number = int(text[1:]) if text[1:].isdecimal() and len(text) < 19 else 0
        return Member.objects.filter(pk=number).first()
    return find(text) or by_external_ids([text]).get(text)


def by_uuids(uuids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Member]:
    """Members by UUID. One who was merged is the member who stayed; one who was erased is nobody."""
    rows = _known(uuids).select_related("plan", "merged_into__plan")
    return {row.uuid: row.merged_into or row for row in rows}


def parse_uuid(text: str) -> uuid.UUID | None:
    """The UUID that a text writes, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _known(uuids: Iterable[uuid.UUID]) -> QuerySet[Member]:
    return Member.everybody.filter(uuid__in=list(uuids), erased_at=None)
