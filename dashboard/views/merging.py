"""One person registered twice: found, seen side by side, merged, and taken apart again."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.questions import doubles
from members import merging_members
from members.models import Member, Merge
from office import clock


@access.asks("members.merge")
def merge(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """GET: who it could be, or (`?with=UUID`) both side by side. POST `with`: makes them one; this one stays."""
    kept = _member(uuid)
    other = doubles.named(request.POST.get("with", "") or request.GET.get("with", ""), kept)
    if request.method == "POST" and other:
        return _merge(request, kept, other)
    search = request.GET.get("q", "").strip()[:100]
    about: dict[str, Any] = {"member": kept, "other": other, "search": search}
    if other:
        about["rows"] = doubles.side_by_side(kept, other)
    else:
        about["found"] = doubles.candidates(kept, search)
    return render(request, "dashboard/merge.html", about)


@access.does("members.merge")
def reversal(request: HttpRequest, uuid: uuid.UUID, pk: int) -> HttpResponse:
    """POST: takes a merge apart."""
    done = get_object_or_404(Merge.objects.select_related("kept", "gone"), pk=pk, kept__uuid=uuid)
    try:
        back = merging_members.unmerge(done, access.person(request), clock.now())
    except merging_members.NotMerged as error:
        messages.error(request, str(error))
        return redirect("member", uuid=uuid)
    messages.success(request, _("%s is a member of their own again.") % back)
    return redirect("member", uuid=back.uuid)


def _merge(request: HttpRequest, kept: Member, gone: Member) -> HttpResponse:
    try:
        merging_members.merge(kept, gone, access.person(request), clock.now())
    except merging_members.NotMerged as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("They are one now. It can be taken apart for 30 days."))
    return redirect("member", uuid=kept.uuid)


def _member(uuid: uuid.UUID) -> Member:
    return get_object_or_404(Member.objects.filter(erased_at=None).select_related("plan"), uuid=uuid)
