"""How often somebody may send something to a page that asks for no login: counted in the database, so that all
processes count together, by the address that knocks and by the link that was used.

Addresses are kept as keyed hashes, for a day or so. Time here is real time. Only what is sent counts (POST).
"""

import datetime as dt
import functools
import ipaddress
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from api import secrets
from api.models import Knock

View = TypeVar("View", bound=Callable[..., HttpResponseBase])
LOCKED = dt.timedelta(minutes=15)  # of the login, as AXES_COOLOFF_TIME says


class Limit(NamedTuple):
    """So many within a stretch of so many minutes."""

    times: int
    minutes: int


def limited(
    purpose: str, *, by_address: Limit | None = None, by_link: Limit | None = None
) -> Callable[[View], View]:
    """A view that answers 429 with the time to come again where too much is sent to it.

    `by_link` counts the one argument of its address (a token); machines of mail providers that unsubscribe for many
    people share an address, so such pages count by the link alone.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                link = ":".join(map(str, (*args, *kwargs.values())))
                knocks = [(by_link, f"link:{link}"), (by_address, f"address:{address(request)}")]
                for limit, who in knocks:
                    if limit and (again := knock(purpose, who, limit, timezone.now())):
                        return refuse(request, again)
            return view(request, *args, **kwargs)

        return cast(View, guarded)

    return decorate


def knock(purpose: str, who: str, limit: Limit, now: dt.datetime) -> dt.datetime | None:
    """Counts one; None while there is room, else from when on there is again (aware)."""
    stretch = limit.minutes * 60
    place = int(now.timestamp()) // stretch
    ends_at = dt.datetime.fromtimestamp((place + 1) * stretch, dt.UTC)
    key = secrets.keyed_hash("knock", f"{purpose}:{who}:{place}")
    row, is_new = Knock.objects.get_or_create(key=key, defaults={"ends_at": ends_at, "times": 1})
    if is_new or row.times < limit.times:
        if not is_new:
            Knock.objects.filter(pk=row.pk).update(times=F("times") + 1)
        return None
    return ends_at


def forget_old(now: dt.datetime) -> int:
    """Forgets stretches that are over; how many."""
    return Knock.objects.filter(ends_at__lt=now - dt.timedelta(days=1)).delete()[0]


def address(request: HttpRequest) -> str:
    """Who knocks: the address before the proxy where one of our own stands in between (its last word counts)."""
    near = str(request.META.get("REMOTE_ADDR", ""))
    said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return said if _is_address(said) and _is_ours(near) else near


def refuse(request: HttpRequest, again: dt.datetime) -> HttpResponse:
    """The page that says when to come again."""
    seconds = max(int((again - timezone.now()).total_seconds()), 1)
    about = {"again": again, "minutes": -(-seconds // 60)}
    response = render(request, "429.html", about, status=429)
    response["Retry-After"] = str(seconds)
    return response


def locked_out(request: HttpRequest, _answer: HttpResponse | None, _said: Any) -> HttpResponse:
    """What somebody reads whose password was wrong too often (AXES_LOCKOUT_CALLABLE)."""
    return refuse(request, timezone.now() + LOCKED)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_ours(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_private
