"""All that is known of a member leaves as a file, or is forgotten. For owners."""

import json
import uuid

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard import access
from members import erasure, exporting, ledger
from members.models import Member, Subscription
from office import audit, clock


@access.does("members.export")
def export(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST: everything that is known of the member, as a JSON file."""
    member, now = _member(uuid), clock.now()
    known = exporting.everything(member, now)
    audit.record(access.person(request), "member.exported", f"#{member.pk}", now, member=member.uuid)
    text = json.dumps(known, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    headers = {
        "Content-Disposition": f'attachment; filename="member-{member.pk}.json"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(text, content_type="application/json", headers=headers)


@access.asks("members.erase")
def erase(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """GET: says what goes and what stays. POST `number`, the member's own: forgets the member."""
    member = _member(uuid)
    if request.method == "POST":
        if request.POST.get("number", "").strip().lstrip("#") == str(member.number):
            return _forget(request, member)
        messages.error(request, _("Nothing was erased: that is not the number of this member."))
    live = member.subscriptions.exclude(status=Subscription.Status.ENDED).count()
    return render(request, "dashboard/erasure.html", {"member": member, "live": live})


def _forget(request: HttpRequest, member: Member) -> HttpResponse:
    try:
        erasure.erase(member, access.person(request), clock.now())
    except ledger.Unwritable:
        text = _(
            "Nothing was erased: the file that keeps erasures beyond a backup cannot be written. Whoever runs this "
            "installation has to see to it; then erase again."
        )
        messages.error(request, text)
        return redirect("member-erasure", uuid=member.uuid)
    messages.success(request, _("No. %d is erased. Money and dates stay, without a name.") % member.pk)
    return redirect("members")


def _member(uuid: uuid.UUID) -> Member:
    return get_object_or_404(Member.objects.filter(erased_at=None), uuid=uuid)
