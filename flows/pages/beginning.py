"""A new flow, and how a flow begins, whom it is for and when it ends."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from flows import drafting
from flows.editing import beginning_form, keeping, letter_form, parts
from flows.models import Flow
from flows.pages import frame
from members.building import finding
from office import clock


@frame.asks
def new(request: HttpRequest) -> HttpResponse:
    """A name is all that a new flow needs; the rest is filled in where it belongs."""
    name = request.POST.get("name", "").strip()[:120]
    if request.method == "POST" and name:
        flow = drafting.save(None, _first(name), frame.person(request), clock.now())
        return redirect("admin:flows_flow_beginning", flow.pk)
    error = _("Give the flow a name.") if request.method == "POST" else ""
    return frame.page(request, "new.html", {"error": error, "flow": None})


@frame.reads
def beginning(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of the head. POST `do`: `save`, or what only changes the form."""
    flow = frame.find(pk)
    form = beginning_form.Beginning(request.POST if request.method == "POST" else None, flow.draft)
    seen = request.POST.get("seen") or parts.digest(beginning_form.seen(flow.draft))
    is_saving = request.method == "POST" and request.POST.get("do", "save") == "save"
    overtaken = ""
    if is_saving and form.is_valid():
        try:
            keeping.change(
                flow,
                lambda draft: beginning_form.put(draft, form.head()),
                frame.person(request),
                clock.now(),
                seen=seen,
                part=lambda draft: parts.digest(beginning_form.seen(draft)),
            )
        except keeping.Overtaken as error:
            overtaken = error.by or _("somebody else")
            flow.refresh_from_db()
            seen = parts.digest(beginning_form.seen(flow.draft))
        else:
            messages.success(request, _("Kept in the draft. Members still get what was published last."))
            return frame.back(flow)
    about = {
        "flow": flow,
        "form": form,
        "seen": seen,
        "overtaken": overtaken,
        "is_wrong": is_saving and not overtaken,
        "errors": list(form.non_field_errors()) if is_saving else [],
        "builder": form.builder,
        "reading": finding.read(form.builder, clock.now()) if form.asks() else finding.Reading(),
        "place": f"{reverse('admin:flows_flow_condition', args=[flow.pk])}?prefix=entry",
    }
    return frame.page(request, "beginning.html", about, status=409 if overtaken else 200)


def free_slug(name: str) -> str:
    """A slug that no flow has, made of a name."""
    begin = (slugify(name) or "flow")[:70]
    taken = set(Flow.objects.filter(slug__startswith=begin).values_list("slug", flat=True))
    number, slug = 1, begin
    while slug in taken:
        number += 1
        slug = f"{begin}-{number}"
    return slug


def _first(name: str) -> dict[str, object]:
    return {
        "slug": free_slug(name),
        "name": name,
        "language": letter_form.house_language(),
        "purpose": "onboarding",
        "topic": "membership",
        "exit": {"event": "subscription.cancelled"},
        "steps": [],
        "letters": [],
    }
