"""Somebody's own statement, to which letters lead: no login, no scripts. Nothing is changed here."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api import links, rates
from members import durations, identity
from members.models import Member
from office import clock
from value import benefits, fitting, statements, upcoming, words

PURPOSE = "statement"


@never_cache
@rates.limited("statement", by_link=rates.Limit(60, 60))
@require_safe
def statement(request: HttpRequest, token: str) -> HttpResponse:
    """The statement of whom the token names, in their language. Forged, foreign and erased get the same answer: 404."""
    member = _member(token)
    with translation.override(member.locale or translation.get_language() or "en"):
        response = render(request, "value/statement.html", _about(member))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _about(member: Member) -> dict[str, Any]:
    now, language = clock.now(), translation.get_language() or "en"
    found, zone = statements.of([member], now)[member.pk], durations.zone_of(member)
    here = [member] if member.stage != Member.Stage.FORMER else []
    about = {
        "is_known": found.is_known,
        "is_negative": found.is_negative,
        "summary": words.summary(found, language),
        "period": words.period(found, language),
        "lines": words.lines(found, language),
        "value": words.money(found.value, language),
        "paid": words.money(found.paid, language),
        "net": words.net(found, language),
        "unused": [words.benefit(row, language) for row in benefits.unused(here).get(member.pk, [])[:3]],
        "coming": [
            words.coming(row, zone, language) for row in upcoming.coming(here, now).get(member.pk, [])
        ],
    }
    if found.is_negative:
        about["smaller"] = [plan.sentence or plan.name for plan in fitting.smaller(member)]
        about["leave"] = links.url("cancel", member.uuid) if links.has_page("cancel") else ""
    return about


def _member(token: str) -> Member:
    content = links.read(PURPOSE, token)
    if content is None or len(content) != 1:
        raise Http404
    who = uuid.UUID(content[0])
    found = identity.by_uuids([who]).get(who)
    if found is None:
        raise Http404
    return found
