"""Settings: the way to each of their pages, with a sentence on what it is for."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard import access
from office import roles
from office.models import User


@dataclass(frozen=True)
class Entry:
    """One page of the settings."""

    name: str
    text: str
    url: str


@access.reads
def settings(request: HttpRequest) -> HttpResponse:
    """What this person may open of the settings."""
    return render(request, "dashboard/settings.html", {"entries": _entries(access.person(request))})


def _entries(user: User) -> list[Entry]:
    entries = [*_of_letters(), *_of_the_house()]
    if roles.may(user, "brand.change"):
        text = _("Colours, font, logo, your name and address, with a letter to see them on.")
        entries.insert(2, Entry(_("How letters look"), text, reverse("brand")))
    if roles.may(user, "house.change"):
        text = _("What a club, a newspaper, a gym or a software business begins with.")
        entries.insert(0, Entry(_("Your trade"), text, reverse("trades")))
    if roles.may(user, "status.read"):
        text = _("Whether the clock runs, letters leave, and how old the last backup is.")
        entries.append(Entry(_("Status"), text, reverse("status")))
    if roles.may(user, "changes.read"):
        text = _("Who did what here, and when: nothing in it can be changed.")
        entries.append(Entry(_("Changes by staff"), text, reverse("changes")))
    if user.is_staff:
        entries += _of_value()
        text = _("Letters, flows, faces, plans, and who may sign in.")
        entries.append(Entry(_("Editors’ desk"), text, reverse("admin:index")))
    return entries


def _of_letters() -> list[Entry]:
    return [
        Entry(
            _("Stages"),
            _("When members come up a stage, when they fall back, and who would move now."),
            reverse("stage-rules"),
        ),
        Entry(
            _("Sending rules"),
            _("Quiet hours, days kept free, how many letters and asks a member gets, and who goes first."),
            reverse("sending-rules"),
        ),
        Entry(
            _("Pictures"),
            _("What letters can show, and where each picture is used."),
            reverse("pictures"),
        ),
        Entry(
            _("Mailbox"),
            _("What letters leave through, how many it may send, and a letter to yourself to try it."),
            reverse("mailbox"),
        ),
        Entry(
            _("Do letters arrive?"),
            _("What came back or was unwanted, and what your domain has to say so that letters are shown."),
            reverse("letters-arriving"),
        ),
        Entry(
            _("People who write"),
            _("Names, faces and addresses under letters, until when, and who takes somebody’s place."),
            reverse("senders"),
        ),
        Entry(
            _("Stopped addresses"),
            _("Addresses that get no letters: those that do not exist, and people who want none."),
            reverse("stopped-addresses"),
        ),
    ]


def _of_value() -> list[Entry]:
    held = _("What a membership holds, what shows that somebody used it, and what each use is worth.")
    coming = _("Evenings, classes and releases that letters can name, until they begin.")
    return [
        Entry(_("Benefits"), held, reverse("admin:value_benefit_changelist")),
        Entry(_("What is coming"), coming, reverse("admin:value_upcoming_changelist")),
    ]


def _of_the_house() -> list[Entry]:
    noticed = _("What needs a look, what did, and what is usual in each flow.")
    letter = _("Whom to call, what was done, what leaves: one page for every owner.")
    kept = _("How long you keep what you know of those who left.")
    signing = _("A code from your phone besides the password.")
    begun = _("What a new house does first, step by step, and what of it is done.")
    return [
        Entry(_("What was noticed"), noticed, reverse("alarms")),
        Entry(_("Monday letter"), letter, reverse("monday")),
        Entry(_("Former members"), kept, reverse("retention")),
        Entry(_("First steps"), begun, reverse("start")),
        Entry(_("Signing in"), signing, reverse("signing-in")),
    ]
