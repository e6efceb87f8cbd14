"""The doors that mail providers knock on: to say what became of letters, and to bring what members write back."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ParseError

from api import bodies, errors
from mail import incoming, reports
from office import clock


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def events(request: HttpRequest, provider: str) -> HttpResponse:
    """Takes one report: 200 when it is stored, else 4xx and no trace. HEAD answers providers that look for the door."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        raw = bodies.read_capped(request)
        is_new = reports.receive(provider, request, raw, clock.now())
    except errors.Refused as refused:
        return _refusal(refused, request.path)
    except ParseError as error:
        return _refusal(errors.Refused(str(error.detail)), request.path)
    return JsonResponse({"received": True, "new": is_new})


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
def inbound(request: HttpRequest, provider: str) -> HttpResponse:
    """Takes what somebody wrote to us, at most 25 MB: 200 when it is stored, else 4xx and no trace."""
    if request.method == "HEAD":
        return HttpResponse()
    try:
        raw = bodies.read_capped(request, incoming.LARGEST)
        is_new = incoming.receive(provider, request, raw, clock.now())
    except errors.Refused as refused:
        return _refusal(refused, request.path)
    return JsonResponse({"received": True, "new": is_new})


def _refusal(refused: errors.Refused, path: str) -> HttpResponse:
    response = errors.plain_problem(refused, path)
    if refused.status == 401:  # Amazon sends name and password only after it was asked for them
        response["WWW-Authenticate"] = 'Basic realm="mail events"'
    return response
