"""What other systems brought; what was set aside can be tried again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import access, attempts, chips, paging
from dashboard.questions import arrivals as brought
from intake.models import Delivery
from members.models import Event
from office import clock

LATEST = ("-received_at", "-id")
EVENTS_SHOWN = 50


@access.reads
def arrivals(request: HttpRequest) -> HttpResponse:
    """Arrivals by what became of them, latest first."""
    show = request.GET.get("show", "")
    kinds = brought.kinds()
    choices: list[tuple[str, str, int | None]] = [("", _("All"), sum(kind.number for kind in kinds))]
    choices += [(kind.word, kind.name, kind.number) for kind in kinds]
    page = paging.page(brought.deliveries(show), LATEST, request.GET.get("after", ""))
    about = {
        "page": page,
        "kinds": chips.of(request, "show", choices, show, keep=("show",)),
        "show": show,
        "events": brought.events_set_aside()[:EVENTS_SHOWN] if show in ("", "set-aside") else [],
        "has_set_aside": any(kind.number for kind in kinds if kind.word == "set-aside"),
        "first": chips.address(request, keep=("show",)),
        "more": chips.address(request, keep=("show",), after=page.after),
    }
    return render(request, "dashboard/arrivals.html", about)


@access.reads
def arrival(request: HttpRequest, pk: int) -> HttpResponse:
    """One arrival: what was sent, and what became of it."""
    delivery = get_object_or_404(Delivery.objects.select_related("endpoint"), pk=pk)
    return render(request, "dashboard/arrival.html", {"delivery": delivery, "body": brought.body(delivery)})


@access.changes
def arrival_attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: tries one arrival again."""
    delivery = get_object_or_404(Delivery, pk=pk)
    attempts.arrival(delivery, request.user, clock.now())
    messages.success(request, _("It is tried again in a moment."))
    return redirect("arrival", pk=pk)


@access.changes
def attempts_for_all(request: HttpRequest) -> HttpResponse:
    """POST: tries everything again that is set aside."""
    number = attempts.all_set_aside(request.user, clock.now())
    messages.success(
        request,
        ngettext("%d is tried again in a moment.", "%d are tried again in a moment.", number) % number,
    )
    return redirect("arrivals")


@access.changes
def event_attempt(request: HttpRequest, pk: int) -> HttpResponse:
    """POST: takes up again what happened to a member and could not be answered."""
    event = get_object_or_404(Event.objects.select_related("member"), pk=pk, parked_at__isnull=False)
    attempts.event(event, request.user, clock.now())
    messages.success(request, _("It is tried again in a moment."))
    return redirect("arrivals")
