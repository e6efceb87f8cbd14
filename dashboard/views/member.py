"""The page of one member, and what is done there."""

import datetime as dt
import uuid as uuids

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from api import links
from dashboard import access, chips, fragments
from dashboard.questions import answers, breath, cautions, dots, money, person, promise, timeline
from dashboard.views import identity
from dashboard.words import people
from mail import answering
from members import ladder, retention, stage_rules
from members.models import Member, Subscription
from office import clock
from office.models import User
from winback import leaving


@access.reads
def member(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """Everything about one member; htmx gets the next stretch of the timeline alone."""
    found = get_object_or_404(
        Member.everybody.select_related("plan", "account", "guardian", "merged_into", "facts"), uuid=uuid
    )
    if found.merged_into:
        return redirect("member", uuid=found.merged_into.uuid)
    skip = _number(request.GET.get("earlier", ""))
    show = request.GET.get("show", "") if request.GET.get("show", "") in timeline.SHOWN else ""
    story, now = timeline.read(found, skip, show=show), clock.now()
    if fragments.is_wanted(request):
        return render(request, "dashboard/member.html#story", {"member": found, "story": story, "show": show})
    return render(
        request,
        "dashboard/member.html",
        {
            "member": found,
            **_head(found, now),
            "mark": uuids.uuid4(),
            "colleagues": User.objects.filter(is_active=True).order_by("first_name", "username"),
            "kept_until": retention.until(found, retention.months()),
            "card": "" if found.stage == Member.Stage.FORMER else links.url("card", found.uuid),
            "months": dots.read(found, now),
            "answer": answers.read(found, now),
            "promise": promise.of(found, now),
            "notes": timeline.notes(found),
            "show": show,
            "filters": chips.of(request, "show", _filters(), show, keep=()),
            **_standing(found, now),
            **_at_work(found),
            **identity.about(found, request),
            "ids": found.external_ids.order_by("source", "value"),
            "story": story,
            **_going(found),
        },
    )


def _head(member: Member, now: dt.datetime) -> dict[str, object]:
    """Who it is in one breath, the four labels, and what to be careful about."""
    contract, facts = person.subscription(member), getattr(member, "facts", None)
    return {
        "plan": people.plan(member.plan),
        "standing": people.standing(member, contract),
        "subscription": contract,
        "pulse": people.pulse(facts),
        "owner": facts.owner if facts else "",
        "breath": breath.of(member, facts, contract, now),
        "cautions": cautions.read(member, now),
    }


def _going(member: Member) -> dict[str, object]:
    """Which of leaving, staying and coming back can be recorded."""
    return {
        "may_leave": leaving.is_possible(member),
        "is_leaving": member.status == Subscription.Status.CANCELLED,
        "may_return": leaving.returnable(member),
    }


def _standing(member: Member, now: dt.datetime) -> dict[str, object]:
    """Where the member stands, how they came there, and what they pay."""
    history = person.moves(member)
    return {
        "ladder": person.ladder(member, history),
        "place": ladder.of(member, now),
        "stages": stage_rules.DEPTH if member.stage in stage_rules.DEPTH else (),
        "history": history,
        "money": money.of(member, now),
    }


def _at_work(member: Member) -> dict[str, object]:
    """Letters, tasks, replies and flows of the member."""
    return {
        "ahead": person.letters_ahead(member),
        "planned": person.planned(member),
        "past": person.letters_past(member),
        "tasks": person.open_tasks(member),
        "waiting_replies": answering.waiting().filter(member=member).defer("whole"),
        "runs": person.runs(member),
        "decisions": person.decisions(member),
    }


def _filters() -> list[tuple[str, str, int | None]]:
    return [
        ("", _("Everything"), None),
        ("people", _("People"), None),
        ("letters", _("Letters"), None),
        ("use", _("Use"), None),
        ("money", _("Money"), None),
        ("moves", _("Moves"), None),
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
