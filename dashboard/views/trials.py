"""A flow tried on the last days: what it would have done. Looking changes nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import ngettext

from dashboard import access, chips, fragments
from dashboard.questions import trials
from flows import checking, findings
from flows.models import Flow
from office import clock

SPANS = (7, 30, 90)


@access.reads
def trial(request: HttpRequest, slug: str) -> HttpResponse:
    """`?days=30`: runs the draft, or what is live where they are the same, on so many days; in a large house the
    workers do, and the page says how far they are."""
    flow = get_object_or_404(Flow.objects.select_related("current"), slug=slug)
    said, is_draft = trials.definition(flow)
    days = int(text) if (text := request.GET.get("days", "")).isascii() and text.isdigit() else 0
    days = days if days in SPANS else 0
    about = {
        "flow": flow,
        "is_draft": is_draft,
        "days": days,
        "is_written": bool(said),
        "spans": _spans(days),
    }
    if days and said:
        try:
            found = trials.run(flow, said, days, clock.now())
            is_found = isinstance(found, trials.Trial)
            about |= {"trial" if is_found else "under_way": found, "gave_up": found is None}
        except checking.FlowErrors as error:
            about |= {"errors": findings.told(said, error.errors), "rows": findings.places(said)}
    return render(request, fragments.template(request, "dashboard/trial.html", "answer"), about)


def _spans(chosen: int) -> list[chips.Chip]:
    return [
        chips.Chip(
            str(days), ngettext("%d day", "%d days", days) % days, None, f"?days={days}", days == chosen
        )
        for days in SPANS
    ]
