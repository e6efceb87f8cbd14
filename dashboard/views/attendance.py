"""Who is here: a list for the phone at the door, ticked name by name, also on a bad network."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from dashboard import access, tabs
from intake.attending import cards, marking, occasions, regulars
from intake.models import Occasion
from members.models import Member
from office import clock, roles

DEED = "attendance.change"
MOST_TAPS = 2**62


@access.edits(DEED)
def lists(request: HttpRequest) -> HttpResponse:
    """The lists so far, and where one is opened. POST `name`, `on`, `word`: opens it, or goes to the one there is."""
    now = clock.now()
    if request.method == "POST":
        try:
            occasion = _open(request, now)
        except occasions.NotOpened as error:
            messages.error(request, str(error))
            return redirect("attendance")
        return redirect("attendance-list", uuid=occasion.uuid)
    about = {
        "lists": Occasion.objects.with_numbers()[: occasions.SHOWN],
        "names": occasions.names(),
        "today": occasions.today(now),
        "tabs": tabs.of_register("attendance"),
        "may_tick": roles.may(request.user, DEED),
    }
    return render(request, "dashboard/attendance.html", about)


@access.edits(DEED)
def one(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """One list. POST (without scripts) `here`, `was`: member ids ticked now, and ticked when the page was made."""
    occasion = get_object_or_404(Occasion, uuid=uuid)
    if request.method == "POST":
        _save(request, occasion)
        return redirect("attendance-list", uuid=uuid)
    search = request.GET.get("q", "").strip()[:100]
    about = {
        "occasion": occasion,
        "word": occasions.word(occasion.usage),
        "members": regulars.offered(occasion, search),
        "here": marking.here(occasion),
        "search": search,
        "may_tick": roles.may(request.user, DEED),
        "may_add": roles.may(request.user, "imports.change"),
    }
    page = "dashboard/attendance_list.html"
    return render(request, f"{page}#rows" if "rows" in request.GET else page, about)


@access.does(DEED)
def presence(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """POST `member` (id) or `card` (token), `here` (yes or no), `device`, `tap`: answers who it was and how many are
    here. The same again changes nothing; 404 for a card or an id of nobody."""
    occasion = get_object_or_404(Occasion, uuid=uuid)
    member = _named(request)
    if member is None:
        return JsonResponse({"error": _("This card is not known here.")}, status=404)
    is_here, tap = request.POST.get("here") == "yes", _tap(request)
    row = marking.mark(occasion, member, access.person(request), clock.now(), is_here=is_here, tap=tap)
    about = {"uuid": str(member.uuid), "name": member.name, "number": member.number}
    return JsonResponse({"here": len(marking.here(occasion)), "is_here": row.is_here, "member": about})


def _open(request: HttpRequest, now: dt.datetime) -> Occasion:
    try:
        on = dt.date.fromisoformat(request.POST.get("on", "") or occasions.today(now).isoformat())
    except ValueError as error:
        raise occasions.NotOpened(_("Write the day like 2026-03-02.")) from error
    name, word = request.POST.get("name", ""), request.POST.get("word", "")
    return occasions.open_list(name, on, word, access.person(request), now)


def _save(request: HttpRequest, occasion: Occasion) -> None:
    """Only what was changed on this page: somebody else may have ticked others meanwhile."""
    here, was = set(request.POST.getlist("here")), set(request.POST.getlist("was"))
    changed = [word for word in here ^ was if _uuid(word)]
    now, user = clock.now(), access.person(request)
    for member in Member.objects.filter(uuid__in=changed, erased_at=None).order_by("pk"):
        marking.mark(occasion, member, user, now, is_here=str(member.uuid) in here)
    messages.success(request, _("Saved."))


def _named(request: HttpRequest) -> Member | None:
    if token := request.POST.get("card", ""):
        return cards.holder(token)
    who = _uuid(request.POST.get("member", ""))
    return Member.objects.filter(uuid=who, erased_at=None).first() if who else None


def _tap(request: HttpRequest) -> marking.Tap:
    number, device = request.POST.get("tap", ""), request.POST.get("device", "").replace("\0", "")[:40]
    is_number = number.isascii() and number.isdigit() and int(number[:20]) < MOST_TAPS
    return marking.Tap(device, int(number)) if device and is_number else marking.Tap()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
