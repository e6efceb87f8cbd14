"""What the post room forgets with a member, and the one thing it must not: that this address wants no letters."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any
from urllib import parse

from django.db.models import F, Q, Value
from django.db.models.functions import StrIndex, Substr

from mail import suppressions
from mail.models import Incoming, Message, Reply, Report
from members import consent, identity
from members.models import Member
from members.traces import Traces

STAYS = {
    "mail.Message": frozenset({"key", "group", "topic", "language", "message_id", "reason"}),
    "mail.Reply": frozenset({"key"}),  # a hash; it keeps the same mail from being taken in again
}
Status = Message.Status


def erase(traces: Traces, now: dt.datetime) -> None:
    """Keeps every no as a keyed hash of the address, stops unsent letters, cuts reasons to their code, and empties
    what the member wrote to us."""
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
    _empty_mail(traces, now)


def _empty_mail(traces: Traces, now: dt.datetime) -> None:
    """What the member wrote, as it came; what came from their address and nobody gave to anybody goes whole."""
    replies = Reply.objects.filter(member__in=traces.keys)
    replies.filter(answered_at=None).update(answered_at=now)
    theirs = set(replies.exclude(from_address="").values_list("from_address", flat=True)) | traces.addresses
    Reply.objects.filter(member=None, from_address__in=theirs).delete()
    rows = Q(reply__member__in=traces.keys)
    held = Incoming.objects.exclude(reply__member__isnull=False)
    named = [row.pk for row in held.only("body") if _names(bytes(row.body), traces.addresses)]
    found = Incoming.objects.filter(rows | Q(pk__in=named))
    keys = list(found.values_list("pk", flat=True))
    Incoming.objects.filter(pk__in=keys).exclude(status=Incoming.Status.APPLIED).update(
        status=Incoming.Status.IGNORED, handled_at=now
    )
    Incoming.objects.filter(pk__in=keys).update(body=b"", headers={}, reason="")


def _names(body: bytes, addresses: Iterable[str]) -> bool:
    lower = body.lower()
    return any(form in lower for word in addresses for form in _forms(word))


def _forms(word: str) -> tuple[bytes, ...]:
    """An address as it stands in a mail, in JSON, and in a form."""
    plain = word.lower()
    return plain.encode(), json.dumps(plain)[1:-1].encode(), parse.quote(plain).lower().encode()


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


def unplaced(traces: Traces) -> list[dict[str, Any]]:
    """For the export: what came from the member's addresses and nobody gave to a member."""
    rows = Reply.objects.filter(member=None, from_address__in=traces.addresses).order_by("pk")
    return [dict(row) for row in rows.values("from_address", "subject", "whole", "files", "received_at")]
