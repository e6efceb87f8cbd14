"""A bare Django view that inserts one row: what `bench ingest` compares the product's webhooks with."""

import os
from collections.abc import Callable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.bare_settings")

TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_arrival (id bigserial PRIMARY KEY, received_at timestamptz, body text)"
)
INSERT = "INSERT INTO bench_arrival (received_at, body) VALUES (%s, %s)"


def arrival(request: HttpRequest) -> JsonResponse:
    """Keeps the body."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [timezone.now(), request.body.decode()])
    answer = JsonResponse({"received": True}, status=202)
    answer["Content-Length"] = str(len(answer.content))  # lines stay open
    return answer


urlpatterns = [path("webhooks/bench/", arrival)]
application: Callable[..., Any] = get_wsgi_application()
