"""Who looks after a member: somebody who works here, by username."""

from collections.abc import Collection

from members.models import MemberFacts


def of(member_ids: Collection[int]) -> dict[int, str]:
    """The username by member, for those whom somebody looks after; one query, none when nobody is asked for."""
    if not member_ids:
        return {}
    rows = MemberFacts.objects.filter(member__in=member_ids).exclude(owner=None)
    return {member: owner or "" for member, owner in rows.values_list("member_id", "owner")}


def looked_after(username: str) -> list[int]:
    """The keys of the members whom this person looks after."""
    rows = MemberFacts.objects.filter(owner=username, member__erased_at=None, member__merged_into=None)
    return list(rows.order_by("member_id").values_list("member_id", flat=True))


def hand_over(member_ids: Collection[int], old: str, new: str) -> int:
    """Gives those of these members whom `old` looks after to `new`; how many that were."""
    return MemberFacts.objects.filter(member__in=member_ids, owner=old).update(owner=new)
