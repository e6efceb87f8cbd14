"""Other systems, posting: signed as each of them signs."""

import hashlib
import hmac
import json
import time
from typing import Any

from django.http import HttpResponse
from django.test import Client

from api import signatures

STRIPE_SECRET = "whsec_of_the_till"


def generic(
    secret: str, kind: str, at: str, data: Any, ident: str, *, slug: str = "shop", stamp: float | None = None
) -> HttpResponse:
    """A message of the house's own shop (Standard Webhooks)."""
    return signed(
        secret, json.dumps({"type": kind, "timestamp": at, "data": data}).encode(), ident, slug, stamp
    )


def signed(
    secret: str, body: bytes, ident: str, slug: str = "shop", stamp: float | None = None, spoil: bytes = b""
) -> HttpResponse:
    """Raw bytes with the headers of Standard Webhooks; `spoil` is added after signing."""
    seconds = int(time.time() if stamp is None else stamp)
    headers = {
        "webhook-id": ident,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signatures.sign(secret, ident, seconds, body),
    }
    return raw(body + spoil, headers, slug)


def stripe(event: dict[str, Any], slug: str = "stripe") -> HttpResponse:
    """An event of Stripe."""
    body, seconds = json.dumps(event).encode(), int(time.time())
    mac = hmac.new(STRIPE_SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return raw(body, {"stripe-signature": f"t={seconds},v1={mac}"}, slug)


def raw(body: bytes, headers: dict[str, str], slug: str = "shop") -> HttpResponse:
    """Bytes as they are."""
    answer = Client().post(f"/webhooks/{slug}/", body, content_type="application/json", headers=headers)
    assert isinstance(answer, HttpResponse)
    return answer
