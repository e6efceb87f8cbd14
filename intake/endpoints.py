"""Doors for other systems, and the secrets shared with them."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from api import secrets, signatures
from intake import sources
from intake.models import Endpoint


def create(slug: str, source: str, now: dt.datetime, secret: str = "") -> str:
    """Makes a door and returns the secret to share, a new one unless given. ValueError says what cannot be."""
    if source not in sources.SOURCES:
        known = ", ".join(sources.SOURCES)
        raise ValueError(
            _("There is no source “%(source)s”; there are %(known)s.") % {"source": source, "known": known}
        )
    try:
        validate_slug(slug)
    except ValidationError as error:
        raise ValueError(
            _("“%(slug)s” cannot stand in an address; write a-z, 0-9 and -.") % {"slug": slug}
        ) from error
    shared = secret.strip() or signatures.new_secret()
    _check(shared, source)
    try:
        with transaction.atomic():
            Endpoint.objects.create(slug=slug, source=source, secret=secrets.seal(shared), created_at=now)
    except IntegrityError as error:
        raise ValueError(_("There is a door “%(slug)s” already.") % {"slug": slug}) from error
    return shared


def rotate(endpoint: Endpoint) -> str:
    """Gives the door a new secret and returns it; the present one stays good until the next time."""
    shared = signatures.new_secret()
    endpoint.previous_secret, endpoint.secret = endpoint.secret, secrets.seal(shared)
    endpoint.save(update_fields=["secret", "previous_secret"])
    return shared


def _check(secret: str, source: str) -> None:
    if source != "generic":
        return
    try:
        signatures.sign(secret, "check", 0, b"")
    except ValueError as error:
        raise ValueError(_("This secret cannot be used: write whsec_ and base64.")) from error
