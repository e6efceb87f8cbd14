"""Staff let somebody in by hand: a name, a way to reach them, a plan."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from dashboard import access
from intake.joining import newcomers
from members.models import Member, Plan
from office import audit, clock
from office.models import User

ASKED = ("first_name", "last_name", "email", "phone", "told_by")


@access.asks("members.change")
def add(request: HttpRequest) -> HttpResponse:
    """GET: the form. POST: lets somebody in; of somebody who seems to be here already it asks first."""
    plans = list(Plan.objects.order_by("name"))
    said = {name: request.POST.get(name, "").strip() for name in (*ASKED, "plan", "ticket")}
    about: dict[str, Any] = {"plans": plans, "said": said, "errors": {}}
    if request.method != "POST":
        said["plan"] = plans[0].slug if len(plans) == 1 else ""
        said["ticket"] = uuid.uuid4().hex
        return render(request, "dashboard/adding.html", about)
    try:
        known = newcomers.checked({name: said[name] for name in ASKED})
    except ValidationError as error:
        about["errors"] = newcomers.by_field(error)
        return render(request, "dashboard/adding.html", about, status=422)
    is_sure = "anyway" in request.POST
    if not is_sure and (twin := newcomers.same_person(known)):
        return render(request, "dashboard/adding.html", {**about, "twin": twin}, status=422)
    plan = next((plan for plan in plans if plan.slug == said["plan"]), None)
    member = _take(known, plan, said["ticket"], access.person(request), is_sure)
    messages.success(request, _("%s is in.") % member)
    return redirect("member", uuid=member.uuid)


def _take(known: dict[str, str], plan: Plan | None, ticket: str, user: User, is_sure: bool) -> Member:
    now = clock.now()
    newcomer = newcomers.Newcomer(
        said=known,
        ident=f"staff-{ticket[:32] or uuid.uuid4().hex}",
        through="staff",
        proof=_("told %s") % (user.get_full_name() or user.username),
        plan=plan,
    )
    member, how = newcomers.take(newcomer, now, even_if_known=is_sure)
    if how == "new":
        audit.record(user, "member.added", f"#{member.pk}", now, member=member.uuid)
    return member
