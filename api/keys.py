"""Keys of other programs: made once, shown once, recognised by digest."""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta

from api.models import ApiKey

SCOPES = (
    "signups:write",
    "events:write",
    "members:read",
    "members:write",
    "flows:write",
    "reports:read",
    "webhooks:write",
)

_SHAPE = re.compile(r"lc_([a-z0-9]{10})_[A-Za-z0-9_-]{43}", re.ASCII)
_ALPHABET = string.ascii_lowercase + string.digits
_NOTED_EVERY = timedelta(minutes=1)


def create(name: str, scopes: Iterable[str], now: datetime) -> str:
    """Make a key and return it in plain: the only time anybody sees it.

    `now` is aware. Raises ValueError naming scopes that do not exist, or when none is given.
    """
    wanted = list(dict.fromkeys(scopes))
    _check(wanted)
    prefix = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    plain = f"lc_{prefix}_{secrets.token_urlsafe(32)}"
    ApiKey.objects.create(name=name, prefix=prefix, digest=_digest(plain), scopes=wanted, created_at=now)
    return plain


def find(plain: str) -> ApiKey | None:
    """The living key that `plain` is, or None for one that is wrong, garbage or revoked.

    The secret is compared in constant time. A plain digest is enough: 256 random bits cannot be guessed.
    """
    shape = _SHAPE.fullmatch(plain)
    if shape is None:
        return None
    key = ApiKey.objects.filter(prefix=shape[1], revoked_at=None).first()
    known = key.digest if key else _digest("")
    return key if hmac.compare_digest(known, _digest(plain)) else None


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that the key was used; written at most once a minute, so that reading stays reading."""
    if key.last_used_at is None or abs(now - key.last_used_at) >= _NOTED_EVERY:
        key.last_used_at = now
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def revoke(keys: Iterable[ApiKey], now: datetime) -> int:
    """End keys from `now` on; returns how many. One that was revoked before keeps its time."""
    chosen = [key.pk for key in keys]
    return ApiKey.objects.filter(pk__in=chosen, revoked_at=None).update(revoked_at=now)


def _check(scopes: list[str]) -> None:
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise ValueError(f"unknown scope {', '.join(unknown)}; there are {', '.join(SCOPES)}")
    if not scopes:
        raise ValueError(f"a key needs at least one scope of {', '.join(SCOPES)}")


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()
