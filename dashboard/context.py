"""What every page shows around its content: the way about, the house's name, the sandbox's clock."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from dashboard import access, look
from office import clock
from office.models import House

KIN = {
    "members": ("/companies/", "/import/", "/surveys/"),
    "letters": ("/replies/",),
    "flows": ("/admin/flows/",),
}
SELDOM = ("arrivals",)
# Reached from Settings, whatever their address begins with.
SETTINGS = ("/settings/", "/senders/", "/letters/arriving/", "/letters/stopped-addresses/")


@dataclass(frozen=True)
class Place:
    """One place in the navigation; pages below `url`, or below one of its kin, belong to it."""

    name: str
    url: str
    is_here: bool
    is_seldom: bool = False  # on a phone it stands in the menu


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor; costs no query until a template asks for the house."""
    user = getattr(request, "user", None)
    return {
        "house": SimpleLazyObject(House.current),
        "now": clock.now(),
        "is_sandbox": clock.is_sandbox(),
        "theme": look.theme(request),
        "places": _places(request) if user and user.is_authenticated else [],
        "is_settings": request.path.startswith(SETTINGS),
        "may_change": user is not None and access.may_change(user),
    }


def _places(request: HttpRequest) -> list[Place]:
    named = [
        (_("Home"), "home"),
        (_("Today"), "today"),
        (_("Members"), "members"),
        (_("Letters"), "letters"),
        (_("Flows"), "flows"),
        (_("Arrivals"), "arrivals"),
    ]
    return [place for name, view in named if (place := _place(name, view, request.path))]


def _place(name: str, view: str, path: str) -> Place | None:
    try:
        url = reverse(view)
    except NoReverseMatch:
        return None  # a house that serves the members' pages alone
    is_below = path.startswith((url, *KIN.get(view, ()))) and not path.startswith(SETTINGS)
    return Place(name, url, path == url if url == "/" else is_below, view in SELDOM)
