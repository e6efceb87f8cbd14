"""What a flow, or somebody of the staff, sets on members: tags, fields of the house's own, how they are reached."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_unicode_slug
from django.db import transaction

from members import events, fields, updating
from members.models import Member, MemberTag
from members.models.member import Channel
from office import bulk

OWN = "own."
SETTABLE = ("country", "locale", "preferred_channel", "time_zone")
LONGEST_TAG, LONGEST_NAME, LONGEST = 60, 80, 500


class Refused(ValueError):
    """This field is not set in this way; the message says which ones are, or what is wrong with the value."""


@dataclass(frozen=True)
class Change:
    """What to set on one member. `key` makes repeating it harmless; `fields` are as `checked` knows them."""

    key: str
    member: Member
    tag: str = ""
    untag: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def is_tag(word: str) -> bool:
    """Whether this can be a tag: one word of letters, digits, hyphens and underscores."""
    try:
        validate_unicode_slug(word)
    except ValidationError:
        return False
    return len(word) <= LONGEST_TAG


def checked(name: str, value: str) -> str:
    """The value as it is kept; empty clears the field. `own.NAME` is a field of the house's own. Raises Refused."""
    if name.startswith(OWN):
        return _checked_own(name.removeprefix(OWN), value)
    if name not in SETTABLE:
        raise Refused(f"there is no field “{name}” to set; there are {', '.join(SETTABLE)} and own.NAME")
    if name == "preferred_channel":
        if value not in ("", *Channel.values):
            raise Refused(f"{name}: “{value}” is none of {', '.join(Channel.values)}")
        return value
    said = fields.Contact(data={name: value})
    if not said.is_valid():
        raise Refused(fields.sentence(said.errors))
    return str(said.validated_data[name])


def change(changes: Sequence[Change], now: dt.datetime) -> set[str]:
    """Sets what differs, for members whom the caller holds, and returns the keys of what was changed.

    Each changed member gets `member.updated`, so that flows, facts and segments follow. A constant number of
    queries as long as the changes are of a few kinds.
    """
    with transaction.atomic():
        said: dict[str, set[str]] = defaultdict(set)
        _put_on(changes, said)
        _take_off(changes, said)
        _fill_in(changes, now, said)
        drafts = [
            events.Draft(updating.NAME, one.member, now, one.key, {"fields": sorted(said[one.key])})
            for one in changes
            if one.key in said
        ]
        events.record_many(drafts, now)
    return set(said)


def _put_on(changes: Sequence[Change], said: dict[str, set[str]]) -> None:
    wanted = [one for one in changes if one.tag]
    there = _tagged(wanted, {one.tag for one in wanted})
    missing = [one for one in wanted if (one.member.pk, one.tag) not in there]
    MemberTag.objects.bulk_create(
        [MemberTag(member=one.member, tag=one.tag) for one in missing], ignore_conflicts=True
    )
    _note_tags(missing, said)


def _take_off(changes: Sequence[Change], said: dict[str, set[str]]) -> None:
    wanted = [one for one in changes if one.untag]
    there = _tagged(wanted, {one.untag for one in wanted})
    superfluous = [one for one in wanted if (one.member.pk, one.untag) in there]
    for tag in {one.untag for one in superfluous}:
        members = [one.member.pk for one in superfluous if one.untag == tag]
        MemberTag.objects.filter(tag=tag, member__in=members).delete()
    _note_tags(superfluous, said)


def _tagged(changes: Sequence[Change], tags: set[str]) -> set[tuple[int, str]]:
    rows = MemberTag.objects.filter(member__in=[one.member.pk for one in changes], tag__in=tags)
    return set(rows.values_list("member_id", "tag")) if changes else set()


def _note_tags(changes: Sequence[Change], said: dict[str, set[str]]) -> None:
    for one in changes:
        said[one.key].add("tags")
        # A condition asked later in the same transaction must not read the tags of before.
        getattr(one.member, "_prefetched_objects_cache", {}).pop("tag_rows", None)


def _fill_in(changes: Sequence[Change], now: dt.datetime, said: dict[str, set[str]]) -> None:
    written: dict[int, Member] = {}
    for one in changes:
        for name, value in one.fields.items():
            kept = checked(name, value)
            if _held(one.member, name) == kept:
                continue
            _write(one.member, name, kept)
            one.member.updated_at = now
            written[one.member.pk] = one.member
            said[one.key].add(name)
    bulk.update(written.values(), [*SETTABLE, "own_fields", "updated_at"])


def _held(member: Member, name: str) -> str:
    if name.startswith(OWN):
        return str(member.own_fields.get(name.removeprefix(OWN), ""))
    return str(getattr(member, name))


def _write(member: Member, name: str, value: str) -> None:
    if not name.startswith(OWN):
        setattr(member, name, value)
        return
    own = {**member.own_fields, name.removeprefix(OWN): value}
    member.own_fields = {key: text for key, text in own.items() if text}


def _checked_own(name: str, value: str) -> str:
    if not name or name != name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(f"own.{name}: name the field in one line, up to {LONGEST_NAME} characters")
    if len(value) > LONGEST or not (value.isprintable() or not value):
        raise Refused(f"own.{name}: the value is one line, up to {LONGEST} characters")
    return value
