"""Steps put in, moved, doubled and taken out: by buttons, by dragging, and without scripts."""

import contextlib
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from flows import step_words, steps
from flows.editing import keeping, parts
from flows.models import Flow
from flows.pages import frame, overview
from office import clock


@frame.changes
def steps_of(request: HttpRequest, pk: int) -> HttpResponse:
    """POST `do`: `add` (`kind`, `after`), `up`, `down`, `place` (`to`, from 0), `duplicate`, `remove` or `undo`.

    Which step, `uid` says. A part of the page answers htmx, the way back to the flow answers everybody else.
    """
    flow = frame.find(pk)
    deed, uid = request.POST.get("do", ""), request.POST.get("uid", "")
    if ":" in deed:
        deed, _colon, uid = deed.partition(":")
    if deed == "add":
        return _add(request, flow)
    if deed == "undo":
        return _undo(request, flow)
    make = _maker(flow, deed, uid, request.POST.get("to", ""))
    try:
        _place, step = parts.find(flow.draft, uid)
        said = step_words.sentence(step, parts.letters(flow.draft))
        if make:
            before = keeping.change(flow, make, frame.person(request), clock.now())
            if deed == "remove":
                overview.remember(request, flow, before, _("Taken out: %s") % said)
    except parts.Gone:
        pass  # somebody else took it out; the list shows what there is
    return _answer(request, flow, f"{uid}:{deed}")


def _maker(flow: Flow, deed: str, uid: str, to: str) -> Callable[[parts.Draft], parts.Draft] | None:
    """What a deed makes of the draft; it finds the step's place itself, whoever moved it meanwhile."""
    ways: dict[str, Callable[[parts.Draft], parts.Draft]] = {
        "up": lambda draft: parts.move(draft, uid, parts.find(draft, uid)[0] - 1),
        "down": lambda draft: parts.move(draft, uid, parts.find(draft, uid)[0] + 1),
        "duplicate": lambda draft: parts.duplicate(flow, draft, uid)[0],
        "remove": lambda draft: parts.remove(draft, uid),
    }
    if deed == "place" and to.isascii() and to.isdigit():
        return lambda draft: parts.move(draft, uid, int(to[:6]))
    return ways.get(deed)


def _add(request: HttpRequest, flow: Flow) -> HttpResponse:
    """Puts a step in and opens it."""
    kind = request.POST.get("kind", "")
    if kind not in steps.names():
        return frame.back(flow)
    made: list[str] = []

    def make(draft: parts.Draft) -> parts.Draft:
        changed, uid = parts.add(flow, draft, kind, request.POST.get("after", ""))
        made.append(uid)
        return changed

    keeping.change(flow, make, frame.person(request), clock.now())
    return redirect("admin:flows_flow_step", flow.pk, made[-1])


def _undo(request: HttpRequest, flow: Flow) -> HttpResponse:
    kept = overview.undo_of(request, flow)
    if kept:
        by, now, seen = frame.person(request), clock.now(), kept["after"]
        with contextlib.suppress(keeping.Overtaken):  # the list shows what is there now
            keeping.change(flow, lambda _draft: kept["draft"], by, now, seen=seen, part=keeping.mark)
        request.session.pop(overview.UNDO, None)
    return _answer(request, flow, "")


def _answer(request: HttpRequest, flow: Flow, focus: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return frame.back(flow)
    about = overview.about_steps(request, flow, overview.all_findings(flow), focus)
    return frame.page(request, "overview.html#answer", {**about, "is_apart": True})
