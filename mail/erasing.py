"""What the post room forgets with a member, and the one thing it must not: that this address wants no letters."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any
from urllib import parse

from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex, Substr

from mail import suppressions
from mail.models import Message, Report
from members import consent, identity
from members.models import Member
from members.traces import Traces

STAYS = {"mail.Message": frozenset({"key", "group", "topic", "language", "message_id", "reason"})}
Status = Message.Status


def erase(traces: Traces, now: dt.datetime) -> None:
    """Keeps every no as a keyed hash of the address, stops unsent letters, and cuts reasons to their code."""
    lines = consent.standing(traces.keys)
    refused = {topic for (_key, topic), line in lines.items() if not line.granted and not line.pending}
    for address in traces.addresses:
        suppressions.remember_no(address, refused, now)
    letters = Message.objects.filter(member__in=traces.keys)
    before = set(letters.exclude(address="").values_list("address", flat=True).distinct())
    others = Member.objects.exclude(pk__in=traces.keys).filter(email_key__in=map(identity.email_key, before))
    theirs = set(others.values_list("email_key", flat=True))  # a guardian's letters, say
    old = {address for address in before if identity.email_key(address) not in theirs}
    suppressions.forget_details(traces.addresses | old)
    letters.filter(status__in=Message.UNSENT).update(
        status=Status.SKIPPED, reason="erased", finished_at=now, lease=None, leased_until=None
    )
    told = letters.annotate(colon=StrIndex("reason", Value(":"))).filter(colon__gt=0)
    told.update(reason=Substr("reason", 1, F("colon") - 1))
    _empty_reports(traces.addresses | before, now)


def _empty_reports(addresses: Iterable[str], now: dt.datetime) -> None:
    """What mail providers said of the member: the row stays, so that the same report sent again is known."""
    for word in filter(None, addresses):
        spelled = Q(body__icontains=word) | Q(body__icontains=json.dumps(word)[1:-1])
        found = Report.objects.filter(spelled | Q(body__icontains=parse.quote(word)))
        found.exclude(status=Report.Status.APPLIED).update(status=Report.Status.IGNORED, handled_at=now)
        Report.objects.filter(pk__in=list(found.values_list("pk", flat=True))).update(
            body="{}", headers={}, reason=""
        )


def known(traces: Traces) -> list[dict[str, Any]]:
    """For the export: whether letters to the member's addresses are stopped."""
    found = suppressions.suppressed(traces.addresses)
    return [
        {"address": address, "reason": line.reason, "detail": line.detail, "at": line.at}
        for address, line in found.items()
    ]
