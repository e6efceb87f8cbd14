"""The way from a link in a letter to where it leads."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from api import links
from mail import clicks
from mail.models import Message
from office import clock


@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Leads where the signed token says and notes that it was opened; a letter that is gone still leads there."""
    content = links.read(clicks.PURPOSE, token)
    if content is None or len(content) != 2 or not content[1].startswith(("http://", "https://")):
        raise Http404
    uuid, target = content
    message = Message.objects.filter(uuid=uuid, member__erased_at=None).defer("values").first()
    if message is not None and message.submitted_at:
        agent = "" if _is_ahead(request) else request.headers.get("User-Agent", "")[:500]
        clicks.note(message, target, agent, request.method or "", clock.now())
    response = HttpResponseRedirect(target)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _is_ahead(request: HttpRequest) -> bool:
    """Whether a browser fetches it before anybody asked for it: it says so, and nobody has opened anything."""
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in text.lower() for text in said for word in ("prefetch", "preview", "prerender"))
