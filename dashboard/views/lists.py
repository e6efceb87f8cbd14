"""Lists kept by hand: who is on one, putting people on it and taking them off."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access, chips, paging, tabs
from dashboard.questions import groups, people
from members import segments
from members.models import Member, Segment
from office import clock

MOST = 200  # people in one go; a page of members has 50


@access.reads
def show(request: HttpRequest, found: Segment) -> HttpResponse:
    """The people on a list, and a search for more."""
    text = request.GET.get("q", "").strip()[:100]
    rows = people.matching(people.Choice(segment=found.slug), clock.now()).select_related("plan")
    page = paging.page(rows, people.ORDERS["newest"], request.GET.get("after", ""))
    about = {
        "segment": found,
        "tabs": tabs.of_register("segments"),
        "page": page,
        "first": request.path,
        "more": chips.address(request, keep=("q",), after=page.after),
        "search": text,
        "found": groups.search(text, found) if text else (),
    }
    return render(request, "dashboard/segment_list.html", about)


@access.changes
def people_of_list(request: HttpRequest, slug: str) -> HttpResponse:
    """POST `member` (many) and `do`: put them on this list, or take them off."""
    found = get_object_or_404(Segment, slug=slug, condition__isnull=True)
    who, now, user = chosen(request), clock.now(), access.person(request)
    if request.POST.get("do") == "off":
        number = segments.take_off(found, who, now, user)
        said = ngettext("%d person is off the list.", "%d people are off the list.", number)
    else:
        number = segments.put(found, who, now, user)
        said = ngettext("%d person is now on the list.", "%d people are now on the list.", number)
    messages.success(request, said % number)
    return redirect("segment", slug=slug)


@access.changes
def people_of_new_list(request: HttpRequest) -> HttpResponse:
    """POST `member` (many) with `list`, the slug of one, or with `name`, of a new one: they are put on it."""
    who, now, user = chosen(request), clock.now(), access.person(request)
    name = request.POST.get("name", "").strip()
    kept = Segment.objects.filter(slug=request.POST.get("list", ""), condition__isnull=True).first()
    if not who and not name:
        messages.error(request, _("Nobody was chosen: tick the people first."))
        return redirect("members")
    try:
        kept = segments.save(Segment(name=name), None, now, user) if name or kept is None else kept
    except segments.SegmentErrors:
        messages.error(request, _("Choose a list, or write the name of a new one."))
        return redirect("members")
    number = segments.put(kept, who, now, user)
    said = ngettext(
        "%(number)d person was put on “%(name)s”.", "%(number)d people were put on “%(name)s”.", number
    )
    messages.success(request, said % {"number": number, "name": kept.name})
    return redirect("segment", slug=kept.slug)


def chosen(request: HttpRequest) -> list[Member]:
    """The people who were ticked (POST `member`, many), at most two hundred."""
    named = [uuid for text in request.POST.getlist("member")[:MOST] if (uuid := _uuid(text))]
    return list(Member.objects.filter(uuid__in=named, merged_into=None, erased_at=None))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
