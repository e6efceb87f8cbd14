"""Light, dark, or as the device has it: remembered in a cookie, written into the page by the server."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "theme"
THEMES = ("auto", "light", "dark")
YEAR = 365 * 24 * 3600


def theme(request: HttpRequest) -> str:
    """The chosen look; `auto` follows the device."""
    chosen = request.COOKIES.get(COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def remember(response: HttpResponse, chosen: str) -> None:
    """Keeps the look for a year in this browser; an unknown one means `auto`."""
    response.set_cookie(
        COOKIE,
        chosen if chosen in THEMES else "auto",
        max_age=YEAR,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
