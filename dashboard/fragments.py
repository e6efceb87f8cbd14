"""Whether a request asks for a part of a page (htmx) or for the page."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


def is_wanted(request: HttpRequest) -> bool:
    """Whether only a part is wanted; coming back in the browser's history wants the page."""
    asked = HtmxDetails(request)
    return bool(asked) and not asked.history_restore_request


def template(request: HttpRequest, page: str, part: str) -> str:
    """The page's template, or the part inside it."""
    return f"{page}#{part}" if is_wanted(request) else page
