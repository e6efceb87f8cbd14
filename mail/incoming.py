"""Mail from outside is stored as it came and answered at once; it is read, and acted on, later."""

import datetime as dt
import hashlib
import logging
from collections.abc import Collection, Mapping
from email.message import Message as Mail

from django.db import OperationalError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from api import errors
from mail import inbound, provider_hooks, received, replies
from mail.models import Incoming
from office import nudges

BATCH = 20
KEEP = dt.timedelta(days=30)
LARGEST = 25 * 1024 * 1024  # bytes, what mail servers carry
LONGEST_REASON = 2000
IMAP = "imap"
Status = Incoming.Status

log = logging.getLogger(__name__)


def receive(provider: str, request: HttpRequest, raw: bytes, now: dt.datetime) -> bool:
    """Stores what a provider brings and wakes the workers; False when it is stored already. `now` is aware.

    Raises Refused: 404 for a provider nobody knows, 403 when no secret is set here, 401 unless the provider itself
    sent this and for a signature that came with something else before. Then nothing is written.
    """
    _prove(provider, request)
    headers = {name: request.headers[name] for name in provider_hooks.KEPT if name in request.headers}
    digest = provider_hooks.known_by(provider, request, raw)
    is_new = _store(provider, {digest: raw}, now, headers) == 1
    if not is_new and not Incoming.objects.filter(source=provider, digest=digest, body=raw).exists():
        raise errors.Refused(_("This signature was used before."), status=401)
    return is_new


def store(source: str, bodies: Collection[bytes], now: dt.datetime) -> int:
    """Stores mails as they came, in the caller's transaction; how many of them were new."""
    return _store(source, {hashlib.sha256(body).hexdigest(): body for body in bodies}, now, {})


def apply_waiting(now: dt.datetime, limit: int = BATCH) -> int:
    """Reads up to `limit` new mails, oldest first, each for itself; returns how many it dealt with."""
    with transaction.atomic():
        waiting = Incoming.objects.filter(status=Status.RECEIVED).select_for_update(skip_locked=True)
        return sum(_deal(row, now) for row in waiting.order_by("id")[:limit])


def replay(row: Incoming) -> None:
    """Takes a mail up again; the next pass reads it, and what it did before is not done twice."""
    Incoming.objects.filter(pk=row.pk).update(status=Status.RECEIVED, reason="", handled_at=None)
    nudges.after_commit("engine")


def forget_old(now: dt.datetime) -> int:
    """Drops mails of more than 30 days ago that nobody needs; a reply keeps its original."""
    old = Incoming.objects.filter(received_at__lt=now - KEEP, status__in=[Status.APPLIED, Status.IGNORED])
    return old.filter(reply=None).delete()[0]


def _store(source: str, bodies: Mapping[str, bytes], now: dt.datetime, headers: Mapping[str, str]) -> int:
    known = set(Incoming.objects.filter(source=source, digest__in=bodies).values_list("digest", flat=True))
    new = [
        Incoming(source=source, digest=digest, headers=dict(headers), body=body, received_at=now)
        for digest, body in bodies.items()
        if digest not in known
    ]
    Incoming.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        nudges.after_commit("engine")
    return len(new)


def _prove(provider: str, request: HttpRequest) -> None:
    if provider not in inbound.KNOWN:
        raise errors.Refused(_("There is nothing at this address."), status=404)
    try:
        inbound.prove(provider, request)
    except provider_hooks.Unproven as error:
        log.warning("a mail by %s was refused: %s", provider, error)
        if error.is_open:
            sentence = _("Nobody is believed here until ANYMAIL_WEBHOOK_SECRET is set.")
            raise errors.Refused(sentence, status=403) from error
        raise errors.Refused(_("The signature is missing, wrong or too old."), status=401) from error


def _deal(row: Incoming, now: dt.datetime) -> int:
    try:
        row.status, row.reason = _outcome(row, now)
    except OperationalError:  # a deadlock or a busy database says nothing about the mail
        log.warning("mail %s is tried again later", row.pk, exc_info=True)
        return 0
    row.handled_at = now
    row.save(update_fields=["status", "reason", "handled_at"])
    return 1


def _outcome(row: Incoming, now: dt.datetime) -> tuple[Status, str]:
    try:
        with transaction.atomic():
            reasons = [replies.take(mail, row, now) for mail in _mails(row)]
    except OperationalError:
        raise
    except Exception as error:  # mail from anywhere breaks parsers in ways that nobody lists
        log.exception("mail %s was set aside", row.pk)
        return Status.PARKED, f"{type(error).__name__}: {error}"[:LONGEST_REASON]
    if not reasons:
        return Status.IGNORED, _("There is no mail in it.")
    said = "; ".join(dict.fromkeys(filter(None, reasons)))[:LONGEST_REASON]
    return (Status.APPLIED if "" in reasons else Status.IGNORED), said


def _mails(row: Incoming) -> list[Mail]:
    body = bytes(row.body)
    return [received.parse(body)] if row.source == IMAP else inbound.read(row.source, row.headers, body)
