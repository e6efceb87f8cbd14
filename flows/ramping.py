"""The share of entrants that a new flow takes at first, which staff raise once they have seen how it goes."""

import datetime as dt

from django.db import transaction

from flows.models import Flow
from flows.shares import fraction
from members.models import Member
from office import audit
from office.models import User

EVERYBODY = 100


class NotAShare(ValueError):
    """The number is no share in percent; the text is for staff."""


def set_share(flow: Flow, percent: int, by: User | None, now: dt.datetime) -> bool:
    """From now on the flow takes this share of those who would enter it; False when it did already.

    Sticky: whoever was let in at 20 % is at 50 % too. Whoever was not let in so far is asked again only when
    something sets the flow going for them anew. Raises NotAShare.
    """
    if isinstance(percent, bool) or not 0 <= percent <= EVERYBODY:
        raise NotAShare("a share in percent, from 0 to 100")
    with transaction.atomic():
        before = Flow.objects.select_for_update(no_key=True).values_list("ramp", flat=True).get(pk=flow.pk)
        if before != percent:
            Flow.objects.filter(pk=flow.pk).update(ramp=percent)
            audit.record(by, "flow.share_set", flow.slug, now, before=before, after=percent)
    flow.ramp = percent
    return before != percent


def refusal(flow: Flow, member: Member) -> str:
    """Why this member is not let in yet; empty when they belong to the share that is."""
    if fraction("ramp", flow.slug, member) < flow.ramp / 100:
        return ""
    return f"not yet let in: the flow takes {flow.ramp} % so far"
