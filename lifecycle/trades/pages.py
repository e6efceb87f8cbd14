"""Settings → Your trade: what each trade begins with, what choosing it would change here, and choosing it."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dashboard import access
from lifecycle import trades
from lifecycle.trades import packs
from mail import wording
from members import needs
from members.models import Member
from members.models.member import Stage
from office import clock
from office.models import AuditEntry

NAMES = {
    "club": gettext_lazy("A club or society"),
    "newspaper": gettext_lazy("A newspaper"),
    "gym": gettext_lazy("A gym"),
    "saas": gettext_lazy("Software by subscription"),
}
TEXTS = {
    "club": gettext_lazy(
        "Yearly fee, evenings and seasons. The first evening somebody comes is what counts."
    ),
    "newspaper": gettext_lazy("Monthly, read or not read. A second morning within a week is what counts."),
    "gym": gettext_lazy("Monthly, visits at the door. The second visit is what counts."),
    "saas": gettext_lazy(
        "A trial of two weeks, then monthly. One job done, and back on another day, is what counts."
    ),
}


@dataclass(frozen=True)
class Trade:
    """One trade as the page shows it: what it is called, for whom it is, and its flows by name."""

    slug: str
    name: str
    text: str
    flows: list[str]


@access.shows("house.change")
def all_trades(request: HttpRequest) -> HttpResponse:
    """The trades there are, and the one chosen last."""
    last = AuditEntry.objects.filter(deed="trade.chosen").order_by("-pk").first()
    chosen = last.subject if last else ""
    return render(request, "lifecycle/trades.html", {"trades": list(map(_trade, NAMES)), "chosen": chosen})


@access.asks("house.change")
def trade(request: HttpRequest, slug: str) -> HttpResponse:
    """Says what choosing this trade would change here now; POST chooses it."""
    if slug not in NAMES:
        raise Http404
    if request.method == "POST":
        done = trades.choose(slug, clock.now(), access.person(request))
        messages.success(request, _said(done))
        return redirect("flows" if Member.objects.exists() else "home")
    outlook = _outlook(slug)
    about = {
        "trade": _trade(slug),
        "outlook": outlook,
        "stages": [str(Stage(name).label) for name in outlook.rules],
        "first_value": needs.sentence(trades.first_value_of(slug)),
    }
    return render(request, "lifecycle/trade.html", about)


def _outlook(slug: str) -> trades.Done:
    """What choosing would do: it is done, read, and taken back."""
    with transaction.atomic():
        done = trades.choose(slug, clock.now())
        transaction.set_rollback(True)
    return done


def _trade(slug: str) -> Trade:
    language = wording.base(get_language() or packs.WRITTEN_IN)
    named = [str(one["name"]) for one in packs.flows(slug, language)]
    return Trade(slug, str(NAMES[slug]), str(TEXTS[slug]), named)


def _said(done: trades.Done) -> str:
    if done.pack.flows:
        return _(
            "%(number)s flows lie ready. Read their letters, put your own people in, and publish one by one."
        ) % {"number": len(done.pack.flows)}
    return _("The rules of this trade hold now.")
