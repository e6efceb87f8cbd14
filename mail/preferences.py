"""Pages that a letter leads to, without login: choose letters, stop them, read one in the browser.

GET and HEAD never change anything, because mail scanners open every link; POST acts (RFC 8058 3.2).
"""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api import links, rates
from mail import addressing, choosing, topics
from mail.models import Message
from members import durations, identity, letter_pauses
from members.models import Member
from office import clock

MAX_AGE = dt.timedelta(days=14)  # of a link that confirms
MEMBERS = rates.Limit(30, 60)  # clicks of one link; nobody needs more


@never_cache
@csrf_exempt  # the token in the address is the permission; mail programs cannot carry a cookie
@rates.limited("unsubscribe", by_link=MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET; on POST, a button's or a mail program's one click, withdraws the topic of the letter."""
    member, (topic,) = _member("unsubscribe", token, 1)
    with _language_of(member) as language:
        if request.method == "POST":
            choosing.unsubscribe(member, topic, language, clock.now())
        offered = topics.offered(member, language, also=topic)
        context = {
            "topic": next(one for one in offered if one.slug == topic),
            "done": request.method == "POST",
            "preferences_url": links.url("preferences", member.uuid),
        }
        return _page(request, "mail/unsubscribe.html", context)


@never_cache
@csrf_exempt
@rates.limited("preferences", by_link=MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what may come; POST keeps the ticked topics, stops all, or rests for some months. Each can be undone."""
    member, _rest = _member("preferences", token, 0)
    with _language_of(member) as language:
        done = _act(member, request.POST, language) if request.method == "POST" else {}
        now = clock.now()
        until = letter_pauses.running([member.pk], now).get(member.pk)
        context = {
            "choices": topics.offered(member, language),
            "until": until.astimezone(durations.zone_of(member)).date() if until else None,
            "months": letter_pauses.MONTHS,
            "address": _masked(addressing.of(member)),
            **done,
        }
        return _page(request, "mail/preferences.html", context)


@never_cache
@csrf_exempt
@rates.limited("confirm", by_link=MEMBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The second yes of a double opt-in: GET asks, POST says it."""
    member, (topic,) = _member("confirm", token, 1, MAX_AGE)
    with _language_of(member) as language:
        agreed = request.method == "POST" and choosing.confirm(member, topic, language, clock.now())
        offered = topics.offered(member, language, also=topic)
        context = {
            "topic": next(one for one in offered if one.slug == topic),
            "said": request.method == "POST",
            "agreed": agreed,
            "preferences_url": links.url("preferences", member.uuid),
        }
        return _page(request, "mail/confirm.html", context)


def _act(member: Member, said: QueryDict, language: str) -> dict[str, Any]:
    """What was asked for, done; what the page then says of it."""
    deed, now = said.get("deed", "choose"), clock.now()
    rests = {str(months): months for months in letter_pauses.MONTHS}
    if deed == "pause" and (months := rests.get(str(said.get("months")))):
        letter_pauses.pause(member, months, now, source="letter")
        return {"paused": True}
    if deed == "resume":
        letter_pauses.end(member, now, source="letter")
        return {"resumed": True}
    wanted = said.getlist("topic") if deed == "choose" else []
    return {"changed": choosing.choose(member, wanted, language, now, none=deed == "stop")}


def _masked(address: str) -> str:
    """Enough to recognise one's own address, too little to learn somebody else's from a letter passed on."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}" if local else ""


def _member(
    purpose: str, token: str, more: int, max_age: dt.timedelta | None = None
) -> tuple[Member, list[str]]:
    """Whose page this is. Links that are forged, foreign, outdated or of somebody erased get the same answer."""
    content = links.read(purpose, token, max_age=max_age)
    if content is None or len(content) != 1 + more:
        raise Http404
    who = uuid.UUID(content[0])
    found = identity.by_uuids([who]).get(who)
    if found is None:
        raise Http404
    return found, content[1:]


@contextmanager
def _language_of(member: Member) -> Iterator[str]:
    """The member's own language, whatever browser the link is opened in."""
    wanted = member.locale or translation.get_language() or "en"
    with translation.override(wanted):
        yield wanted


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def message_of(token: str) -> Message:
    """The letter that a view-in-browser link means; 404 for anything else."""
    content = links.read("browser", token)
    if content is None:
        raise Http404
    letters = Message.objects.filter(member__erased_at=None).select_related("letter_version", "member")
    return get_object_or_404(letters, uuid=content[0])
