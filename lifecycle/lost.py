"""What is answered where nothing is, or where something broke: programs are answered in their own form."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views import defaults

from api import errors

API = "/api/"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404: a problem (RFC 9457) under `/api/`, else the page."""
    answer = errors.not_found if request.path.startswith(API) else defaults.page_not_found
    return answer(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a problem (RFC 9457) under `/api/`, else the page."""
    answer = errors.server_error if request.path.startswith(API) else defaults.server_error
    return answer(request)
