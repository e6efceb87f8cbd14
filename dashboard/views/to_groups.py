"""Letters to one group: all of them, and the page on which one is written."""

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard import access, chips, paging, tabs
from dashboard.to_groups import form
from dashboard.views import groups_letter
from mail import audiences, group_letters, mailings
from mail.models import Mailing
from office import clock, roles

WRITE = "group_letters.change"
DEEDS = ("check", "save")
NEWEST = ("-created_at", "-id")


@access.reads
def all_letters(request: HttpRequest) -> HttpResponse:
    """Every letter to a group, drafts among them, newest first."""
    page = paging.page(Mailing.objects.select_related("sender"), NEWEST, request.GET.get("after", ""))
    names = {word: audiences.name(word) for word in {row.people for row in page.rows}}
    about = {
        "page": page,
        "rows": [(row, names[row.people]) for row in page.rows],
        "tabs": tabs.of_letters("letters-to-groups"),
        "first": request.path,
        "more": chips.address(request, keep=(), after=page.after),
        "may_write": roles.may(request.user, WRITE),
    }
    return render(request, "dashboard/letters_to_groups.html", about)


@access.asks(WRITE)
def new(request: HttpRequest) -> HttpResponse:
    """A letter that is begun; `?to=` names the group."""
    if request.method == "POST":
        return _keep(request, Mailing())
    begun = form.begun(request.GET.get("to", ""), access.person(request))
    return _form(request, form.shown(begun))


@access.edits(WRITE)
def letter(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A draft, to be written on; or what became of it."""
    found = get_object_or_404(Mailing.objects.select_related("sender", "sent_by"), uuid=uuid)
    if found.state != Mailing.State.DRAFT:
        return groups_letter.show(request, found)
    if request.method == "POST":
        return _keep(request, found)
    if not roles.may(request.user, WRITE):
        return redirect("letter-to-group-check", uuid=uuid)
    return _form(request, form.shown(found))


def _keep(request: HttpRequest, mailing: Mailing) -> HttpResponse:
    """POST: `save` and `check` keep the draft whatever it lacks, and `check` goes on where nothing is missing.

    Any other `do` changes the blocks on the page alone.
    """
    said, now, deed = form.read(mailing, request), clock.now(), request.POST.get("do", "")
    if deed not in DEEDS:
        return _form(request, form.Form(mailing, said.text))
    try:
        mailings.save(mailing, now, access.person(request))
    except mailings.Moved as error:
        messages.error(request, str(error))
        return redirect("letter-to-group", uuid=mailing.uuid)
    errors: Mapping[str, list[str]] = said.errors
    if not errors and deed == "save":
        messages.success(request, _("The draft is kept."))
        return redirect("letter-to-group", uuid=mailing.uuid)
    if not errors:
        try:
            group_letters.version(mailing, now)
        except group_letters.MailingErrors as error:
            errors = error.errors
    if errors:
        return _form(request, form.Form(mailing, said.text, errors))
    return redirect("letter-to-group-check", uuid=mailing.uuid)


def _form(request: HttpRequest, said: form.Form) -> HttpResponse:
    about = {
        "form": said,
        "letter": said.mailing,
        "text": said.text,
        "errors": said.errors,
        "may_edit": True,
        **said.menus(),
    }
    return render(request, "dashboard/letter_to_group.html", about)
