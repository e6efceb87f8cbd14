"""Addresses that get no letters: why, who may have letters again, and lists that come and go."""

from typing import Any, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from api import errors
from dashboard import access, chips, paging
from dashboard.questions import stopped as stops
from mail import mime, suppression_lists, suppressions
from mail.models import Suppression
from office import audit, clock, roles

LATEST = ("-at", "-id")
KEEP = ("q", "show")
REFUSED_SHOWN = 20
PAGE = "dashboard/stopped.html"


@access.edits("suppressions.change")
def addresses(request: HttpRequest) -> HttpResponse:
    """The stopped addresses; POST `address` stops another one."""
    return _stop(request) if request.method == "POST" else _page(request)


@access.does("suppressions.change")
def lists(request: HttpRequest) -> HttpResponse:
    """POST `file`: takes in a list of addresses, and says of each line that was not taken why."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        return _page(request, {"file": _("Choose a file first.")})
    raw = file.read(suppression_lists.BYTES + 1)
    try:
        outcome = suppression_lists.take(raw, str(file.name)[:120], access.person(request), clock.now())
    except errors.Refused as refused:
        return _page(request, dict(refused.errors))
    taken = ngettext("%d address is newly stopped.", "%d addresses are newly stopped.", outcome.created)
    messages.success(request, taken % outcome.created + " " + _("Known already: %d.") % outcome.known)
    if not outcome.refused:
        return redirect("stopped-addresses")
    return _page(request, refused=outcome.refused)


@access.asks("suppressions.delete")
def lifting(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks before letters go to an address again; POST `why` does it, and both are written down."""
    line = get_object_or_404(Suppression.objects.exclude(reason=Suppression.Reason.REFUSED), pk=pk)
    why = request.POST.get("why", "").strip()
    if request.method == "POST" and why:
        suppressions.lift(line, why, access.person(request), clock.now())
        messages.success(request, _("Letters go to %(address)s again.") % {"address": line})
        return redirect("stopped-addresses")
    wrong = [_("Write why, so that others understand it later.")] if request.method == "POST" else []
    return render(request, "dashboard/stopped_lifting.html", {"line": line, "errors": wrong})


@access.shows("suppressions.export")
def export(request: HttpRequest) -> HttpResponse:
    """All stopped addresses as CSV; written into the log of changes. For owners."""
    now = clock.now()
    number = Suppression.objects.count()
    audit.record(access.person(request), "suppressions.exported", _("all of them"), now, count=number)
    headers = {"Content-Disposition": f'attachment; filename="stopped-addresses-{now:%Y-%m-%d}.csv"'}
    found = StreamingHttpResponse(stops.written(), content_type="text/csv; charset=utf-8", headers=headers)
    return cast(HttpResponse, found)


def _stop(request: HttpRequest) -> HttpResponse:
    address, now = request.POST.get("address", "").strip()[:254], clock.now()
    try:
        mime.address(address)
    except mime.Unmailable:
        wrong = {"address": _("This is not an e-mail address: write it as name@example.com.")}
        return _page(request, wrong)
    if suppressions.suppressed([address]):
        messages.info(request, _("%(address)s got no letters already.") % {"address": address})
    else:
        with transaction.atomic():
            suppressions.suppress(address, Suppression.Reason.MANUAL, now)
            audit.record(access.person(request), "suppression.added", address, now)
        messages.success(request, _("%(address)s gets no more letters.") % {"address": address})
    return redirect("stopped-addresses")


def _page(
    request: HttpRequest, wrong: dict[str, str] | None = None, refused: list[tuple[int, str]] | None = None
) -> HttpResponse:
    search, show = request.GET.get("q", "").strip()[:254], request.GET.get("show", "")
    page = paging.page(stops.lines(show, search), LATEST, request.GET.get("after", ""))
    numbers = stops.numbers()
    choices: list[tuple[str, str, int | None]] = [("", _("All"), sum(number for *_names, number in numbers))]
    about: dict[str, Any] = {
        "page": page,
        "kinds": chips.of(request, "show", [*choices, *numbers], show, keep=KEEP),
        "search": search,
        "wrong": {name: [text] for name, text in (wrong or {}).items()},
        "typed": request.POST.get("address", ""),
        "refused": (refused or [])[:REFUSED_SHOWN],
        "more_refused": max(0, len(refused or []) - REFUSED_SHOWN),
        "may_stop": roles.may(request.user, "suppressions.change"),
        "may_lift": roles.may(request.user, "suppressions.delete"),
        "may_export": roles.may(request.user, "suppressions.export"),
        "first": chips.address(request, keep=KEEP),
        "more": chips.address(request, keep=KEEP, after=page.after),
    }
    return render(request, PAGE, about)
