"""Segments: groups of members that staff name. One with a condition is kept by the clock (`segment_keeping`), one
without is a list that staff keep by hand.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from members import conditions, events, segment_checks, segment_uses
from members.conditions import Condition
from members.models import Member, MemberFacts, Segment, SegmentMember
from office import audit, nudges
from office.models import User

ENTERED, LEFT = "segment.entered", "segment.left"
ADDRESSES = frozenset({"new", "people"})  # words that stand where slugs stand in addresses of pages
NAMED_IN_LOG = 100  # how many members of a bulk change the log of changes names


class SegmentErrors(Exception):
    """Why a segment cannot be kept: every reason, in plain words, each naming its place."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = list(dict.fromkeys(errors))


class InUse(Exception):
    """Why a segment cannot be deleted: `users` names all that ask for it."""

    def __init__(self, users: Sequence[str]) -> None:
        super().__init__("; ".join(users))
        self.users = list(users)


def save(segment: Segment, condition: Condition | None, now: dt.datetime, by: User | None) -> Segment:
    """Keeps a segment, new or changed, with this condition; None makes, or leaves, a list kept by hand.

    A new one gets its slug from its name. A changed condition is evaluated in the next round of the clock, and
    quietly: nobody enters a flow because a question was put differently. SegmentErrors names all that is wrong.
    """
    with transaction.atomic():
        kept = {row.slug: row for row in Segment.objects.select_for_update().order_by("pk")}
        before = kept.get(segment.slug) if segment.pk else None
        segment.name = segment.name.strip()
        segment.slug = segment.slug or _free_slug(segment.name, kept)
        if found := segment_checks.problems(segment, condition, before):
            raise SegmentErrors(found)
        if before is None or before.condition != condition:
            segment.evaluated_at = now if condition is None else None
        segment.condition = condition
        segment.created_at = before.created_at if before else now
        segment.save(update_fields=["name", "condition", "evaluated_at"] if before else None)
        was = before.condition if before else None
        audit.record(by, "segment.saved", segment.name, now, slug=segment.slug, before=was, after=condition)
        nudges.after_commit("engine")
    return segment


def delete(segment: Segment, now: dt.datetime, by: User | None) -> None:
    """Forgets a segment. InUse names the segments, stage rules and flows that ask for it."""
    with transaction.atomic():
        if users := segment_uses.of(segment.slug):
            raise InUse(users)
        audit.record(by, "segment.deleted", segment.name, now, slug=segment.slug, before=segment.condition)
        segment.delete()


def put(segment: Segment, members: Collection[Member], now: dt.datetime, by: User | None) -> int:
    """Puts members on a list; returns how many were not on it. Flows that wait for the segment begin."""
    with transaction.atomic():
        _lock(segment)
        there = SegmentMember.objects.filter(segment=segment, member__in=members).values_list(
            "member_id", flat=True
        )
        known = set(there)
        new = [member for member in members if member.pk not in known]
        SegmentMember.objects.bulk_create(
            SegmentMember(segment=segment, member=member, since=now) for member in new
        )
        _changed(segment, ENTERED, new, now, by)
    return len(new)


def take_off(segment: Segment, members: Collection[Member], now: dt.datetime, by: User | None) -> int:
    """Takes members off a list; returns how many were on it."""
    with transaction.atomic():
        _lock(segment)
        rows = SegmentMember.objects.filter(segment=segment, member__in=members)
        gone = [row.member for row in rows.select_related("member")]
        rows.delete()
        _changed(segment, LEFT, gone, now, by)
    return len(gone)


def holding(condition: Condition | None, now: dt.datetime) -> QuerySet[Member]:
    """The members of whom a condition is true at `now`, those merged into others and erased left out."""
    return conditions.holds_for(condition, now).filter(merged_into=None, erased_at=None)


def inside(slug: str, now: dt.datetime) -> Q:
    """Who is in a segment, as a filter of members: by its condition as of `now`, or on the list. Unknown: nobody."""
    return conditions.q({"segment": slug}, now) & Q(merged_into=None, erased_at=None)


def tell(segment: Segment, name: str, member_ids: Sequence[int], now: dt.datetime) -> None:
    """Records that these members entered or left."""
    drafts = [
        events.Draft(
            name,
            Member(pk=pk),
            now,
            f"{name}:{segment.slug}:{pk}:{now.isoformat()}",
            {"segment": segment.slug},
        )
        for pk in member_ids
    ]
    events.record_many(drafts, now)


def _free_slug(name: str, kept: Collection[str]) -> str:
    first = slugify(name)[:70] or "segment"
    number, slug = 1, first
    while slug in kept or slug in ADDRESSES:
        number += 1
        slug = f"{first}-{number}"
    return slug


def _lock(segment: Segment) -> None:
    """One change of a list at a time; SegmentErrors for a segment that the clock keeps."""
    row = Segment.objects.select_for_update().get(pk=segment.pk)
    if not row.is_list:
        raise SegmentErrors(
            [_("“%s” finds its members by a condition; nobody is put there by hand.") % row.name]
        )


def _changed(segment: Segment, name: str, who: Sequence[Member], now: dt.datetime, by: User | None) -> None:
    if not who:
        return
    step = len(who) if name == ENTERED else -len(who)
    Segment.objects.filter(pk=segment.pk).update(size=F("size") + step)
    # Other segments may ask for this list.
    MemberFacts.objects.filter(member__in=who).update(segments_due=True)
    tell(segment, name, [member.pk for member in who], now)
    named = [str(member.uuid) for member in who[:NAMED_IN_LOG]]
    audit.record(by, name, segment.name, now, slug=segment.slug, number=len(who), members=named)
