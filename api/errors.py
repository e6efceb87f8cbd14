"""Refusals that say which field and what to do, as problem details (RFC 9457)."""

import math
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core import exceptions as django_exceptions
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, settings
from rest_framework.response import Response

CONTENT_TYPE = "application/problem+json"


class Refused(Exception):
    """What a room raises when it will not do what was asked.

    `errors` is one sentence, or a sentence for each field; `status` is the HTTP status a door answers.
    """

    def __init__(self, errors: Mapping[str, str] | str, status: int = 400) -> None:
        super().__init__(errors)
        self.errors = {} if isinstance(errors, str) else dict(errors)
        self.detail = errors if isinstance(errors, str) else ""
        self.status = status

    def __str__(self) -> str:
        return self.detail or "; ".join(f"{field}: {text}" for field, text in self.errors.items())


def problem_response(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's EXCEPTION_HANDLER: a problem for what was foreseen.

    None for anything else: that goes on to Django's handler for 500, which tells nothing of the inside.
    """
    exc = _translated(exc)
    request = context.get("request")
    where = request.path if request is not None else ""
    if isinstance(exc, Refused):
        return _response(exc.status, exc.detail, exc.errors, where)
    if isinstance(exc, exceptions.ValidationError):
        return _response(exc.status_code, "", exc.detail, where)
    if isinstance(exc, exceptions.APIException):
        return _response(exc.status_code, str(exc.detail), {}, where, _headers(exc))
    return None


def plain_problem(refused: Refused, where: str = "") -> HttpResponse:
    """The same problem for doors that are plain Django views. `where` is the path asked for."""
    content = _problem(refused.status, refused.detail, refused.errors, where)
    return JsonResponse(content, status=refused.status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django passes it
    """handler400 for addresses of the API."""
    return plain_problem(Refused(_("This request cannot be read.")), request.path)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django passes it
    """handler404 for addresses of the API."""
    return plain_problem(Refused(_("There is nothing at this address."), status=404), request.path)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500 for addresses of the API: says that it is our fault, and nothing of the inside."""
    sentence = _("Something went wrong on our side. Nothing was changed; please try again.")
    return plain_problem(Refused(sentence, status=500), request.path)


def _translated(exc: Exception) -> Exception:
    """Django's own exceptions, in the words of the API."""
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, django_exceptions.PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, django_exceptions.RequestDataTooBig):
        return Refused(_("This request is too large; send it in smaller parts."), status=413)
    if isinstance(exc, django_exceptions.ValidationError):
        return exceptions.ValidationError(serializers.as_serializer_error(exc))
    return exc


def _headers(exc: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def _response(
    status: int, detail: str, errors: Any, where: str, headers: dict[str, str] | None = None
) -> Response:
    content = _problem(status, detail, errors, where)
    return Response(content, status=status, headers=headers, content_type=CONTENT_TYPE)


def _problem(status: int, detail: str, errors: Any, where: str) -> dict[str, Any]:
    found = list(_flat(errors))
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or _named(found),
    }
    if where:
        problem["instance"] = where
    if found:
        problem["errors"] = found
    return problem


def _named(found: list[dict[str, str]]) -> str:
    fields = dict.fromkeys(error["field"] for error in found if error["field"])
    if not fields:
        return " ".join(error["detail"] for error in found)
    return _("Please correct: %(fields)s.") % {"fields": ", ".join(fields)}


def _flat(errors: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested errors of serializers as (field, detail), a field inside another written `consents.0.topic`."""
    if isinstance(errors, Mapping):
        whole = (settings.api_settings.NON_FIELD_ERRORS_KEY, django_exceptions.NON_FIELD_ERRORS)
        for name, inner in errors.items():
            yield from _flat(inner, path if name in whole else f"{path}.{name}".lstrip("."))
    elif isinstance(errors, list | tuple):
        for index, inner in enumerate(errors):
            deeper = isinstance(inner, Mapping | list)
            yield from _flat(inner, f"{path}.{index}".lstrip(".") if deeper else path)
    else:
        yield {"field": path, "detail": str(errors)}
