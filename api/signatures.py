"""Webhook signatures as standardwebhooks.com specifies them, with nothing that hostile headers can break.

Ours rather than the published package, which raises half a dozen kinds of errors on hostile headers and
knows one secret at a time.
"""

import base64
import hashlib
import hmac
import re
import secrets as random
import time
from collections.abc import Iterable, Mapping

TOLERANCE = 300  # seconds, into the past and into the future

_PREFIX = "whsec_"
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_LONGEST_ID = 255
_MOST_SIGNATURES = 20


class BadSignature(Exception):
    """The message is not from who shares the secret, or not from now. The answer is always 401."""


def new_secret() -> str:
    """A fresh secret to share with a sender: `whsec_` and 32 random bytes in base64."""
    return _PREFIX + base64.b64encode(random.token_bytes(32)).decode()


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`. `timestamp` is in Unix seconds. ValueError: not a secret."""
    return _signed(_key(secret), id, str(timestamp), body).decode()


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, at: float | None = None) -> str:
    """The `webhook-id` of a message signed with one of `secrets`; BadSignature for any trouble at all.

    `body` is the raw body; `at` the real time in Unix seconds (default: now), which the message's own
    time may miss by 300 seconds either way. Several secrets are for rotation.
    """
    named = {name.lower(): value for name, value in headers.items()}
    id, timestamp = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    _check_id(id)
    check_age(timestamp, at)
    offered = _offered(named.get("webhook-signature", ""))
    good = [_signed(key, id, timestamp, body) for key in _keys(secrets)]
    matches = [hmac.compare_digest(one, other) for one in good for other in offered]
    if not any(matches):
        raise BadSignature("no signature matches")
    return id


def check_age(timestamp: str, at: float | None = None) -> None:
    """BadSignature unless `timestamp`, Unix seconds, is within 300 seconds of `at` (real time; default: now)."""
    if not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("the time of the signature is missing or not a number")
    if abs((time.time() if at is None else at) - int(timestamp)) > TOLERANCE:
        raise BadSignature("the time of the signature is too far from now")


def _check_id(id: str) -> None:
    if not id or len(id) > _LONGEST_ID or not id.isascii() or not id.isprintable():
        raise BadSignature("webhook-id is missing or not readable")


def _offered(header: str) -> list[bytes]:
    """Signatures of version 1; others are of versions we do not know, and ignored as specified."""
    parts = header.split(" ")
    if len(parts) > _MOST_SIGNATURES:
        raise BadSignature("too many signatures")
    return [part.encode("utf-8", "replace") for part in parts if part.startswith("v1,")]


def _keys(secrets: Iterable[str]) -> list[bytes]:
    """Keys of the secrets that are secrets: a spoilt old one must not keep the new one from working."""
    keys = []
    for secret in secrets:
        try:
            keys.append(_key(secret))
        except ValueError:
            continue
    return keys


def _key(secret: str) -> bytes:
    encoded = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError as exc:  # also binascii.Error and what is not ASCII
        raise ValueError("a secret is whsec_ and base64") from exc
    if not key:
        raise ValueError("a secret cannot be empty")
    return key


def _signed(key: bytes, id: str, timestamp: str, body: bytes) -> bytes:
    mac = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    return b"v1," + base64.b64encode(mac.digest())
