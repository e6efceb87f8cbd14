"""Who gets a letter to a group: everybody, a plan, a segment (or a list kept by hand), a tag.

Written as one word: `everybody`, `plan:full`, `segment:thursday`, `tag:choir`. Former members get it only where a
segment or a list has them in it.
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from members import segments
from members.models import Member, MemberTag, Plan, Segment

EVERYBODY = "everybody"


class Choice(NamedTuple):
    """One group that can be chosen: its word, and what staff call it."""

    word: str
    name: str


def people(word: str, now: dt.datetime) -> QuerySet[Member]:
    """The members of a group as of `now`, erased ones left out; a group that is gone has nobody."""
    living = Member.objects.filter(erased_at=None)
    kind, _colon, name = word.partition(":")
    if kind == "segment":
        return living.filter(segments.inside(name, now)) if _is_segment(name) else living.none()
    chosen = {
        EVERYBODY: Q(),
        "plan": Q(plan__slug=name),
        "tag": Q(pk__in=MemberTag.objects.filter(tag=name).values("member")),
    }.get(kind)
    return living.none() if chosen is None else living.filter(chosen).exclude(stage=Member.Stage.FORMER)


def name(word: str) -> str:
    """What staff call the group."""
    kind, _colon, slug = word.partition(":")
    if kind == EVERYBODY:
        return _("Everybody")
    if kind == "plan":
        return Plan.objects.filter(slug=slug).values_list("name", flat=True).first() or slug
    if kind == "segment":
        return Segment.objects.filter(slug=slug).values_list("name", flat=True).first() or slug
    return slug or word


def choices() -> list[tuple[str, list[Choice]]]:
    """Every group that can be chosen, under headings; headings without any are left out. Three queries."""
    rows = list(Segment.objects.order_by("name"))
    plans = Plan.objects.order_by("name").values_list("slug", "name")
    tags = MemberTag.objects.order_by("tag").values_list("tag", flat=True).distinct()
    found = [
        (_("Everybody"), [Choice(EVERYBODY, _("Everybody"))]),
        (_("Segments"), _segments(row for row in rows if not row.is_list)),
        (_("Lists kept by hand"), _segments(row for row in rows if row.is_list)),
        (_("Plans"), [Choice(f"plan:{slug}", said) for slug, said in plans]),
        (_("Tags"), [Choice(f"tag:{tag}", tag) for tag in tags]),
    ]
    return [(heading, group) for heading, group in found if group]


def is_known(word: str) -> bool:
    """Whether this group can be chosen."""
    return any(word == choice.word for _heading, group in choices() for choice in group)


def _segments(rows: Iterable[Segment]) -> list[Choice]:
    return [Choice(f"segment:{row.slug}", row.name) for row in rows]


def _is_segment(slug: str) -> bool:
    return Segment.objects.filter(slug=slug).exists()
