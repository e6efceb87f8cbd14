"""Staff write down that somebody leaves, stays after all, or comes back."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.words import times
from members import retention
from members.models import Member
from office import clock
from winback import leaving, reasons

EARLIEST, LATEST = dt.timedelta(days=366), dt.timedelta(days=5 * 366)


@access.asks("contracts.change")
def leave(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """GET: what will happen. POST `day` (the last one), `reason`, `words`, `may_write`: writes the leaving down."""
    member, now = _member(uuid), clock.now()
    if not leaving.is_possible(member):
        messages.info(request, _("%s has left, or is leaving, already.") % member)
        return redirect("member", uuid=uuid)
    ends = max((leaving.end_of(row, now) for row in leaving.staying(member)), default=now)
    form: dict[str, Any] = {"day": leaving.last_day(ends, member).isoformat()}
    if request.method == "POST":
        form = {name: request.POST.get(name, "").strip() for name in ("day", "reason", "words", "may_write")}
        goodbye = _goodbye(form, member, ends, now)
        if isinstance(goodbye, leaving.Goodbye):
            return _done(request, member, goodbye, now)
        form["error"] = goodbye
    about = {
        "member": member,
        "form": form,
        "reasons": reasons.TOLD.items(),
        "months": retention.months(),
        "paid_until": leaving.last_day(ends, member) if ends > now else None,
    }
    return render(request, "dashboard/leaving.html", about, status=422 if "error" in form else 200)


@access.does("contracts.change")
def stay(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST: takes back a leaving that was written down here."""
    member = _member(uuid)
    if leaving.stay(member, clock.now(), access.person(request)):
        messages.success(request, _("%s stays. Letters begin again with what happens next.") % member)
    else:
        messages.error(
            request, _("Nothing was written down here that could be taken back: change it in billing.")
        )
    return redirect("member", uuid=uuid)


@access.does("contracts.change")
def come_back(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST: begins the last contract again, today, with the old number and history."""
    member = _member(uuid)
    if leaving.come_back(member, clock.now(), access.person(request)):
        messages.success(request, _("%s is a member again, with the old number and history.") % member)
    else:
        messages.error(request, _("Another system keeps this contract: begin it again there."))
    return redirect("member", uuid=uuid)


def _goodbye(
    form: dict[str, Any], member: Member, ends: dt.datetime, now: dt.datetime
) -> leaving.Goodbye | str:
    """What was said, or what is wrong with it."""
    try:
        day = parse_date(form["day"])
    except ValueError:
        day = None
    if day is None:
        return _("Write the last day as a date.")
    if not now - EARLIEST <= (until := leaving.end_of_day(day, member)) <= now + LATEST:
        return _("The last day lies too far away: at most a year back and five years ahead.")
    if form["reason"] not in reasons.TOLD:
        form["reason"] = ""
    said = leaving.last_day(ends, member)
    return leaving.Goodbye(
        through="staff",
        reason=form["reason"],
        words=form["words"].replace("\0", ""),
        ends_at=ends if day == said else until,
        may_write=True if form["may_write"] else None,
    )


def _done(request: HttpRequest, member: Member, goodbye: leaving.Goodbye, now: dt.datetime) -> HttpResponse:
    left = leaving.leave(member, goodbye, now, access.person(request))
    if left:
        last = leaving.last_day(goodbye.ends_at or now, member)
        day = times.day(dt.datetime.combine(last, dt.time(12), tzinfo=dt.UTC), now)
        text = _("Written down: %(name)s leaves, and %(day)s is the last day.")
        undo = reverse("member-stays", args=[member.uuid])
        messages.success(request, text % {"name": member, "day": day}, extra_tags=undo)
    return redirect("member", uuid=member.uuid)


def _member(uuid: uuid.UUID) -> Member:
    return get_object_or_404(Member.objects.filter(erased_at=None), uuid=uuid)
