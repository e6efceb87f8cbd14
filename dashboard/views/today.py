"""Today: all who need a person, and what came of each."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.questions import kind_words
from dashboard.questions import today as questions
from members.models import Member
from office import clock
from relationship import outcomes, tasks
from relationship.models import Task

BACK = ("home", "today")


@access.reads
def today(request: HttpRequest) -> HttpResponse:
    """Everybody who needs a person today, in order."""
    now = clock.now()
    found = questions.read(now, size=questions.MOST)
    about = {"today": found, "kind_word": None if found.lines else kind_words.choose(now), "back": "today"}
    return render(request, "dashboard/today.html", about)


@access.changes
def task_outcome(request: HttpRequest, uuid: uuid.UUID, pk: int) -> HttpResponse:
    """POST `outcome` (done, called, written, not_needed, no_answer; open takes it back) with a `line`; `back` says
    from which page."""
    task = get_object_or_404(Task.objects.select_related("member"), pk=pk, member__uuid=uuid)
    return _write_down(request, task)


@access.changes
def noticed_outcome(request: HttpRequest, uuid: uuid.UUID, source: str) -> HttpResponse:
    """POST as `task_outcome`, for what the house noticed itself: it becomes a task with this outcome."""
    member, now = get_object_or_404(Member, uuid=uuid), clock.now()
    found = questions.of_source(source, member, now)
    if found is None or found.task or found.reply:
        messages.info(request, _("%s needs nobody for that any more.") % member)
        return _return(request, member.uuid)
    tasks.give([tasks.Order(found.key, member, found.why, "", now)], now)
    return _write_down(request, Task.objects.select_related("member").get(key=found.key))


def _write_down(request: HttpRequest, task: Task) -> HttpResponse:
    user, now, member = access.person(request), clock.now(), task.member
    outcome, line = request.POST.get("outcome", ""), request.POST.get("line", "").strip()
    if outcome == "open":
        outcomes.take_back(task, user, now)
        messages.success(request, _("“%s” is open again.") % task.title)
    elif outcomes.note(task, outcome, user, now, line):
        messages.success(request, _said(outcome, task), extra_tags=_undo(request, task))
    else:
        messages.info(request, _("Somebody else was quicker: “%s” is off the list already.") % task.title)
    return _return(request, member.uuid)


def _said(outcome: str, task: Task) -> str:
    if outcome == outcomes.NO_ANSWER:
        return _("%s comes again tomorrow.") % task.member
    return _("“%s” is off the list.") % task.title


def _undo(request: HttpRequest, task: Task) -> str:
    address = reverse("task-outcome", args=[task.member.uuid, task.pk])
    back = _back(request)
    return f"{address}?back={back}" if back else address


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("back", "") or request.GET.get("back", "")
    return asked if asked in BACK else ""


def _return(request: HttpRequest, member: uuid.UUID) -> HttpResponse:
    back = _back(request)
    return redirect(back) if back else redirect("member", uuid=member)
