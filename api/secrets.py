"""Secrets at rest: sealed in the database, masked on pages, hashed where only sameness matters.

All keys are derived from SECRET_KEY (HKDF, RFC 5869), one for each use. After SECRET_KEY is changed, what
was sealed or hashed with the old one is still known as long as that one stands in SECRET_KEY_FALLBACKS.
"""

import base64
import functools
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(ValueError):
    """What was stored was not sealed by us, or with a key that is gone."""


def seal(text: str) -> str:
    """`text` encrypted and authenticated (Fernet: AES-128-CBC with HMAC-SHA256), for a column."""
    return _box().encrypt(text.encode()).decode()


def open_sealed(token: str) -> str:
    """The text that was sealed. Raises Unreadable."""
    try:
        return _box().decrypt(token.encode()).decode()
    except (InvalidToken, UnicodeError) as exc:
        raise Unreadable("this secret cannot be opened with the present SECRET_KEY") from exc


def mask(text: str) -> str:
    """Enough of a secret to tell it from another one: its last four characters, if it is long."""
    return "••••" + (text[-4:] if len(text) >= 16 else "")


def keyed_hash(purpose: str, text: str) -> str:
    """HMAC-SHA256 in hex: the same text gives the same hash for one purpose, and nobody can try texts
    without the key. Compare stored ones with `keyed_hashes`, which survives a change of SECRET_KEY."""
    return keyed_hashes(purpose, text)[0]


def keyed_hashes(purpose: str, text: str) -> list[str]:
    """What `keyed_hash` gives now, then what it gave under each key of SECRET_KEY_FALLBACKS."""
    keys = [_derived(key, f"hash:{purpose}") for key in _secret_keys()]
    return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in keys]


def _box() -> MultiFernet:
    keys = [base64.urlsafe_b64encode(_derived(key, "seal")) for key in _secret_keys()]
    return MultiFernet([Fernet(key) for key in keys])


def _secret_keys() -> list[bytes]:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [key if isinstance(key, bytes) else key.encode() for key in keys]


@functools.lru_cache(maxsize=64)
def _derived(key: bytes, use: str) -> bytes:
    info = f"api.secrets:{use}".encode()
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)
