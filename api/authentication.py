"""Who is calling: a bearer key, and nothing else. A staff session opens no door here."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from api import keys
from api.models import ApiKey
from office import clock


@dataclass(frozen=True)
class Caller:
    """The program that calls, known by its key. It stands where Django puts a user."""

    key: ApiKey

    is_authenticated = True
    is_active = True
    is_staff = False

    @property
    def pk(self) -> int:
        """Of the key: throttles count by it."""
        return self.key.pk

    def may(self, scope: str) -> bool:
        """Whether the key carries this scope."""
        return scope in self.key.scopes


def caller(request: Request) -> Caller | None:
    """The program that makes this request, or None when no key came with it."""
    user: object = request.user  # a Caller is no User, which the types of the framework do not foresee
    return user if isinstance(user, Caller) else None


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer KEY` (RFC 6750). No key: anonymous, which every door answers with 401."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The caller and its key; None without a bearer key; AuthenticationFailed (401) for a wrong one."""
        scheme, _space, plain = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = keys.find(plain.strip())
        if key is None:
            raise exceptions.AuthenticationFailed(_("This key is wrong or was revoked."))
        keys.note_use(key, clock.now())
        return Caller(key), key

    def authenticate_header(self, request: Request) -> str:
        """What `WWW-Authenticate` says on a 401."""
        return "Bearer"
