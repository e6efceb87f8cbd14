"""The first steps in an empty house, which of them are done, and the welcome they lead to."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from flows.models import Flow
from mail import accounts
from mail.models import Sender
from mail.models.message import Purpose
from members.models import StageRule
from office.models import House
from relationship import made_up


@dataclass(frozen=True)
class Step:
    """One thing to do before the first letter leaves."""

    title: str
    text: str
    url: str
    is_done: bool


@dataclass(frozen=True)
class Welcome:
    """The flow that greets whoever joins: its first letter's step, and the person whose name stands under it."""

    flow: Flow
    uid: str
    letter: dict[str, Any]
    sender: Sender | None

    @property
    def is_on(self) -> bool:
        """Whether members get it."""
        return self.flow.current_id is not None and self.flow.is_live


def about() -> dict[str, Any]:
    """What the page of the first steps shows."""
    return {"steps": steps(), "afterwards": afterwards()}


def left() -> list[Step]:
    """What of the start list is still to be done, once members are here; a constant number of queries."""
    return [step for step in steps() if not step.is_done]


def steps() -> list[Step]:
    """The start list, in order; a constant number of queries."""
    accounts.refresh()
    house, greeting = House.current(), welcome()
    return [
        Step(
            _("Your trade"),
            _("What a house like yours begins with: stages, quiet hours, and flows to read."),
            reverse("trades"),
            StageRule.objects.exists(),
        ),
        Step(
            _("Your name and look"),
            _("What stands under every letter: name, postal address, logo and colours."),
            reverse("brand"),
            bool(house.pk and house.postal_address),
        ),
        Step(
            _("A face"),
            _("Who writes to the members: you, with a picture, a phone number and what you do here."),
            reverse("start-face"),
            any(not missing(row) for row in Sender.objects.exclude(made_up.IS_MADE_UP)),
        ),
        Step(
            _("A mailbox"),
            _("Where letters leave from. Until then they stay here, readable, and go to nobody."),
            reverse("mailbox" if accounts.is_from_environment() else "mail-account"),
            settings.MAIL_TRANSPORT["kind"] != "kept",
        ),
        Step(
            _("The first letter"),
            _("The welcome in your own inbox. Then switch it on: everybody who joins gets it at once."),
            reverse("start-letter"),
            bool(greeting and greeting.is_on),
        ),
    ]


def afterwards() -> list[Step]:
    """What comes next, in any order."""
    return [
        Step(_("Take in your list"), _("Nobody gets a letter because of it."), reverse("imports"), False),
        Step(
            _("A page for joining"),
            _("A link, a code to print, a line for your site."),
            reverse("join-pages"),
            False,
        ),
        Step(
            _("Add somebody by hand"),
            _("Four fields; the welcome leaves at once."),
            reverse("member-new"),
            False,
        ),
    ]


def welcome() -> Welcome | None:
    """The flow that begins when somebody joins and has a letter to send; the one called “welcome” first."""
    flows = [flow for flow in Flow.objects.select_related("current") if _greets(flow.draft)]
    flows.sort(key=lambda flow: (flow.slug != "welcome", flow.pk))
    for flow in flows:
        letters = {letter["slug"]: letter for letter in flow.draft.get("letters", [])}
        for step in flow.draft.get("steps", []):
            if step.get("kind") == "send" and (letter := letters.get(step.get("letter"))):
                sender = Sender.objects.select_related("picture").filter(slug=letter.get("sender")).first()
                return Welcome(flow, str(step["uid"]), letter, sender)
    return None


def receipt() -> Flow | None:
    """The ready flow that says to whoever leaves that it was noted, while nobody has published it."""
    for flow in Flow.objects.filter(current=None).order_by("pk"):
        begins = flow.draft.get("trigger")
        is_told = isinstance(begins, dict) and begins.get("event") == "subscription.cancelled"
        if is_told and flow.draft.get("purpose") == Purpose.TRANSACTIONAL:
            return flow
    return None


def missing(sender: Sender) -> list[str]:
    """What a person lacks before their letters may go to members, in words."""
    lacks = (
        (_("a picture"), sender.picture_id),
        (_("a role"), sender.role),
        (_("a phone number"), sender.phone),
    )
    return [name for name, has in lacks if not has]


def _greets(draft: dict[str, Any]) -> bool:
    trigger = draft.get("trigger")
    return isinstance(trigger, dict) and trigger.get("event") == "member.signed_up"
