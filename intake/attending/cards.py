"""The member's card: a page with a name, a number and a code that the list at the door reads. No login.

A card that is shown to a stranger tells what is printed on it and nothing more: the code holds the page's own address.
"""

import uuid

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api import links
from members import identity
from members.models import Member

PURPOSE = "card"


@never_cache
@require_safe
def card(request: HttpRequest, token: str) -> HttpResponse:
    """The card of whom the token names. Forged, foreign, erased and former get the same answer: 404."""
    member = holder(token)
    if member is None:
        raise Http404
    code = segno.make(links.url(PURPOSE, member.uuid), error="m").svg_data_uri(scale=8, border=3)
    with translation.override(member.locale or translation.get_language() or "en"):
        response = render(request, "intake/card.html", {"member": member, "code": code})
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def holder(token: str) -> Member | None:
    """Whose card it is: a member now; None for every other token."""
    content = links.read(PURPOSE, token)
    if content is None or len(content) != 1:
        return None
    who = uuid.UUID(content[0])
    found = identity.by_uuids([who]).get(who)
    return found if found and found.stage != Member.Stage.FORMER else None
