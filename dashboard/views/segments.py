"""Segments: the list of them, and the page on which one is described, without code."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard import access, fragments, tabs
from dashboard.views import lists
from members import building, conditions, segment_uses, segments
from members.building import finding
from members.models import Segment
from office import clock

PAGE = "dashboard/segment.html"


@access.reads
def all_segments(request: HttpRequest) -> HttpResponse:
    """Every segment: what it asks for, and how many it had when it was last asked."""
    about = {"segments": Segment.objects.all(), "tabs": tabs.of_register("segments")}
    return render(request, "dashboard/segments.html", about)


@access.edits("segments.change")
def new(request: HttpRequest) -> HttpResponse:
    """A segment that is being described; `?stage=`, `?flow=` and `?segment=` begin it."""
    return _change(request, Segment()) if request.method == "POST" else _begin(request)


@access.edits("segments.change")
def segment(request: HttpRequest, slug: str) -> HttpResponse:
    """One segment: its description, or its list."""
    found = get_object_or_404(Segment, slug=slug)
    if found.is_list:
        return lists.show(request, found)
    return _change(request, found) if request.method == "POST" else _show(request, found)


@access.edits("segments.change")
def deletion(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks before a segment is deleted, and names what still asks for it."""
    found = get_object_or_404(Segment, slug=slug)
    return _delete(request, found) if request.method == "POST" else _ask(request, found)


@access.reads
def _begin(request: HttpRequest) -> HttpResponse:
    return _page(request, Segment(), building.fields(_asked(request)))


@access.reads
def _show(request: HttpRequest, found: Segment) -> HttpResponse:
    return _page(request, found, building.fields(found.condition))


@access.changes
def _change(request: HttpRequest, found: Segment) -> HttpResponse:
    """POST the form of the builder: `do` saves, builds on, or only looks; while somebody types there is none."""
    builder = building.read(request.POST)
    found.name = request.POST.get("name", "")[:200].strip()
    is_part = fragments.is_wanted(request)
    deed = request.POST.get("do", "read" if is_part else "save")
    if deed == "save":
        return _save(request, found, builder)
    part = "parts/builder_reading.html" if deed == "read" else "parts/builder.html"
    return _page(request, found, builder, part=part if is_part else PAGE)


def _save(request: HttpRequest, found: Segment, builder: building.Builder) -> HttpResponse:
    if builder.errors:
        errors = builder.errors if found.name else [_("Give the segment a name."), *builder.errors]
        return _page(request, found, builder, errors=errors)
    try:
        kept = segments.save(found, builder.condition, clock.now(), access.person(request))
    except segments.SegmentErrors as error:
        return _page(request, found, builder, errors=[_plain(text) for text in error.errors])
    messages.success(request, _("“%s” is saved.") % kept.name)
    return redirect("segment", slug=kept.slug)


def _page(
    request: HttpRequest, found: Segment, builder: building.Builder, *, part: str = PAGE, errors: Any = ()
) -> HttpResponse:
    about: Mapping[str, Any] = {
        "segment": found,
        "builder": builder,
        "reading": finding.read(builder, clock.now()),
        "errors": errors,
        "tabs": tabs.of_register("segments"),
        "is_as_saved": bool(found.pk) and request.method == "GET",
        "place": request.path,
    }
    return render(request, part, about)


@access.reads
def _ask(request: HttpRequest, found: Segment) -> HttpResponse:
    about = {"segment": found, "users": segment_uses.of(found.slug), "tabs": tabs.of_register("segments")}
    return render(request, "dashboard/segment_deletion.html", about)


@access.changes
def _delete(request: HttpRequest, found: Segment) -> HttpResponse:
    try:
        segments.delete(found, clock.now(), access.person(request))
    except segments.InUse:
        return redirect("segment-deletion", slug=found.slug)
    messages.success(request, _("“%s” is deleted. Its members are as they were.") % found.name)
    return redirect("segments")


def _asked(request: HttpRequest) -> conditions.Condition | None:
    """The filters of the list of members as a condition; what is not known is left out."""
    get = request.GET.get
    parts: list[conditions.Condition] = []
    if stage := get("stage"):
        parts.append({"fact": "stage", "op": "=", "value": stage})
    if flow := get("flow"):
        parts.append({"flow": flow, "state": "active"})
    if slug := get("segment"):
        parts.append({"segment": slug})
    parts = [part for part in parts if not conditions.problems(part)]
    return {"all": parts} if parts else None


def _plain(text: str) -> str:
    """A problem without the place that only files have."""
    place, colon, rest = text.partition(": ")
    sentence = rest if colon and " " not in place else text
    return sentence[:1].upper() + sentence[1:]
