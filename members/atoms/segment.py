"""`{"segment": "regulars"}`: is in a group. A group with a condition is asked afresh; a list has its rows."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from members import conditions
from members.atoms import Condition, Scene, Verdict
from members.models import Segment, SegmentMember

KEYS = frozenset({"segment"})


def problems(condition: Condition, place: str, *, in_flow: bool) -> list[str]:  # noqa: ARG001 (every atom is asked so)
    """The group must exist."""
    slug = str(condition["segment"])
    return [] if Segment.objects.filter(slug=slug).exists() else [f"{place}: there is no segment “{slug}”"]


def q(condition: Condition, now: dt.datetime) -> Q:
    """Membership in SQL; nobody is in a group that was deleted."""
    segment = Segment.objects.filter(slug=condition["segment"]).first()
    if segment is not None and segment.condition is not None:
        return conditions.q(segment.condition, now)
    return Q(Exists(SegmentMember.objects.filter(member=OuterRef("pk"), segment__slug=condition["segment"])))


def evaluate(condition: Condition, scene: Scene) -> dict[int, Verdict]:
    """Membership in Python: the group's own condition, or one query for a list."""
    slug = condition["segment"]
    segment = Segment.objects.filter(slug=slug).first()
    if segment is not None and segment.condition is not None:
        inside = conditions.evaluate(segment.condition, scene.members, scene.now, scene.entered)
        listed = {pk for pk, verdict in inside.items() if verdict.holds}
    else:
        rows = SegmentMember.objects.filter(
            segment__slug=slug, member__in=[member.pk for member in scene.members]
        )
        listed = set(rows.values_list("member_id", flat=True))
    return {
        member.pk: Verdict(
            member.pk in listed,
            (f"{'is' if member.pk in listed else 'is not'} in segment {slug}",),
            {f"segment {slug}": member.pk in listed},
        )
        for member in scene.members
    }


def read_aloud(condition: Condition) -> str:
    """The group as staff read it."""
    segment = Segment.objects.filter(slug=condition["segment"]).first()
    return _("is in “%(name)s”") % {"name": segment.name if segment else condition["segment"]}
