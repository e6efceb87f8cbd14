"""Rules about members: where they stand follows from their history and their subscriptions."""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, Subquery

from lifecycle.invariants.lines import Moment
from members import stages
from members.models import Member, StageChange, Subscription
from members.models.member import Stage


def stage_differs(_moment: Moment) -> Iterator[str]:
    """Members whose stage is not the one that the last line of their history leads to."""
    history = StageChange.objects.filter(member=OuterRef("pk")).order_by("-pk")
    members = Member.objects.annotate(last=Subquery(history.values("to_stage")[:1]))
    for member in members.exclude(last=F("stage")).iterator():
        yield f"member {member.pk}: {member.stage}, but the history says {getattr(member, 'last', None)}"


def former_with_contract(_moment: Moment) -> Iterator[str]:
    """Members who had a subscription, and whose stage does not fit whether one is live."""
    held = Subscription.objects.filter(member=OuterRef("pk"))
    live = Exists(held.filter(status__in=stages.LIVE))
    is_former = Q(stage=Stage.FORMER)
    for member in (
        Member.objects.filter(Exists(held)).filter(live & is_former | ~live & ~is_former).iterator()
    ):
        yield f"member {member.pk}: {member.stage}, subscription {member.status}"
