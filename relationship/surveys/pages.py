"""The page to which an answer in a letter leads: the answer is chosen there already, and one button gives it.

No login, no scripts; GET and HEAD change nothing, because mail scanners open every link.
"""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from api import links, rates
from mail import wording
from mail.models import Message
from office import clock
from office.models import House
from relationship.models import Survey
from relationship.surveys import answering, asking

MAX_AGE = dt.timedelta(days=180)


@never_cache
@csrf_exempt  # the token in the address is the permission, and mail programs carry no cookie
@rates.limited("survey", by_link=rates.Limit(30, 60))
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET with the answer of the letter chosen; on POST takes the answer, and shows what was said."""
    message, found, chosen = _asked(token)
    now = clock.now()
    if request.method == "POST":
        number = request.POST.get("answer", "")
        if number.isascii() and number.isdigit() and len(number) < 3:
            answering.answer(found, message, int(number), request.POST.get("text", ""), now)
        return HttpResponseRedirect(request.path)
    with translation.override(message.member.locale or translation.get_language() or "en"):
        response = render(request, "relationship/survey.html", _about(message, found, chosen, now))
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _about(message: Message, found: Survey, chosen: int, now: dt.datetime) -> dict[str, Any]:
    language = translation.get_language() or "en"
    said, before = asking.say(found, language, House.current().language), answering.given(found, message)
    return {
        "said": said,
        "ends": asking.ENDS.get(Survey.Kind(found.kind)),
        "chosen": chosen if before is None else before.answer,
        "text": before.text if before else "",
        "longest": answering.LONGEST,
        "before": said.answer(before.answer) if before else "",
        "on": wording.date(timezone.localtime(before.answered_at).date(), language) if before else "",
        "may_change": before is not None and answering.may_change(before, now) and not found.retired_at,
        "is_closed": found.retired_at is not None,
    }


def _asked(token: str) -> tuple[Message, Survey, int]:
    """Which letter asked what, and the answer that was tapped.

    Links that are forged, foreign, too old or of somebody erased get the same answer.
    """
    content = links.read("survey", token, max_age=MAX_AGE)
    if content is None or len(content) != 3 or not content[2].isdecimal():
        raise Http404
    letters = Message.objects.filter(uuid=content[0], member__erased_at=None).select_related("member")
    message, found = letters.first(), asking.by_slugs([content[1]]).get(content[1])
    if message is None or found is None:
        raise Http404
    return message, found, int(content[2])
