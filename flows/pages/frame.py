"""What the editor's pages share: who may read and change, the flow that is asked for, and the page around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from flows.models import Flow
from office import roles
from office.models import User

View = Callable[..., HttpResponse]
FOLDER = "admin/flows/flow"


def reads(view: View) -> View:
    """A page that everybody who works here may read, and on which only those who may change flows may POST."""
    return _guarded(view, roles.EVERYBODY, ("GET", "HEAD", "POST"))


def looks(view: View) -> View:
    """A page to be read only."""
    return _guarded(view, roles.EVERYBODY, ("GET", "HEAD"))


def asks(view: View) -> View:
    """A page that asks before a deed: also to look at it needs the right to change flows."""
    return _guarded(view, roles.MAY["flows.change"], ("GET", "HEAD", "POST"))


def changes(view: View) -> View:
    """A deed by POST."""
    return _guarded(view, roles.MAY["flows.change"], ("POST",))


def may_change(request: HttpRequest) -> bool:
    """Whether whoever asks may change flows."""
    return roles.is_one_of(request.user, roles.MAY["flows.change"])


def person(request: HttpRequest) -> User:
    """Who asks; the door let nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def find(pk: int) -> Flow:
    """The flow, with the version that is live; 404 where there is none."""
    return get_object_or_404(Flow.objects.select_related("current"), pk=pk)


def page(request: HttpRequest, name: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of the editor, or a part of it (`page.html#part`), inside the frame of the staff pages."""
    about = {"may_edit": may_change(request), **context}
    return TemplateResponse(request, f"{FOLDER}/{name}", about, status=status)


def back(flow: Flow) -> HttpResponse:
    """To the flow."""
    return redirect("admin:flows_flow_change", flow.pk)


def state(flow: Flow | None) -> str:
    """Whether members enter this flow now, in one word."""
    if flow is None or flow.current_id is None:
        return _("draft")
    return _("live") if flow.is_live else _("paused")


def _guarded(view: View, allowed: tuple[str, ...], methods: tuple[str, ...]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        needed = roles.MAY["flows.change"] if request.method == "POST" else allowed
        if not roles.is_one_of(request.user, needed):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    # The admin's door: who is not signed in is asked to, who is no staff is refused.
    return admin.site.admin_view(never_cache(require_http_methods(list(methods))(guarded)))
