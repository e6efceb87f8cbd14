"""Signed links for members: who holds one may open one page, for one purpose.

A token is `base64url(uuid, time it was made, more, signature)`: only letters, digits, `-` and `_`, so
that no mail program breaks it. It is not encrypted: what is in it is no secret, only unforgeable.
"""

import base64
import functools
import hmac
import re
import struct
import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

_SHAPE = re.compile(r"[A-Za-z0-9_-]{48,1024}", re.ASCII)
_MADE_AT = struct.Struct(">I")
_BEFORE_MORE = 16 + _MADE_AT.size
_SIGNATURE = 16  # bytes: 128 bits
_AHEAD = 300  # seconds another machine's clock may be ahead of ours

_pages: dict[str, str] = {}


def register(purpose: str, url_name: str) -> None:
    """Say which page serves a purpose; its URL takes the token as only argument. For `ready()`."""
    if _pages.setdefault(purpose, url_name) != url_name:
        raise ValueError(f"{purpose} is already served by {_pages[purpose]}")


def has_page(purpose: str) -> bool:
    """Whether a page serves that purpose here."""
    return purpose in _pages


def url(purpose: str, uuid: UUID | str, *more: str) -> str:
    """The absolute address of the page of `purpose` for the noun `uuid`. LookupError: not registered."""
    if purpose not in _pages:
        raise LookupError(f"no page is registered for links to {purpose}")
    before, after = _around(_pages[purpose], settings.ROOT_URLCONF)
    return f"{settings.BASE_URL}{before}{token(purpose, uuid, *more)}{after}"


def token(purpose: str, uuid: UUID | str, *more: str) -> str:
    """A token good for `purpose` only. `more` is small plain text beside the UUID, without NUL."""
    if any("\0" in text for text in more):
        raise ValueError("a link cannot carry NUL")
    rest = "".join(f"\0{text}" for text in more).encode()
    content = UUID(str(uuid)).bytes + _MADE_AT.pack(int(time.time())) + rest
    signed = _text(content + _sign(purpose, content, settings.SECRET_KEY))
    if not _SHAPE.fullmatch(signed):
        raise ValueError("a link cannot carry that much")
    return signed


def read(purpose: str, token: str, *, max_age: timedelta | int | None = None) -> list[str] | None:
    """What `token` was made of, [uuid, *more]; None if it is forged, garbage or of another purpose.

    `max_age` (seconds or timedelta) also refuses what was made longer ago, in real time. Tokens made
    with a key in SECRET_KEY_FALLBACKS still work. Comparison takes constant time.
    """
    content = _verified(purpose, token)
    if content is None or not _is_fresh(content, max_age):
        return None
    return [str(UUID(bytes=content[:16])), *content[_BEFORE_MORE:].decode().split("\0")[1:]]


@functools.lru_cache(maxsize=64)
def _around(page: str, _urls: str) -> tuple[str, str]:
    """The address of a page before and after its token: every letter has several links."""
    before, _token, after = reverse(page, args=["TOKEN"]).partition("TOKEN")
    return before, after


def _verified(purpose: str, token: str) -> bytes | None:
    if not _SHAPE.fullmatch(token) or len(token) % 4 == 1:
        return None
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    if _text(raw) != token:
        return None  # base64 ignores trailing bits: only one spelling of a token is good
    content, signature = raw[:-_SIGNATURE], raw[-_SIGNATURE:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    matches = [hmac.compare_digest(_sign(purpose, content, key), signature) for key in keys]
    return content if any(matches) else None


def _is_fresh(content: bytes, max_age: timedelta | int | None) -> bool:
    if max_age is None:
        return True
    (made_at,) = _MADE_AT.unpack(content[16:_BEFORE_MORE])
    seconds = max_age.total_seconds() if isinstance(max_age, timedelta) else max_age
    return bool(-_AHEAD <= time.time() - made_at <= seconds)


def _sign(purpose: str, content: bytes, key: str | bytes) -> bytes:
    begun = _begun(purpose, key).copy()
    begun.update(content)
    return begun.digest()[:_SIGNATURE]


@functools.lru_cache(maxsize=64)
def _begun(purpose: str, key: str | bytes) -> hmac.HMAC:
    """What every signature for a purpose begins with: each letter has several."""
    return salted_hmac(f"api.links:{purpose}", b"", key, algorithm="sha256")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
