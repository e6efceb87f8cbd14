"""The first steps in an empty house, and which of them are done."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from flows.models import Flow
from intake.models import Endpoint
from mail.models import Sender
from members.models import Member, StageRule


@dataclass(frozen=True)
class Step:
    """One thing to do before the first letter leaves."""

    title: str
    text: str
    url: str
    is_done: bool


def steps() -> list[Step]:
    """The start list, in order."""
    return [
        Step(
            _("Your trade"),
            _("What a house like yours begins with: stages, quiet hours, and flows to read."),
            reverse("trades"),
            StageRule.objects.exists(),
        ),
        Step(
            _("Your list"),
            _("The members you have, from a spreadsheet: nobody gets a letter because of it."),
            reverse("imports"),
            Member.objects.exists(),
        ),
        Step(
            _("A face"),
            _("Who writes to the members: a name, a picture, a phone number."),
            reverse("senders"),
            Sender.objects.exclude(picture=None).exists(),
        ),
        Step(
            _("A mailbox"),
            _("Where letters leave from. Until then they stay here, readable, and go to nobody."),
            reverse("mailbox"),
            settings.MAIL_TRANSPORT["kind"] != "kept",
        ),
        Step(
            _("The first letters"),
            _("The welcome that everybody who joins gets at once."),
            reverse("flows"),
            Flow.objects.filter(current__isnull=False).exists(),
        ),
        Step(
            _("Those who join"),
            _("Connect the system where people join: it tells us who they are."),
            "/api/docs/",
            Endpoint.objects.exists(),
        ),
    ]
