"""What mail providers report is stored as it came and answered at once; it is understood and applied later."""

import datetime as dt
import logging

from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from api import bodies, errors
from mail import provider_hooks, tracking
from mail.models import Report
from office import nudges

BATCH = 100
KEEP = dt.timedelta(days=30)
LONGEST_REASON = 2000
Status = Report.Status

log = logging.getLogger(__name__)


def receive(provider: str, request: HttpRequest, raw: bytes, now: dt.datetime) -> bool:
    """Stores one report and wakes the workers; False when it is stored already. `now` is aware.

    Raises Refused: 404 for a provider nobody knows, 403 when no secret is set here, 401 unless the provider
    itself sent this and for a signature that came with something else before, 400 for what cannot be read. Then
    nothing is written.
    """
    _prove(provider, request)
    body = _text(raw, request.content_type or "")
    headers = {name: request.headers[name] for name in provider_hooks.KEPT if name in request.headers}
    digest = provider_hooks.known_by(provider, request, raw)
    found = {"headers": headers, "body": body, "received_at": now}
    row, is_new = Report.objects.get_or_create(provider=provider, digest=digest, defaults=found)
    if row.body != body:
        raise errors.Refused(_("This signature was used before."), status=401)
    if is_new:
        nudges.after_commit("engine")
    return is_new


def apply_waiting(now: dt.datetime, limit: int = BATCH) -> int:
    """Applies up to `limit` new reports, oldest first, each for itself; returns how many it dealt with."""
    with transaction.atomic():
        waiting = Report.objects.filter(status=Status.RECEIVED).select_for_update(skip_locked=True)
        return sum(_deal(report, now) for report in waiting.order_by("id")[:limit])


def replay(report: Report) -> None:
    """Takes a report up again; the next pass applies it, and what it did before is not done twice."""
    Report.objects.filter(pk=report.pk).update(status=Status.RECEIVED, reason="", handled_at=None)
    nudges.after_commit("engine")


def forget_old(now: dt.datetime) -> int:
    """Drops reports of more than 30 days ago that need nobody; what they said stands in the members' timelines."""
    old = Report.objects.filter(received_at__lt=now - KEEP, status__in=[Status.APPLIED, Status.IGNORED])
    return old.delete()[0]


def _prove(provider: str, request: HttpRequest) -> None:
    if provider not in provider_hooks.known():
        raise errors.Refused(_("There is nothing at this address."), status=404)
    try:
        provider_hooks.prove(provider, request)
    except provider_hooks.Unproven as error:
        log.warning("a report of %s was refused: %s", provider, error)
        if error.is_open:
            sentence = _("Nobody is believed here until ANYMAIL_WEBHOOK_SECRET is set.")
            raise errors.Refused(sentence, status=403) from error
        raise errors.Refused(_("The signature is missing, wrong or too old."), status=401) from error


def _text(raw: bytes, content_type: str) -> str:
    """The body as any database keeps it: UTF-8 without NUL, and JSON where it is not a form."""
    if not content_type.startswith(("application/x-www-form-urlencoded", "multipart/")):
        bodies.parse_json(raw)
    try:
        body = raw.decode()
    except ValueError as error:
        raise errors.Refused(_("Send text in UTF-8.")) from error
    if "\0" in body:
        raise errors.Refused(_("Send text without NUL."))
    return body


def _deal(report: Report, now: dt.datetime) -> int:
    try:
        report.status, report.reason = _outcome(report, now)
    except OperationalError:  # a deadlock or a busy database says nothing about the report
        log.warning("report %s is tried again later", report.pk, exc_info=True)
        return 0
    report.handled_at = now
    report.save(update_fields=["status", "reason", "handled_at"])
    return 1


def _outcome(report: Report, now: dt.datetime) -> tuple[Status, str]:
    try:
        with transaction.atomic():
            reasons = _apply(report, now)
    except OperationalError:
        raise
    except tracking.NotUnderstood as error:
        return Status.PARKED, str(error)[:LONGEST_REASON]
    except Exception as error:
        log.exception("report %s was set aside", report.pk)
        return Status.PARKED, f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    said = "; ".join(dict.fromkeys(filter(None, reasons)))[:LONGEST_REASON]
    return (Status.APPLIED if "" in reasons else Status.IGNORED), said


def _apply(report: Report, now: dt.datetime) -> list[str]:
    """For each thing reported why it was ignored, empty where it was written down."""
    told = tracking.told(report, now)
    return [tracking.apply(one, now) for one in told] or [_("It reports nothing of a letter.")]
