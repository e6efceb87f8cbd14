"""The door that other systems' webhooks knock on."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from rest_framework.exceptions import ParseError

from api import bodies, errors
from intake import receiving
from intake.models import Endpoint
from office import clock


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes one message: 202 when it is new and stored, 200 when it was stored before, else 4xx and no trace."""
    try:
        raw = bodies.read_capped(request)
        endpoint = next(iter(Endpoint.objects.filter(slug=slug)), None)
        if endpoint is None:
            raise errors.Refused(_("There is nothing at this address."), status=404)
        is_new = receiving.receive(endpoint, request.headers, raw, clock.now())
    except errors.Refused as refused:
        return errors.plain_problem(refused, request.path)
    except ParseError as error:
        return errors.plain_problem(errors.Refused(str(error.detail)), request.path)
    return JsonResponse({"received": True}, status=202 if is_new else 200)
