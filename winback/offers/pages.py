"""The page on which an offer is accepted: no login, no scripts; opening it changes nothing, one button accepts it."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api import links, rates
from mail import wording
from members import durations
from office import clock
from winback.models import MadeOffer
from winback.offers import accepting, wordings

MAX_AGE = dt.timedelta(days=540)  # afterwards nobody needs to be told that it is over


@never_cache
@csrf_exempt  # the token in the address is the permission, and mail programs carry no cookie
@rates.limited("offer", by_link=rates.Limit(30, 60))
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """Says what is offered on GET; on POST accepts it, once and in time, and shows how it stands then."""
    made, now = _made(token), clock.now()
    if request.method == "POST":
        accepting.accept(made, now)
        return HttpResponseRedirect(request.path)
    with translation.override(made.member.locale or translation.get_language() or "en"):
        response = render(request, "winback/offer.html", _about(made, now))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _about(made: MadeOffer, now: dt.datetime) -> dict[str, Any]:
    language, zone = translation.get_language() or "en", durations.zone_of(made.member)
    accepted = made.accepted_at
    return {
        **wordings.said(made.terms, language),
        "until": wording.date(durations.last_moment(made.until).astimezone(zone).date(), language),
        "accepted_on": wording.date(accepted.astimezone(zone).date(), language) if accepted else "",
        "is_open": accepting.is_open(made, now),
    }


def _made(token: str) -> MadeOffer:
    """Which offer it is. Links that are forged, foreign, too old or of somebody erased get the same answer."""
    content = links.read("offer", token, max_age=MAX_AGE)
    rows = MadeOffer.objects.filter(member__erased_at=None).select_related("member")
    found = rows.filter(uuid=content[0]).first() if content and len(content) == 1 else None
    if found is None:
        raise Http404
    return found
