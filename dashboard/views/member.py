"""The page of one member, and what is done there."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import access, fragments, outcomes
from dashboard.questions import money, person, timeline
from dashboard.views import identity
from dashboard.words import people
from mail import answering
from members import ladder, stage_rules
from members.models import Member, Subscription
from office import clock
from relationship.models import Task
from winback import leaving


@access.reads
def member(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """Everything about one member; htmx gets the next stretch of the timeline alone."""
    found = get_object_or_404(
        Member.everybody.select_related("plan", "account", "guardian", "merged_into"), uuid=uuid
    )
    if found.merged_into:
        return redirect("member", uuid=found.merged_into.uuid)
    skip = _number(request.GET.get("earlier", ""))
    story = timeline.read(found, skip)
    if fragments.is_wanted(request):
        return render(request, "dashboard/member.html#story", {"member": found, "story": story})
    contract, history = person.subscription(found), person.moves(found)
    return render(
        request,
        "dashboard/member.html",
        {
            "member": found,
            "plan": people.plan(found.plan),
            "standing": people.standing(found, contract),
            "subscription": contract,
            "ladder": person.ladder(found, history),
            "place": ladder.of(found, clock.now()),
            "stages": stage_rules.DEPTH if found.stage in stage_rules.DEPTH else (),
            "history": history,
            "money": money.of(found, clock.now()),
            "ahead": person.letters_ahead(found),
            "planned": person.planned(found),
            "past": person.letters_past(found),
            "tasks": person.open_tasks(found),
            "waiting_replies": answering.waiting().filter(member=found).defer("whole"),
            "runs": person.runs(found),
            "decisions": person.decisions(found),
            **identity.about(found, request),
            "ids": found.external_ids.order_by("source", "value"),
            "story": story,
            "may_leave": leaving.is_possible(found),
            "is_leaving": found.status == Subscription.Status.CANCELLED,
            "may_return": leaving.returnable(found),
        },
    )


@access.changes
def task_outcome(request: HttpRequest, uuid: uuid.UUID, pk: int) -> HttpResponse:
    """POST `outcome`: done, not_needed, or open, which takes either of them back."""
    task = get_object_or_404(Task, pk=pk, member__uuid=uuid)
    user, outcome = access.person(request), request.POST.get("outcome", "")
    if outcome == "open":
        outcomes.take_back(task, user, clock.now())
        messages.success(request, _("“%s” is open again.") % task.title)
    elif outcomes.note(task, outcome, user, clock.now()):
        undo = reverse("task-outcome", args=[uuid, pk])
        messages.success(request, _("“%s” is off the list.") % task.title, extra_tags=undo)
    else:
        messages.info(request, _("Somebody else was quicker: “%s” is off the list already.") % task.title)
    return redirect("member", uuid=uuid)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
