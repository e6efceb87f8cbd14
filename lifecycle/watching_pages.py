"""Settings → Status for owners, and `/metrics` for programs that watch (Prometheus text format 0.0.4)."""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard import access
from lifecycle import status
from members import ledger
from office import clock

HERE = {"127.0.0.1", "::1"}


@access.shows("status.read")
def page(request: HttpRequest) -> HttpResponse:
    """How the installation is, in lines."""
    return render(request, "lifecycle/status.html", {"lines": status.lines(clock.now())})


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """A handful of numbers, with METRICS_TOKEN or, where there is none, only to this machine itself."""
    if not _may_read(request):
        return HttpResponseForbidden("METRICS_TOKEN is needed\n", content_type="text/plain")
    body = "".join(
        f"# HELP lifecycle_{name} {text}\n# TYPE lifecycle_{name} gauge\nlifecycle_{name} {value}\n"
        for name, text, value in _gauges()
        if value is not None
    )
    return HttpResponse(body, content_type="text/plain; version=0.0.4; charset=utf-8")


def _may_read(request: HttpRequest) -> bool:
    said = request.headers.get("Authorization", "").encode()
    if settings.METRICS_TOKEN:
        return secrets.compare_digest(said, f"Bearer {settings.METRICS_TOKEN}".encode())
    # What came by way of a web server in front came from elsewhere, whatever its address looks like.
    return request.META.get("REMOTE_ADDR") in HERE and "X-Forwarded-For" not in request.headers


def _gauges() -> list[tuple[str, str, float | None]]:
    counted, last = status.counts(clock.now()), status.newest_backup()
    return [
        ("clock_age_seconds", "Seconds since the clock last ran.", counted.beat_age),
        ("letters_waiting", "Letters that have not left yet.", counted.waiting),
        ("letters_overdue", "Letters due for more than five minutes.", counted.overdue),
        ("letters_unknown", "Letters of which nobody knows whether they left.", counted.unknown),
        ("events_unanswered", "Events not answered yet.", counted.unanswered),
        (
            "ledger_writable",
            "1 while refusals and erasures can be kept beyond a backup.",
            0 if ledger.trouble() else 1,
        ),
        ("disk_free_bytes", "Bytes free where files are kept.", status.disk_free()),
        (
            "backup_timestamp_seconds",
            "When the newest backup was written.",
            last.timestamp() if last else None,
        ),
    ]
