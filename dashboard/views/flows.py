"""The flows and who is where in them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from dashboard import access, fragments
from dashboard.questions import admissions as admitted
from dashboard.questions import flows as series
from flows import arms, letting_run, limits, numbers, step_words
from flows.editing import parts
from flows.models import Flow
from office import clock, roles

SHOWN = 200
OF_ALL = {
    "waiting": gettext_lazy("In it now"),
    "through": gettext_lazy("Went through"),
    "goal": gettext_lazy("Reached the goal"),
    "left": gettext_lazy("Left it"),
}
OF_STEP = {
    "waiting": gettext_lazy("Waiting here"),
    "done": gettext_lazy("Have passed this step"),
    "skipped": gettext_lazy("Did not get this letter"),
    "left": gettext_lazy("Left the flow here"),
}


@access.reads
def flows(request: HttpRequest) -> HttpResponse:
    """All flows with their numbers."""
    may_write = access.person(request).is_staff and roles.may(request.user, "flows.change")
    return render(request, "dashboard/flows.html", {"flows": series.summaries(), "may_write": may_write})


@access.reads
def flow(request: HttpRequest, slug: str) -> HttpResponse:
    """One flow, step by step. htmx gets how far it is with the segments that are let in."""
    found = get_object_or_404(Flow.objects.select_related("current"), slug=slug)
    let_in = admitted.of(found, clock.now())
    is_admitting = found.paused_at is None and any(not one.is_over for one in let_in)
    about: dict[str, object] = {"flow": found, "admissions": let_in, "is_admitting": is_admitting}
    if fragments.is_wanted(request):
        return render(request, "parts/admissions.html", about)
    about |= {"sum": series.of(found), "stops": series.stops(found)}
    about |= {"stuck": series.standing_still(found), "arms": arms.of(found)}
    about |= {"why_it_stopped": limits.in_words(found.paused_reason), "held": letting_run.held(found).count()}
    return render(request, "dashboard/flow.html", about)


@access.reads
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """The members behind one number (`?show=`): of one step (`&step=`), or of the whole flow."""
    flow = get_object_or_404(Flow, slug=slug)
    uid = request.GET.get("step", "").replace("\0", "")
    titles = OF_STEP if uid else OF_ALL
    kind = request.GET.get("show", "")
    kind = kind if kind in titles else "waiting"
    found = numbers.people(flow, uid, kind) if uid else numbers.people_of_all(flow, kind)
    step = next((step for step in parts.steps(flow.draft) if step["uid"] == uid), None)
    about = {"flow": flow, "people": list(found[:SHOWN]), "total": found.count(), "title": titles[kind]}
    about["step_text"] = step_words.sentence(step, parts.letters(flow.draft)) if step else ""
    return render(request, "dashboard/flow_people.html", about)
