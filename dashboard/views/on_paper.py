"""Members without e-mail: a letter to a group on paper, and the list of whom to hand it to."""

import csv
import re
import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from dashboard import access
from intake.importing.escaping import escaped
from mail import audiences, group_letters, previewing, reach, rendering
from mail.models import Mailing
from members.models import Member
from office import audit, clock, roles

MOST = 1000  # letters on one page to print
PLACES = re.compile(r"address|adresse|street|gade|vej|post|zip|city|town|^by$", re.IGNORECASE)


@access.shows("group_letters.change")
def letters(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """A page to print: the list of names and phones, then the letter as each of them reads it."""
    mailing = _mailing(uuid)
    people = list(_without(mailing)[:MOST])
    about = {
        "letter": mailing,
        "people": _sheets(mailing, people),
        "may_export": roles.may(request.user, "lists.export"),
    }
    return render(request, "dashboard/letter_to_group_paper.html", about)


@access.shows("lists.export")
def export(request: HttpRequest, uuid: uuid.UUID) -> HttpResponse:
    """The same list as CSV; written into the log of changes. For owners and editors."""
    mailing, now = _mailing(uuid), clock.now()
    people = list(_without(mailing))
    audit.record(access.person(request), "members.exported", mailing.subject, now, count=len(people))
    name = f"letter-on-paper-{now:%Y-%m-%d}.csv"
    answer = HttpResponse("\N{BYTE ORDER MARK}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(answer)
    writer.writerow([_("Number"), _("First name"), _("Last name"), _("Phone"), _("Address"), _("Plan")])
    for member in people:
        row = (
            member.number,
            member.first_name,
            member.last_name,
            member.phone,
            _address(member),
            member.plan or "",
        )
        writer.writerow([escaped(str(cell)) for cell in row])
    return answer


def _without(mailing: Mailing) -> QuerySet[Member]:
    """Who is on the list: before it leaves those it would be, afterwards those it was."""
    if mailing.state in (Mailing.State.DRAFT, Mailing.State.PLANNED):
        now = clock.now()
        group = audiences.people(mailing.people, now)
        found = reach.foresee(group, mailing.topic, now, reach.PAPER, most=MOST)
        people = Member.objects.filter(pk__in=found.asked)
    else:
        kept = mailing.messages.filter(reason__in=("on_paper", "no_address"), member__erased_at=None)
        people = Member.objects.filter(pk__in=kept.values("member"))
    return people.select_related("plan", "guardian").order_by("last_name", "first_name", "pk")


def _sheets(mailing: Mailing, people: list[Member]) -> list[dict[str, Any]]:
    """Each of them with what is known of where they live, and the letter's text where it can be written."""
    try:
        version = mailing.letter_version or group_letters.version(mailing, clock.now())
        said = previewing.on_paper(version, people)
    except (group_letters.MailingErrors, rendering.RenderError):
        said = {}
    return [
        {"member": member, "address": _address(member), "letter": said.get(member.pk)} for member in people
    ]


def _address(member: Member) -> str:
    """Where somebody lives, as far as a list that was taken in told it: it is kept in fields of the house's own."""
    told = [str(value) for name, value in member.own_fields.items() if value and PLACES.search(name)]
    return ", ".join(told)


def _mailing(key: uuid.UUID) -> Mailing:
    return get_object_or_404(
        Mailing.objects.select_related("letter_version__sender__picture", "sender"), uuid=key
    )
