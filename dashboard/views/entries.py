"""Letting people into a flow by hand: one, some, or a whole segment. Each page asks before anything is done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access
from dashboard.views import lists
from dashboard.words import because
from flows import admitting, entering
from flows.models import Decision, Flow
from members.models import Member, Segment
from office import clock


@dataclass(frozen=True)
class Choice:
    """Who is to be let in: in words, where the page leads back to, and what would come of it."""

    who: str
    back: str
    foresee: Callable[[Flow], admitting.Outlook]
    members: Sequence[Member] = ()


@access.asks("work.change")
def of_member(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Asks, and on POST lets this member into a flow."""
    member = get_object_or_404(Member, uuid=uuid, erased_at=None)
    choice = Choice(member.name, reverse("member", args=[uuid]), _outlook([member]))
    return _let_in(request, choice, [member]) if request.method == "POST" else _ask(request, choice)


@access.asks("work.change")
def of_segment(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks, and on POST lets everybody of a segment into a flow: the clock takes them one by one."""
    segment = get_object_or_404(Segment, slug=slug)
    choice = Choice(
        _("everybody in “%s”") % segment.name,
        reverse("segment", args=[slug]),
        lambda flow: admitting.outlook_of_segment(flow, segment, clock.now()),
    )
    flow = _flow(request.POST.get("flow", ""))
    if request.method != "POST":
        return _ask(request, choice)
    if flow is None:
        return _ask(request, choice, _("Choose a flow first."))
    try:
        admitting.let_in_segment(flow, segment, access.person(request), clock.now())
    except entering.NotLive:
        return _ask(request, choice, _("This flow stands still now: nobody can be let in."))
    messages.success(request, _("They are being let into “%s” now.") % flow.name)
    return redirect("flow", slug=flow.slug)


@access.asks("work.change")
def of_chosen(request: HttpRequest) -> HttpResponse:
    """POST `member` (many): asks; with `do=let_in` and `flow` lets them in. Without any it leads back to the list."""
    members = lists.chosen(request)
    if not members:
        messages.error(request, _("Nobody was chosen: tick the people first."))
        return redirect("members")
    who = ngettext("%d person", "%d people", len(members)) % len(members)
    choice = Choice(who, reverse("members"), _outlook(members), members)
    return _let_in(request, choice, members) if request.POST.get("do") == "let_in" else _ask(request, choice)


def _outlook(members: Sequence[Member]) -> Callable[[Flow], admitting.Outlook]:
    return lambda flow: admitting.outlook(flow, members, clock.now())


def _ask(request: HttpRequest, choice: Choice, error: str = "") -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    flow = _flow(asked.get("flow", ""))
    outlook = choice.foresee(flow) if flow else None
    about = {
        "choice": choice,
        "flows": Flow.objects.filter(current__isnull=False, paused_at=None),
        "flow": flow,
        "outlook": outlook,
        "reasons": [(because.said(why), number) for why, number in outlook.reasons.most_common()]
        if outlook
        else (),
        "error": error,
    }
    return render(request, "dashboard/entries.html", about)


def _let_in(request: HttpRequest, choice: Choice, members: Sequence[Member]) -> HttpResponse:
    flow = _flow(request.POST.get("flow", ""))
    if flow is None:
        return _ask(request, choice, _("Choose a flow first."))
    try:
        decisions = admitting.let_in(flow, members, access.person(request), clock.now())
    except entering.NotLive:
        return _ask(request, choice, _("This flow stands still now: nobody can be let in."))
    _tell(request, flow, decisions)
    return redirect(choice.back)


def _tell(request: HttpRequest, flow: Flow, decisions: Sequence[Decision]) -> None:
    inside = sum(decision.verdict == "entered" for decision in decisions)
    outside = len(decisions) - inside
    if inside:
        said = ngettext(
            "%(number)d person is in “%(flow)s” now.", "%(number)d people are in “%(flow)s” now.", inside
        )
        messages.success(request, said % {"number": inside, "flow": flow.name})
    if outside:
        said = ngettext(
            "%d person did not get in; their page says why.",
            "%d people did not get in; their pages say why.",
            outside,
        )
        messages.info(request, said % outside)


def _flow(slug: str) -> Flow | None:
    """The flow that was chosen, if somebody can be let into it now."""
    live = Flow.objects.filter(current__isnull=False, paused_at=None).select_related("current")
    return live.filter(slug=slug.replace("\0", "")).first()
