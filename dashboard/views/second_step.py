"""Settings → Signing in: a code besides the password, for oneself; owners take it away from who lost their phone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from api import rates, second_step
from dashboard import access
from office import clock, roles
from office.models import House, User

OTHERS = "users.change"
TRIES = rates.Limit(10, 15)


@access.shows(access.READING)
def signing_in(request: HttpRequest) -> HttpResponse:
    """Whether a code is asked of me; owners see everybody."""
    return render(request, "dashboard/signing_in.html", _about(request))


@sensitive_post_parameters()
@access.asks(access.READING)
def begin(request: HttpRequest) -> HttpResponse:
    """GET: the square for the app. POST `code`: switches it on, and shows the codes for paper, this once."""
    me = access.person(request)
    if second_step.is_on(me):
        return redirect("signing-in")
    about: dict[str, Any] = {}
    if request.method == "POST":
        if again := rates.knock("code", str(me.pk), TRIES, timezone.now()):
            return rates.refuse(request, again)
        if paper := second_step.confirm(me, request.POST.get("code", ""), clock.now()):
            return render(request, "dashboard/signing_in_paper.html", {"paper": paper})
        about["error"] = _("That is not the code of this moment. Is the clock of your phone right?")
    about |= {"secret": second_step.begin(me), "drawn": second_step.drawn(me, House.current().name)}
    return render(request, "dashboard/signing_in_begin.html", about, status=422 if "error" in about else 200)


@sensitive_post_parameters()
@access.does(access.READING)
def end(request: HttpRequest) -> HttpResponse:
    """POST `password`: asks no code of me any more."""
    me = access.person(request)
    if again := rates.knock("code", str(me.pk), TRIES, timezone.now()):
        return rates.refuse(request, again)
    if not me.check_password(request.POST.get("password", "")):
        about = _about(request) | {"error": _("That is not your password.")}
        return render(request, "dashboard/signing_in.html", about, status=422)
    second_step.take_away(me, me, clock.now())
    messages.success(request, _("Only your password is asked now."))
    return redirect("signing-in")


@access.does(OTHERS)
def take_away(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: asks no code of somebody who lost phone and paper."""
    user = get_object_or_404(User, pk=pk)
    second_step.take_away(user, access.person(request), clock.now())
    messages.success(request, _("%s signs in with the password alone now.") % (user.get_full_name() or user))
    return redirect("signing-in")


def _about(request: HttpRequest) -> dict[str, Any]:
    me = access.person(request)
    others = User.objects.filter(is_active=True).exclude(pk=me.pk).select_related("second_step")
    is_owner = roles.may(me, OTHERS)
    return {
        "is_on": second_step.is_on(me),
        "paper_left": second_step.paper_left(me),
        "others": others.order_by("username") if is_owner else [],
    }
