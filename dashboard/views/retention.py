"""Settings → Former members: how long they are kept."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dashboard import access
from members import retention as keeping
from members.models import Member
from members.models.member import Stage
from office import clock, roles

DEED = "retention.change"


@access.edits(DEED)
def retention(request: HttpRequest) -> HttpResponse:
    """GET: how long, and who is next. POST `months` (empty: for ever): asks first where people would go tonight."""
    now, kept = clock.now(), keeping.months()
    said = request.POST.get("months", "").strip() if request.method == "POST" else str(kept or "")
    about: dict[str, Any] = {
        "months": said,
        "is_on": kept is not None,
        "former": Member.objects.filter(stage=Stage.FORMER, erased_at=None).count(),
        "due": keeping.due(now, kept).count(),
        "usual": keeping.USUAL,
        "longest": keeping.LONGEST,
        "may_edit": roles.may(request.user, DEED),
    }
    if request.method == "POST":
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 5 else None
        if said and (number is None or not 1 <= number <= keeping.LONGEST):
            about["error"] = _("Write a number of months from 1 to %d, or nothing.") % keeping.LONGEST
            return render(request, "dashboard/retention.html", about, status=422)
        tonight = keeping.due(now, number).count()
        if tonight > about["due"] and "sure" not in request.POST:
            return render(request, "dashboard/retention.html", {**about, "tonight": tonight})
        keeping.choose(number, now, access.person(request))
        messages.success(request, _("Saved."))
        return redirect("retention")
    return render(request, "dashboard/retention.html", about)
