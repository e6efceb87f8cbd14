"""The page for leaving, to which letters lead: no login, no scripts, nothing offered. GET changes nothing."""

import datetime as dt
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api import links, rates
from flows import listening
from mail import wording
from mail.models.message import Purpose
from members import durations, identity, retention
from members.models import Member, Subscription
from office import clock
from winback import leaving, reasons


@never_cache
@csrf_exempt  # the token in the address is the permission, and mail programs carry no cookie
@rates.limited("cancel", by_link=rates.Limit(30, 60))
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET; on POST leaves, or with `stay` takes that back, and shows how it stands then."""
    member = _member(token)
    if request.method == "POST":
        _act(request, member)
        return HttpResponseRedirect(request.path)
    with translation.override(member.locale or translation.get_language() or "en"):
        response = render(request, "winback/cancel.html", _about(member))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _act(request: HttpRequest, member: Member) -> None:
    now = clock.now()
    if "stay" in request.POST:
        leaving.stay(member, now)
        return
    reason = request.POST.get("reason", "")
    goodbye = leaving.Goodbye(
        through="page",
        reason=reason if reason in reasons.GIVEN else "",
        words=request.POST.get("words", "").replace("\0", ""),
        may_write=request.POST.get("may_write") == "yes",
    )
    leaving.leave(member, goodbye, now)


def _about(member: Member) -> dict[str, Any]:
    now, gone = clock.now(), leaving.going(member)
    language = translation.get_language() or "en"
    staying = leaving.staying(member)
    ends = max((leaving.end_of(row, now) for row in staying), default=now)
    left = max((row.access_ends_at for row in gone if row.access_ends_at), default=None)
    decided = max((row.cancelled_at for row in gone if row.cancelled_at), default=None)
    return {
        "member": member,
        "memberships": [_sentence(row, language) for row in staying],
        "is_possible": leaving.is_possible(member),
        "last_day": wording.date(leaving.last_day(ends, member), language),
        "at_once": ends <= now,
        "leaves_on": wording.date(leaving.last_day(left, member), language) if left else "",
        "decided": decided,
        "decided_on": wording.date(timezone.localtime(decided).date(), language) if decided else "",
        "data_until": _data_until(member, left, language),
        "reasons": reasons.GIVEN.items(),
        "has_receipt": bool(member.email)
        and listening.answers("subscription.cancelled", Purpose.TRANSACTIONAL),
    }


def _data_until(member: Member, left: dt.datetime | None, language: str) -> str:
    """Until when what is known of somebody who left, or is leaving, is kept; empty where no time is set."""
    months = retention.months()
    if months is None:
        return ""
    kept = retention.after(max(left, member.created_at), months) if left else retention.until(member, months)
    return wording.date(kept.astimezone(durations.zone_of(member)).date(), language) if kept else ""


def _sentence(row: Subscription, language: str) -> str:
    named = [row.plan.sentence or row.plan.name] if row.plan else []
    if row.amount is None or not row.currency:
        return ", ".join(named)
    price = wording.price(row.amount, row.currency, row.interval, row.interval_count, language)
    return named[0] if named and row.plan and row.plan.sentence else ", ".join([*named, price])


def _member(token: str) -> Member:
    """Whose page this is. Links that are forged, foreign or of somebody erased get the same answer."""
    content = links.read("cancel", token)
    if content is None or len(content) != 1:
        raise Http404
    who = uuid.UUID(content[0])
    found = identity.by_uuids([who]).get(who)
    if found is None:
        raise Http404
    return found
