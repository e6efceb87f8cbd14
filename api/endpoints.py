"""The other systems that we tell things: where they are, and the secrets that sign what they get."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from api import addresses, secrets, signatures
from api.models import Delivery, Endpoint
from office import audit
from office.models import User


def create(slug: str, url: str, now: dt.datetime, description: str = "") -> tuple[Endpoint, str]:
    """Makes an endpoint, and the secret to share with it. ValueError says what cannot be."""
    if not _is_slug(slug):
        raise ValueError(_("“%s” is no short name; write a-z, 0-9 and -.") % slug)
    addresses.check(url)
    secret = signatures.new_secret()
    try:
        with transaction.atomic():
            made = Endpoint.objects.create(
                slug=slug,
                url=url,
                description=description[:200],
                secret=secrets.seal(secret),
                created_at=now,
            )
    except IntegrityError as error:
        raise ValueError(_("There is an outgoing webhook “%s” already.") % slug) from error
    return made, secret


def rotate(endpoint: Endpoint) -> str:
    """Gives the endpoint a new secret and returns it; the present one signs along until the next time."""
    secret = signatures.new_secret()
    endpoint.previous_secret, endpoint.secret = endpoint.secret, secrets.seal(secret)
    endpoint.save(update_fields=["secret", "previous_secret"])
    return secret


def disable(endpoint: Endpoint, because: str, now: dt.datetime, by: User | None = None) -> bool:
    """Tells it nothing any more; what was on its way is not sent. False: it was off already."""
    with transaction.atomic():
        off = Endpoint.objects.filter(pk=endpoint.pk, disabled_at=None).update(
            disabled_at=now, disabled_because=because[:300]
        )
        if off:
            if by:  # somebody knows, so nobody has to be told any more
                Endpoint.objects.filter(pk=endpoint.pk).update(failing_since=None)
            waiting = Delivery.objects.filter(endpoint=endpoint, status=Delivery.Status.QUEUED)
            waiting.update(status=Delivery.Status.DROPPED, error=because[:300], finished_at=now)
            audit.record(by, "outgoing_webhook.disabled", endpoint.slug, now, because=because)
    return bool(off)


def enable(endpoint: Endpoint, now: dt.datetime, by: User | None = None) -> bool:
    """Tells it things again, from now on; what was not sent meanwhile can be sent again by hand."""
    with transaction.atomic():
        on = Endpoint.objects.filter(pk=endpoint.pk, disabled_at__isnull=False).update(
            disabled_at=None, disabled_because="", failing_since=None, rests_until=None
        )
        if on:
            audit.record(by, "outgoing_webhook.enabled", endpoint.slug, now)
    return bool(on)


def troubled(now: dt.datetime, after: dt.timedelta = dt.timedelta(hours=1)) -> list[Endpoint]:
    """Those that have not answered well for a while, also those that were switched off for it."""
    return list(Endpoint.objects.filter(failing_since__lte=now - after))


def signed(endpoint: Endpoint, ident: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks; `timestamp` in Unix seconds. Raises secrets.Unreadable."""
    sealed = filter(None, (endpoint.secret, endpoint.previous_secret))
    shared = [secrets.open_sealed(secret) for secret in sealed]
    return {
        "webhook-id": ident,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures.sign(secret, ident, timestamp, body) for secret in shared),
    }


def _is_slug(text: str) -> bool:
    try:
        validate_slug(text)
    except ValidationError:
        return False
    return len(text) <= 80
