"""Letters of which nobody knows whether they arrived: what is known, and what somebody here found out."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access, chips, paging, tabs
from dashboard.questions import unknown
from flows import reconciling
from office import clock, roles

SETTLE = "letters.settle"
LATEST = ("-unknown_at", "-id")
MOST = 100  # letters in one go; a page has 50


@access.edits(SETTLE)
def all_unknown(request: HttpRequest) -> HttpResponse:
    """The letters. POST `letter` (many, or `only` one) with `do`: `arrived`; `again`, which asks; `again_yes`."""
    if request.method != "POST" or request.POST.get("do") not in DEEDS:
        return _page(request)
    chosen = _chosen(request)
    if not chosen:
        return _page(request, _("Tick the letters first."))
    return DEEDS[request.POST["do"]](request, chosen)


def _page(request: HttpRequest, problem: str = "") -> HttpResponse:
    page = paging.page(unknown.letters(), LATEST, request.GET.get("after", ""))
    about = {
        "page": page,
        "cards": unknown.cards(page.rows, clock.now()),
        "tabs": tabs.of_letters("letters-unknown"),
        "may_settle": roles.may(request.user, SETTLE),
        "problem": problem,
        "ticked": request.POST.getlist("letter"),
        "first": request.path,
        "more": chips.address(request, keep=(), after=page.after),
    }
    return render(request, "dashboard/unknown.html", about)


def _arrived(request: HttpRequest, chosen: dict[uuid.UUID, int]) -> HttpResponse:
    number = reconciling.arrived(chosen, access.person(request), clock.now())
    said = ngettext("%d letter counts as arrived.", "%d letters count as arrived.", number)
    return _done(request, said, number, len(chosen))


def _ask(request: HttpRequest, chosen: dict[uuid.UUID, int]) -> HttpResponse:
    rows = list(unknown.letters().filter(uuid__in=chosen).order_by("pk"))
    seconds = unknown.seconds(rows, clock.now())
    about = {"seconds": seconds, "going": [one for one in seconds if one.leaves]}
    return render(request, "dashboard/unknown_again.html", about)


def _again(request: HttpRequest, chosen: dict[uuid.UUID, int]) -> HttpResponse:
    number = reconciling.send_again(chosen, access.person(request), clock.now())
    said = ngettext("%d letter is sent once more.", "%d letters are sent once more.", number)
    return _done(request, said, number, len(chosen))


DEEDS = {"arrived": _arrived, "again": _ask, "again_yes": _again}


def _done(request: HttpRequest, said: str, number: int, asked: int) -> HttpResponse:
    if number:
        messages.success(request, said % number)
    if asked > number:
        rest = ngettext(
            "%d letter was decided about meanwhile; nothing was done with it.",
            "%d letters were decided about meanwhile; nothing was done with them.",
            asked - number,
        )
        messages.info(request, rest % (asked - number))
    return redirect("letters-unknown")


def _chosen(request: HttpRequest) -> dict[uuid.UUID, int]:
    """The letters of the request, each with how often it had been handed over when its page was made."""
    named = [request.POST["only"]] if request.POST.get("only") else request.POST.getlist("letter")
    found = {}
    for text in named[:MOST]:
        tries = request.POST.get(f"tries-{text}", "")
        try:
            found[uuid.UUID(text)] = int(tries) if tries.isascii() and tries.isdigit() else -1
        except ValueError:
            continue
    return found
