"""Who may open the staff pages, and who may change something there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from office import roles
from office.models import User

View = Callable[..., HttpResponse]
READING, WORKING = "pages.read", "work.change"


def reads(view: View) -> View:
    """A page for everybody who works here; it answers GET and HEAD only.

    What members told us is kept in no shared cache, and a part of a page is not taken for the page.
    """
    return shows(READING)(view)


def changes(view: View) -> View:
    """A deed by POST; somebody who may only read is refused (403) and told why."""
    return does(WORKING)(view)


def shows(deed: str) -> Callable[[View], View]:
    """A page for those who may do `deed` (`office.roles`); it answers GET and HEAD only."""
    return lambda view: _guarded(deed, "", _private(require_safe(view)))


def does(deed: str) -> Callable[[View], View]:
    """A deed by POST, for those who may do it."""
    return lambda view: _guarded("", deed, require_POST(view))


def asks(deed: str) -> Callable[[View], View]:
    """A page that asks before a deed (GET) and does it (POST), for those who may."""
    return lambda view: _guarded(deed, deed, _private(_both(view)))


def edits(deed: str) -> Callable[[View], View]:
    """A page that everybody who works here may read, and on which those who may do `deed` change something (POST)."""
    return lambda view: _guarded(READING, deed, _private(_both(view)))


def _guarded(get: str, post: str, view: View) -> View:
    """Signed in, and allowed to, before anything of the request is looked at."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        needed = post if request.method == "POST" else get
        if not roles.may(request.user, needed or post or get):
            raise PermissionDenied(_refusal(request.user))
        return view(request, *args, **kwargs)

    entered = login_required(guarded)
    entered.deeds = (get, post)  # type: ignore[attr-defined]  # for the test that walks every page
    return entered


def _both(view: View) -> View:
    return require_http_methods(["GET", "HEAD", "POST"])(view)


def _private(view: View) -> View:
    return cache_control(private=True, no_cache=True)(vary_on_headers("HX-Request")(view))


def _refusal(user: User | AnonymousUser) -> str:
    if may_change(user):
        return _("This is for people with more rights here. An owner can give them to you.")
    return _("You may read everything here and change nothing. An owner can give you more.")


def person(request: HttpRequest) -> User:
    """Who asks; only behind `reads` or `changes`, which let nobody else through."""
    assert isinstance(request.user, User)
    return request.user


def may_change(user: User | AnonymousUser) -> bool:
    """Whether this person may do more than read."""
    return roles.may(user, WORKING)


def is_developer(user: User | AnonymousUser) -> bool:
    """Whether this person may see the page of parts outside a development server."""
    return isinstance(user, User) and user.is_superuser
