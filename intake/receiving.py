"""What another system brings is verified, stored as it came, and answered at once. It is understood later."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from api import bodies, errors, secrets
from intake import outcomes, sources
from intake.models import Delivery, Endpoint
from office import nudges

log = logging.getLogger(__name__)


def receive(endpoint: Endpoint, headers: Mapping[str, str], raw: bytes, now: dt.datetime) -> bool:
    """Stores one message and wakes the workers; False when it is stored already. `now` is aware.

    Raises Refused: 401 unless one who shares the endpoint's secret signed these bytes just now (whatever goes
    wrong in finding that out), 400 for what is not an object of JSON that names itself. Then nothing is written.
    """
    ident = _verified(endpoint, headers, raw)
    body = _parsed(raw)
    try:
        ident = ident or sources.ident_in(body)
    except outcomes.NotUnderstood as error:
        raise errors.Refused(str(error)) from error
    return _store(endpoint, ident, body, raw, now)


def _verified(endpoint: Endpoint, headers: Mapping[str, str], raw: bytes) -> str:
    try:
        known = [endpoint.secret, endpoint.previous_secret]
        opened = [secrets.open_sealed(sealed) for sealed in known if sealed]
        return sources.SOURCES[endpoint.source].verify(opened, headers, raw)
    except Exception as error:  # what hostile headers do to a verifier is never more than a wrong signature
        log.warning("a message for %s was refused: %s", endpoint.slug, error)
        raise errors.Refused(_("The signature is missing, wrong or too old."), status=401) from error


def _parsed(raw: bytes) -> dict[str, Any]:
    body = bodies.parse_json(raw)
    if not isinstance(body, dict):
        raise errors.Refused(_("Send one JSON object."))
    return body


def _store(endpoint: Endpoint, ident: str, body: dict[str, Any], raw: bytes, now: dt.datetime) -> bool:
    """One statement, its own transaction: this door is as fast as one insert can be."""
    row: dict[str, int | str] = {
        "endpoint_id": endpoint.pk,
        "provider_id": ident,
        "kind": str(body.get("type", ""))[:120],
        "received_at": str(connection.ops.adapt_datetimefield_value(now)),
        "body": raw.decode(),
        "status": Delivery.Status.RECEIVED.value,
        "reason": "",
        "waits_for_source": "",
        "waits_for": "",
    }
    table, marks = connection.ops.quote_name(Delivery._meta.db_table), ", ".join(["%s"] * len(row))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) ON CONFLICT DO NOTHING",  # noqa: S608 (own names)
            list(row.values()),
        )
        is_new = bool(cursor.rowcount)
    if is_new:
        nudges.after_commit("engine")
    return is_new
