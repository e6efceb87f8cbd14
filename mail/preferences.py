"""Pages that a letter leads to, without login: choose letters, stop them, read one in the browser.

GET and HEAD never change anything, because mail scanners open every link; POST acts (RFC 8058 3.2).
"""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api import links
from mail import suppressions, topics
from mail.models import Message
from members import consent, identity
from members.models import Member
from office import clock

PAGE = "preference page"


@never_cache
@csrf_exempt  # the token in the address is the permission; mail programs cannot carry a cookie
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET; on POST, a button's or a mail program's one click, withdraws the topic of the letter."""
    member, (topic,) = _member("unsubscribe", token, 1)
    if request.method == "POST":
        now = clock.now()
        consent.withdraw(member, topic, now, now, proof="unsubscribe link", source="letter")
    with _language_of(member):
        context = {"topic": topics.words(topic), "done": request.method == "POST", **_links(member)}
        return _page(request, "mail/unsubscribe.html", context)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Shows the topics a member was asked about; POST keeps the ticked ones and withdraws the others."""
    member, _rest = _member("preferences", token, 0)
    lines = consent.standing([member.pk])
    if request.method == "POST":
        _choose(member, {topic: line.granted for (_pk, topic), line in lines.items()}, request)
        lines = consent.standing([member.pk])
    with _language_of(member):
        choices = [
            {"topic": topic, "words": topics.words(topic), "granted": line.granted}
            for (_pk, topic), line in sorted(lines.items(), key=lambda item: item[0][1])
        ]
        context = {"choices": choices, "done": request.method == "POST"}
        return _page(request, "mail/preferences.html", context)


def _choose(member: Member, before: dict[str, bool], request: HttpRequest) -> None:
    now, ticked = clock.now(), set(request.POST.getlist("topic"))
    for topic, granted in before.items():
        if granted != (topic in ticked):
            write = consent.withdraw if granted else consent.grant
            write(member, topic, now, now, proof=PAGE, source="letter")
            if not granted and member.email:
                suppressions.lift_no(member.email, topic, now)


def _member(purpose: str, token: str, more: int) -> tuple[Member, list[str]]:
    """Whose page this is. Links that are forged, foreign, outdated or of somebody erased get the same answer."""
    content = links.read(purpose, token)
    if content is None or len(content) != 1 + more:
        raise Http404
    who = uuid.UUID(content[0])
    found = identity.by_uuids([who]).get(who)
    if found is None:
        raise Http404
    return found, content[1:]


def _links(member: Member) -> dict[str, str]:
    return {"preferences_url": links.url("preferences", member.uuid)}


def _language_of(member: Member) -> translation.override:
    """The member's own language, whatever browser the link is opened in."""
    return translation.override(member.locale or translation.get_language() or "en")


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
