"""The rules of the stages, and moves that staff make by hand."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.questions import rules as questions
from members import moving
from members.models import Member
from office import clock, roles


@access.reads
def rules(request: HttpRequest) -> HttpResponse:
    """Each rule in words, and who would move by it now."""
    user = access.person(request)
    may_edit = user.is_staff and roles.may(user, "stage_rules.change")
    about = {
        "rules": questions.read(clock.now()),
        "editor": reverse("admin:members_stagerule_changelist") if may_edit else "",
    }
    return render(request, "dashboard/stage_rules.html", about)


@access.changes
def moves(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `to` and `note`: moves the member by hand."""
    member = get_object_or_404(Member, uuid=uuid)
    said = {name: request.POST.get(name, "") for name in ("to", "note")}
    try:
        change = moving.by_hand(member, said["to"], said["note"], access.person(request), clock.now())
    except moving.NotMoved as error:
        messages.error(request, str(error))
    else:
        text = _("%(name)s stands in %(stage)s now.")
        messages.success(request, text % {"name": member.name, "stage": change.get_to_stage_display()})
    return redirect("member", uuid=uuid)
