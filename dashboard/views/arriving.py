"""Whether letters arrive, what stands in the way, and what the domain has to say so that they do."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from dashboard import access
from dashboard.questions import arriving as counted
from dashboard.words import domain, records
from mail import accounts, provider_hooks
from mail.models import Report
from office import clock

WIDE = 300  # units of a drawing
FULL = 1.5  # the drawing ends at so many times the worse line


@dataclass(frozen=True)
class Drawn:
    """A gauge as it is shown: words, and where its bar and its two lines stand."""

    title: str
    said: str
    verdict: str
    tone: str
    bar: int
    good: int
    bad: int
    good_text: str
    bad_text: str


@access.reads
def letters(request: HttpRequest) -> HttpResponse:
    """Complaints and bounces, addresses lost, what providers report, and the entries of the domain."""
    accounts.refresh()
    now, way = clock.now(), settings.MAIL_TRANSPORT
    complaints, bounces = counted.gauges(now)
    provider = records.provider(way)
    last, aside = counted.reports()
    wanted = records.of(settings.MAIL_DOMAIN, settings.MAIL_ADDRESS, way)
    selector = request.GET.get("selector", "").strip()
    looked = domain.verdicts(settings.MAIL_DOMAIN, wanted[0].value, selector) if "look" in request.GET else []
    about: dict[str, Any] = {
        "gauges": [
            _drawn(_("Reported as unwanted"), complaints),
            _drawn(_("Came back for good"), bounces),
        ],
        "letters": complaints.letters,
        "weeks": counted.weeks(now),
        "records": [(record, looked[place] if looked else None) for place, record in enumerate(wanted)],
        "selector": selector,
        "domain": settings.MAIL_DOMAIN,
        "provider": provider,
        "door": f"{settings.BASE_URL}/mail/events/{provider}/" if provider else "",
        "is_guarded": bool(provider) and provider_hooks.is_guarded(provider),
        "last": last,
        "aside": aside,
        "aside_url": _reports(Report.Status.PARKED) if access.person(request).is_staff else "",
    }
    return render(request, "dashboard/arriving.html", about)


def _reports(status: Report.Status) -> str:
    return f"{reverse('admin:mail_report_changelist')}?status__exact={status.value}"


def _drawn(title: str, gauge: counted.Gauge) -> Drawn:
    end = gauge.bad * FULL
    place = {share: round(min(share, end) / end * WIDE) for share in (gauge.share, gauge.good, gauge.bad)}
    said = _("%(number)s of %(letters)s letters: %(share)s")
    named = {"number": gauge.number, "letters": gauge.letters, "share": _percent(gauge.share)}
    texts = _percent(gauge.good), _percent(gauge.bad)
    tone = gauge.level if gauge.level != "good" else ""
    return Drawn(
        title, said % named, _verdict(gauge), tone, max(place[gauge.share], 2 if gauge.number else 0),
        place[gauge.good], place[gauge.bad], *texts,
    )  # fmt: skip


def _verdict(gauge: counted.Gauge) -> str:
    good, bad = _percent(gauge.good), _percent(gauge.bad)
    return {
        "": _("Too few letters left to say: %s are needed.") % intcomma(counted.FEW),
        "good": _("Good: below %s.") % good,
        "warn": _("Above %(good)s. From %(bad)s on mail servers put letters aside.")
        % {"good": good, "bad": bad},
        "danger": _("Above %s. Mail servers put letters aside. Write less, and only to those who read.")
        % bad,
    }[gauge.level]


def _percent(share: float) -> str:
    return _("%s %%") % formats.number_format(share * 100, 2 if share and share < 0.01 else 1)
