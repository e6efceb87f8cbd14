"""What staff write down on a member's page: a talk, a task, that somebody was here."""

import datetime as dt
import uuid as uuids

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from dashboard import access
from mail import mime
from members import updating
from members.models import Member
from office import audit, clock
from office.models import User
from relationship import talking


@access.does("work.change")
def talk(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """POST `line`, what was said (may be empty), and `mark`, the form's own; with `note` it is no talk but a note."""
    member = _member(uuid)
    line, mark = request.POST.get("line", "").strip(), _mark(request)
    if request.POST.get("note"):
        if line:
            talking.jot(member, line, mark, access.person(request), clock.now())
            messages.success(request, _("The note stands on this page."))
        else:
            messages.error(request, _("Write the note first: nothing was kept."))
    elif talking.hold(member, line, mark, access.person(request), clock.now()):
        messages.success(request, _("The talk stands on the timeline."))
    return redirect("member", uuid=uuid)


@access.does("work.change")
def task(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """POST `title`, `due` (a day, yyyy-mm-dd), `to` (who works here, or nobody), and `mark`."""
    member, now = _member(uuid), clock.now()
    title, to = request.POST.get("title", "").strip(), request.POST.get("to", "")
    due = _day(request.POST.get("due", ""))
    if not title:
        messages.error(request, _("What is to be done? Write it in a few words: no task was given."))
    elif due is None or due < timezone.localtime(now).date():
        messages.error(request, _("By when? Choose a day from today on: no task was given."))
    else:
        known = User.objects.filter(username=to, is_active=True).exists() if to else True
        person = access.person(request)
        talking.ask(member, title[:300], due, to if known else "", _mark(request), person, now)
        messages.success(request, _("“%s” is on the list.") % title)
    return redirect("member", uuid=uuid)


@access.does("work.change")
def visit(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """POST: the member is here today."""
    member = _member(uuid)
    if talking.see(member, access.person(request), clock.now()):
        undo = reverse("member-visit-undone", args=[uuid])
        messages.success(request, _("%s was here today.") % member, extra_tags=undo)
    else:
        messages.info(request, _("That %s was here today is written down already.") % member)
    return redirect("member", uuid=uuid)


@access.does("work.change")
def visit_undone(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """POST: the member was not here today after all."""
    member = _member(uuid)
    if talking.unsee(member, access.person(request), clock.now()):
        messages.success(request, _("Taken back: %s was not here today.") % member)
    else:
        messages.info(request, _("Nobody wrote down today that %s was here.") % member)
    return redirect("member", uuid=uuid)


@access.does("members.change")
def address(request: HttpRequest, uuid: uuids.UUID) -> HttpResponse:
    """POST `email` and `phone`, either may be empty: how the member is reached from now on."""
    member, now = _member(uuid), clock.now()
    said = {name: request.POST.get(name, "").strip() for name in ("email", "phone")}
    new = {name: text for name, text in said.items() if text != getattr(member, name)}
    if "email" in new and new["email"] and not _is_address(new["email"]):
        messages.error(request, _("This is not an e-mail address: write it as name@example.com."))
    elif new:
        with transaction.atomic():
            updating.update(member, new, now, f"staff:{uuids.uuid4()}", now)
            audit.record(
                access.person(request), "member.changed", member, now, member=member.uuid, fields=sorted(new)
            )
        messages.success(request, _("Saved. Letters go to the new address from now on."))
    return redirect("member", uuid=uuid)


def _is_address(text: str) -> bool:
    try:
        mime.address(text)
    except mime.Unmailable:
        return False
    return len(text) <= 254


def _member(uuid: uuids.UUID) -> Member:
    return get_object_or_404(Member, uuid=uuid, erased_at=None)


def _mark(request: HttpRequest) -> uuids.UUID:
    try:
        return uuids.UUID(request.POST.get("mark", ""))
    except ValueError:
        return uuids.uuid4()


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
