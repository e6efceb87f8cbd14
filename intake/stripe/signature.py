"""Stripe's signature of a webhook: https://docs.stripe.com/webhooks#verify-manually.

Ours rather than Stripe's library, which would be the largest dependency of the house for these forty lines.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Iterable, Mapping

from api.signatures import TOLERANCE, BadSignature

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_MOST_PARTS = 20


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, at: float | None = None) -> str:
    """Raises BadSignature unless one of `secrets` signed these raw bytes; returns "": the id is in the body.

    `at` is the real time in Unix seconds (default: now), which the signature's own time may miss by 300 seconds
    either way (Stripe's library looks back only). While a secret is rolled, Stripe sends two `v1`.
    """
    named = {name.lower(): value for name, value in headers.items()}
    timestamp, offered = _parts(named.get("stripe-signature", ""))
    if abs((time.time() if at is None else at) - int(timestamp)) > TOLERANCE:
        raise BadSignature("the signature is too far from now")
    good = [_signed(secret, timestamp, body) for secret in secrets if secret]
    matches = [hmac.compare_digest(one, other) for one in good for other in offered]
    if not any(matches):
        raise BadSignature("no signature matches")
    return ""


def _parts(header: str) -> tuple[str, list[bytes]]:
    """The time and the signatures of version 1; others are of versions we do not know."""
    parts = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _equals, value in parts if name == "t"]
    if len(parts) > _MOST_PARTS or len(times) != 1 or not _TIMESTAMP.fullmatch(times[0]):
        raise BadSignature("Stripe-Signature is missing or not readable")
    return times[0], [value.encode("utf-8", "replace") for name, _equals, value in parts if name == "v1"]


def _signed(secret: str, timestamp: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest().encode()
