"""Letters that wait for a yes: by flow, each as its member would read it; one, some or all of them may leave."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access, chips, paging, tabs
from dashboard.questions import held
from flows import approving, letting_run, standing_still
from flows.models import Flow
from office import clock, roles

APPROVE = "letters.approve"
SIZE = 10  # each is shown whole
ORDER = ("due_at", "id")
LONGEST = 300  # of why a letter is not sent


@access.reads
def all_held(request: HttpRequest) -> HttpResponse:
    """The flows that have letters waiting, longest first."""
    about = {"waiting": approving.waiting(), "tabs": tabs.of_letters("letters-held")}
    return render(request, "dashboard/held.html", about)


@access.edits(APPROVE)
def of_flow(request: HttpRequest, slug: str) -> HttpResponse:
    """The letters of one flow that wait. POST `do`: send, send_all, discard (`letter` many, `why`), run or pause."""
    flow = get_object_or_404(Flow.objects.select_related("current"), slug=slug)
    deed = DEEDS.get(request.POST.get("do", "")) if request.method == "POST" else None
    if request.POST.get("only"):
        deed = _send
    problem = deed(request, flow) if deed else ""
    if deed and not problem:
        return redirect("letters-held-flow", slug=slug) if _waits(flow) else redirect("letters-held")
    return _page(request, flow, problem)


def _page(request: HttpRequest, flow: Flow, problem: str) -> HttpResponse:
    now = clock.now()
    rows = letting_run.held(flow).select_related("member__plan", "member__guardian")
    page = paging.page(rows, ORDER, request.GET.get("after", ""), SIZE)
    about: dict[str, Any] = {
        "flow": flow,
        "page": page,
        "cards": held.cards(page.rows, now),
        "outlook": held.outlook(flow, now),
        "resting": held.resting(flow),
        "is_new": bool(flow.letters_to_hold or flow.asks_to_run_at),
        "first_letters": letting_run.FIRST,
        "written": letting_run.FIRST - flow.letters_to_hold,
        "may_decide": roles.may(request.user, APPROVE),
        "problem": problem,
        "ticked": request.POST.getlist("letter"),
        "why": request.POST.get("why", ""),
        "first": request.path,
        "more": chips.address(request, keep=(), after=page.after),
    }
    return render(request, "dashboard/held_flow.html", about)


def _send(request: HttpRequest, flow: Flow) -> str:
    shown = {one: request.POST.get(f"seen-{one}", "") for one in _chosen(request)}
    if not shown:
        return _("Tick the letters that may leave first.")
    _tell(request, approving.approve(flow, shown, access.person(request), clock.now()))
    return ""


def _send_all(request: HttpRequest, flow: Flow) -> str:
    upto = request.POST.get("upto", "")
    if not (upto.isascii() and upto.isdigit() and len(upto) < 19):
        return _("Look at the letters again first.")
    _tell(request, approving.approve_all(flow, int(upto), access.person(request), clock.now()))
    return ""


def _discard(request: HttpRequest, flow: Flow) -> str:
    chosen, why = _chosen(request), " ".join(request.POST.get("why", "").split())[:LONGEST]
    if not chosen:
        return _("Tick the letters that are not to be sent first.")
    if not why:
        return _("Why not: write a few words, so that everybody can read later why it was not sent.")
    number = letting_run.discard(flow, chosen, access.person(request), clock.now(), why)
    said = ngettext("%d letter is not sent.", "%d letters are not sent.", number)
    messages.success(request, said % number)
    _tell_decided(request, len(chosen) - number)
    return ""


def _run(request: HttpRequest, flow: Flow) -> str:
    outcome = letting_run.let_run(flow, access.person(request), clock.now())
    _tell(request, approving.Outcome(gone=outcome.letters, late=outcome.too_late))
    messages.success(request, _("“%s” runs: its letters wait for nobody any more.") % flow.name)
    return ""


def _pause(request: HttpRequest, flow: Flow) -> str:
    if standing_still.pause(flow, access.person(request), clock.now()) is not None:
        messages.success(
            request, _("“%s” stands still. The letters that are written still wait here.") % flow.name
        )
    return ""


DEEDS = {"send": _send, "send_all": _send_all, "discard": _discard, "run": _run, "pause": _pause}


def _chosen(request: HttpRequest) -> list[uuid.UUID]:
    """The letters of the request; what is no id is left out."""
    named = [request.POST["only"]] if request.POST.get("only") else request.POST.getlist("letter")
    found = []
    for text in named[: 10 * SIZE]:
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _waits(flow: Flow) -> bool:
    flow.refresh_from_db()
    is_new = flow.letters_to_hold or flow.asks_to_run_at
    return bool(is_new) or letting_run.held(flow).exists()


def _tell(request: HttpRequest, outcome: approving.Outcome) -> None:
    said: Mapping[str, int] = {
        ngettext("%d letter is on its way.", "%d letters are on their way.", outcome.gone): outcome.gone,
        ngettext(
            "%d letter came too late and is not sent.",
            "%d letters came too late and are not sent.",
            outcome.late,
        ): outcome.late,
        ngettext(
            "%d letter says something else now than when you opened the page. Look at it again.",
            "%d letters say something else now than when you opened the page. Look at them again.",
            outcome.changed,
        ): outcome.changed,
    }
    for text, number in said.items():
        if number:
            tell = messages.success if text in list(said)[:1] else messages.warning
            tell(request, text % number)
    _tell_decided(request, outcome.decided)


def _tell_decided(request: HttpRequest, number: int) -> None:
    """Of letters that were on the page and did not wait any more."""
    if number:
        said = ngettext(
            "%d letter did not wait any more: somebody else decided, or its member left the flow.",
            "%d letters did not wait any more: somebody else decided, or their members left the flow.",
            number,
        )
        messages.info(request, said % number)
