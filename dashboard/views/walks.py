"""One member walks through a flow; the way stands in the address alone, so that looking changes nothing."""

import datetime as dt
import html
from dataclasses import replace
from typing import Any
from urllib import parse

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard import access
from dashboard.questions import trials, walks
from dashboard.views.letters import LETTER_POLICY
from dashboard.words import walks as words
from flows import checking, findings
from flows.models import Flow
from flows.simulation import chronicle
from office import clock

DAY = dt.timedelta(days=1)


@access.reads
def walk(request: HttpRequest, slug: str) -> HttpResponse:
    """Who walks is chosen first; then the story so far, and what may come next."""
    flow = _flow(slug)
    said, is_draft = trials.definition(flow)
    about: dict[str, Any] = {"flow": flow, "is_draft": is_draft, "is_written": bool(said)}
    try:
        way = walks.read(request.GET) if said else None
        if way is None:
            return render(request, "dashboard/walk_start.html", {**about, **_start(request, said)})
        if moved := _moved(request, way):
            return redirect(f"{request.path}{moved.address}")
        about |= _told(way, walks.travel(flow, said, way))
        about["happenings"] = walks.happenings(said)
    except walks.Lost as error:
        about["lost"] = str(error)
    except checking.FlowErrors as error:
        about |= {"errors": findings.told(said, error.errors), "rows": findings.places(said)}
    return render(request, "dashboard/walk.html", about)


@access.reads
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """The letter of this number on the way, for the frame on the page: no scripts, no forms, nothing from elsewhere."""
    flow = _flow(slug)
    try:
        way = walks.read(request.GET)
        if way is None or way.start is None or way.until is None:
            raise Http404
        found = walks.travel(flow, trials.definition(flow)[0], way).letters[
            int(request.GET.get("letter", ""))
        ]
    except (walks.Lost, checking.FlowErrors, ValueError, IndexError) as error:
        raise Http404 from error
    headers = {"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(found.html or html.escape(found.trouble), headers=headers)


def _flow(slug: str) -> Flow:
    return get_object_or_404(Flow.objects.select_related("current"), slug=slug)


def _start(request: HttpRequest, said: Any) -> dict[str, Any]:
    search = request.GET.get("q", "").strip()[:100]
    return {"search": search, "found": walks.found(search), **(walks.choices(said) if said else {})}


def _moved(request: HttpRequest, way: walks.Way) -> walks.Way | None:
    """The way with what a form asked for on top; None where the address says all of it already."""
    if way.start is None:
        start = clock.now().replace(microsecond=0)
        return replace(way, start=start, until=start)
    if way.until is None:
        return way.at(way.start)
    if name := request.GET.get("happens", ""):
        if not words.is_name(name):
            raise walks.Lost(words.NO_EVENT)
        return way.with_event(name)
    return None


def _told(way: walks.Way, story: chronicle.Story) -> dict[str, Any]:
    plan = {step.uid: step for step in story.steps}
    subjects = {seen.step: seen.subject for seen in story.letters}
    lines = [(line, *words.sentence(line, plan, subjects)) for line in story.lines]
    assert way.until is not None
    return {
        "way": way,
        "story": story,
        "lines": lines,
        "standing": words.standing(story),
        "coming": words.coming(story),
        "next": way.at(story.next_at).address if story.next_at else "",
        "tomorrow": way.at(way.until + DAY).address,
        "week": way.at(way.until + 7 * DAY).address,
        "hidden": parse.parse_qsl(way.address.removeprefix("?")),
    }
