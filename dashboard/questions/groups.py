"""Who could be put on a list."""

from collections.abc import Sequence

from members import finding
from members.models import Member, Segment

FIRST = 10


def search(text: str, segment: Segment) -> Sequence[Member]:
    """A few members of this name or address who are not on the list yet."""
    there = segment.memberships.values("member")
    living = Member.objects.filter(finding.meant(text), merged_into=None, erased_at=None)
    return list(living.exclude(pk__in=there).order_by("-joined_at")[:FIRST])
