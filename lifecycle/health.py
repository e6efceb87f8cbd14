"""`/healthz`: the process answers. `/readyz`: the database answers and the clock beats."""

import datetime as dt

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from lifecycle import clock
from office.models import Beat

STILL = dt.timedelta(minutes=2)


@never_cache
@require_safe
def alive(_request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers and the clock beat within two minutes; else 503 saying which does not."""
    try:
        last = Beat.last(clock.HEARTBEAT)
    except DatabaseError:
        return JsonResponse({"status": "the database does not answer"}, status=503)
    if last is None or timezone.now() - last > STILL:
        return JsonResponse({"status": "the clock stands still", "last_beat": last}, status=503)
    return JsonResponse({"status": "ok", "last_beat": last})
