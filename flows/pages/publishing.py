"""The page that asks before the draft becomes what members get, and the older versions."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flows import checking, differences, letting_run, numbers, step_words, versions
from flows.editing import keeping, parts
from flows.editing.letter_form import LANGUAGES
from flows.models import Flow, FlowVersion, Step
from flows.moving_runs import END, Move, Place
from flows.pages import frame, overview
from office import clock

KEEP, GO_ON = "keep", "move"


@frame.asks
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Says what changed, what is wrong, and who stands where; POST publishes, with a choice for each of them."""
    flow = frame.find(pk)
    found = overview.all_findings(flow)
    standing = versions.standing(flow)
    is_moved = request.method == "POST" and request.POST.get("seen") != keeping.mark(flow.draft)
    if request.method == "POST" and not is_moved and not any(one.is_error for one in found):
        try:
            done = versions.publish(
                flow, _chosen(request.POST, flow, standing), clock.now(), frame.person(request)
            )
        except checking.FlowErrors as error:
            messages.error(request, "; ".join(error.errors))
        else:
            overview.forget(request)
            _say(request, done)
            return frame.back(flow)
    changes = differences.between(flow.current.definition, flow.draft) if flow.current else []
    about = {
        "flow": flow,
        "rows": overview.rows(flow, {}),
        "errors": [one for one in found if one.is_error],
        "warnings": [one for one in found if not one.is_error],
        "changes": changes,
        "letters": _letters(flow, changes),
        "groups": [_group(one, flow, request) for one in standing],
        "inside": sum(one.number for one in standing),
        "held_at_first": 0 if flow.current else letting_run.at_first(flow.draft, frame.person(request)),
        "seen": keeping.mark(flow.draft),
        "is_moved": is_moved,
        "number": (flow.versions.count() or 0) + 1,
    }
    return frame.page(request, "publish.html", about)


@frame.reads
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version: its steps, and what differs from the draft. POST makes it the draft again."""
    flow = frame.find(pk)
    if request.method == "POST":
        before = flow.draft
        try:
            versions.take_back(flow, number, clock.now(), frame.person(request))
        except FlowVersion.DoesNotExist:
            raise Http404
        overview.remember(request, flow, before, _("The draft that was here before can be put back."))
        messages.success(request, _("Version %d is the draft again. Look at it, then publish it.") % number)
        return redirect("admin:flows_flow_publish", flow.pk)
    found = get_object_or_404(flow.versions.select_related("published_by"), number=number)
    rows = found.steps.select_related("letter_version__letter")
    about = {
        "flow": flow,
        "version": found,
        "steps": [(row, step_words.of_row(row, found.definition), _languages(row)) for row in rows],
        "changes": differences.between(found.definition, flow.draft),
        "inside": found.enrolments.filter(status="active").count(),
    }
    return frame.page(request, "version.html", about)


def _languages(step: Step) -> list[tuple[str, str]]:
    """The languages of a step's letter, by code and name."""
    written = step.letter_version.texts if step.letter_version else ()
    return [(code, LANGUAGES.get(code, code)) for code in written]


def _letters(flow: Flow, changes: Sequence[differences.Change]) -> list[dict[str, Any]]:
    """Of each letter with new words: who has had it, and who in the flow has not come to it yet."""
    named = {change.uid: change.about for change in changes if change.is_letter and change.uid}
    return [
        {"about": named[uid], "had": came, "ahead": ahead}
        for uid, (came, ahead) in numbers.had(flow, named).items()
    ]


def _group(one: versions.Standing, flow: Flow, request: HttpRequest) -> dict[str, Any]:
    """What somebody may choose for those who stand at one step."""
    sent = request.POST
    usual = GO_ON if request.GET.get("all") == GO_ON and not one.is_gone else KEEP
    written = parts.letters(flow.draft)
    listed = [(step["uid"], step_words.sentence(step, written)) for step in parts.steps(flow.draft)]
    return {
        "one": one,
        "chosen": sent.get(one.name, usual),
        "to": sent.get(f"{one.name}-to", _next(one, flow) if one.is_gone else ""),
        "steps": [(uid, f"{number}. {text}") for number, (uid, text) in enumerate(listed, 1)],
    }


def _next(one: versions.Standing, flow: Flow) -> str:
    """The first step of the draft that came after a step that is gone: from there nobody gets anything twice."""
    order = [step["uid"] for step in parts.steps(one.version.definition)]
    behind = order[order.index(one.uid) + 1 :] if one.uid in order else order
    kept = {step["uid"] for step in parts.steps(flow.draft)}
    return next((uid for uid in behind if uid in kept), "")


def _chosen(sent: QueryDict, flow: Flow, standing: list[versions.Standing]) -> dict[Place, Move]:
    """What was chosen for whom; those who keep their version are left out."""
    known = [step["uid"] for step in parts.steps(flow.draft)]
    found = {}
    for one in standing:
        choice = sent.get(one.name, KEEP)
        to = sent.get(f"{one.name}-to", "") if one.is_gone else (one.uid or known[0])
        if choice == END:
            found[one.version.pk, one.uid] = Move(END)
        elif choice == GO_ON and to in known:
            found[one.version.pk, one.uid] = Move(to)
    return found


def _say(request: HttpRequest, done: versions.Published) -> None:
    said = _("Version %d is live.") if done.is_new else _("Nothing was changed since version %d.")
    words = [said % done.version.number]
    if done.moved:
        some = ngettext("%d person goes on with it.", "%d people go on with it.", done.moved)
        words.append(some % done.moved)
    if done.ended:
        some = ngettext("The flow ended for %d person.", "The flow ended for %d people.", done.ended)
        words.append(some % done.ended)
    messages.success(request, " ".join(words))
