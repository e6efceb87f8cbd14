"""Pausing a flow, letting it run again, ending it for everybody inside, and taking it away."""

import datetime as dt

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flows import deleting, moving_runs, standing_still
from flows.pages import frame
from office import audit, clock

SPANS = {"1": dt.timedelta(hours=1), "24": dt.timedelta(days=1), "72": dt.timedelta(days=3)}


@frame.asks
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what pausing does, and does it."""
    flow = frame.find(pk)
    if request.method == "POST":
        held = standing_still.pause(flow, frame.person(request), clock.now())
        if held is not None:
            some = ngettext("%d letter on its way stays here.", "%d letters on their way stay here.", held)
            said = _("The flow stands still: nobody enters it, and nobody in it moves on.")
            messages.success(request, f"{said} {some % held}" if held else said)
        return frame.back(flow)
    waiting = standing_still.letters(flow).filter(status="queued").count()
    about = {"flow": flow, "inside": moving_runs.inside(flow).count(), "letters": waiting}
    return frame.page(request, "pause.html", about)


@frame.asks
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks what becomes of what is late, and lets the flow run again."""
    flow = frame.find(pk)
    now = clock.now()
    if request.method == "POST":
        way = request.POST.get("way", standing_still.SKIP)
        way = way if way in standing_still.WAYS else standing_still.SKIP
        over = SPANS.get(request.POST.get("over", ""), SPANS["1"])
        if standing_still.resume(flow, frame.person(request), now, way=way, over=over):
            messages.success(request, _("The flow runs again."))
        return frame.back(flow)
    return frame.page(request, "resume.html", {"flow": flow, "late": standing_still.late(flow, now)})


@frame.asks
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuses while somebody is inside or something asks for the flow, with the way out; POST does it."""
    flow = frame.find(pk)
    inside = moving_runs.inside(flow).count()
    if request.method == "POST":
        if request.POST.get("do") == "end":
            return _end(request, pk)
        try:
            deleting.delete(flow, frame.person(request), clock.now())
        except deleting.StillNeeded:
            return redirect("admin:flows_flow_removal", flow.pk)
        messages.success(request, _("“%s” is deleted.") % flow.name)
        return redirect("flows")
    about = {
        "flow": flow,
        "inside": inside,
        "obstacles": deleting.obstacles(flow),
        "ever": flow.enrolments.count(),
    }
    return frame.page(request, "removal.html", about)


def _end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends the flow for everybody inside; only while it stands still, or new ones would come in meanwhile."""
    flow = frame.find(pk)
    now, by = clock.now(), frame.person(request)
    if flow.is_live:
        return redirect("admin:flows_flow_removal", flow.pk)
    with transaction.atomic():
        ended = moving_runs.end_all(flow, now, "ended by staff before the flow was deleted")
        audit.record(by, "flow.members_ended", flow.slug, now, ended=ended)
    some = ngettext("The flow ended for %d person.", "The flow ended for %d people.", ended)
    messages.success(request, some % ended)
    return redirect("admin:flows_flow_removal", flow.pk)
