"""Letters and their pictures as pages of their own, outside the staff's frame."""

from csp.decorators import csp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from mail import preferences, reading, rendering
from mail.models import Picture
from office import clock

# A letter's own styles and pictures, and nothing else: no script, no form, no frame.
LETTER_POLICY = {
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-top-navigation-by-user-activation"],
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["'self'", "https:", "data:"],
    "frame-ancestors": ["'none'"],
}


@never_cache
@require_safe
@csp(LETTER_POLICY)  # type: ignore[arg-type]  # it knows views of one argument only
def in_browser(_request: HttpRequest, token: str) -> HttpResponse:
    """One letter as its member got it."""
    message = preferences.message_of(token)
    try:
        response = HttpResponse(reading.read(message, clock.now()).html)
    except rendering.RenderError as error:
        raise Http404 from error
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def picture(_request: HttpRequest, name: str) -> HttpResponse:
    """A picture by the hash of its content; its address never shows another one."""
    found = get_object_or_404(Picture, name=name)
    return HttpResponse(bytes(found.content), content_type=found.content_type)
