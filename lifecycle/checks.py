"""What an operator should know at each start, said by Django's own system checks."""

from typing import Any

from django.conf import settings
from django.core import checks

HERE = {"127.0.0.1", "localhost", "::1"}


@checks.register(checks.Tags.security)
def plain_http(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Plain http is allowed, for a club's own network; the passwords on it are then anybody's."""
    if settings.HTTPS or settings.HOST in HERE:
        return []
    said = f"BASE_URL is {settings.BASE_URL}: passwords travel unencrypted."
    hint = "Set BASE_URL to the https address; cookies, redirects and HSTS follow it."
    return [checks.Warning(said, hint=hint, id="lifecycle.W001")]


@checks.register(checks.Tags.security)
def webhooks_inside(**_kwargs: Any) -> list[checks.CheckMessage]:
    """For development only: whoever may make outgoing webhooks could reach whatever this machine reaches."""
    if not settings.WEBHOOKS_ALLOW_PRIVATE or settings.DEBUG or settings.HOST in HERE:
        return []
    said = "WEBHOOKS_ALLOW_PRIVATE is on: outgoing webhooks may reach machines inside your own network."
    return [checks.Warning(said, hint="Take it out of the environment.", id="lifecycle.W002")]
