"""A letter to a group as somebody writes it: words in brackets for what differs from member to member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from flows.editing import field_labels, plain_text
from mail import audiences, topics
from mail.models import Mailing, Sender
from office.models import House, User

NEWS = "news"
FIELDS = ("member.first_name", "member.name", "member.number", "plan.name", "sender.first_name")
LONGEST = {"subject": 400, "body": 40_000}


@dataclass
class Form:
    """What is shown in each field; `errors` by field."""

    mailing: Mailing
    subject: str
    body: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    def menus(self) -> dict[str, Any]:
        """What can be chosen."""
        return {
            "groups": audiences.choices(),
            "senders": Sender.objects.all(),
            "topics": [(slug, topics.words(slug)) for slug in topics.known() if slug != "membership"],
            "fields": [field_labels.label(path) for path in FIELDS],
        }


def begun(people: str, user: User) -> Mailing:
    """A new letter, to this group if there is one: with a greeting, and by whoever writes it if they are a sender."""
    with translation.override(House.current().language):
        greeting = _("Hello")
        friend = _("friend")
    own = Sender.objects.filter(email__iexact=user.email).first() if user.email else None
    senders = list(Sender.objects.all()[:2])
    return Mailing(
        people=people if audiences.is_known(people) else "",
        topic=NEWS,
        sender=own or (senders[0] if len(senders) == 1 else None),
        body=f"{greeting} {{{{ member.first_name | default: '{friend}' }}}}\n\n",
    )


def shown(mailing: Mailing) -> Form:
    """The letter in its form."""
    subject, body = plain_text.friendly(mailing.subject), plain_text.friendly(mailing.body)
    return Form(mailing, subject, body)


def read(mailing: Mailing, data: QueryDict) -> Form:
    """Takes what was sent into the letter, and shows it again as it was written."""
    said = {name: data.get(name, "").replace("\r\n", "\n")[:most] for name, most in LONGEST.items()}
    said["subject"] = " ".join(said["subject"].split())
    mailing.people = data.get("people", "")[:120]
    kind = data.get("kind", "")
    mailing.kind = kind if kind in Mailing.Kind.values else ""
    mailing.topic = "" if mailing.is_notice else data.get("topic", "")[:60]
    mailing.at_night = mailing.is_notice and data.get("at_night") == "yes"
    mailing.gives_tasks = data.get("gives_tasks") == "yes"
    sender = data.get("sender", "")
    mailing.sender = Sender.objects.filter(pk=sender).first() if sender.isdecimal() else None
    mailing.subject = plain_text.liquid(said["subject"], mailing.subject)
    mailing.body = plain_text.liquid(said["body"], mailing.body)
    errors = {
        name: [_("There is no field “%s”. Choose one from the list.") % words for words in strange]
        for name in LONGEST
        if (strange := plain_text.strangers(said[name]))
    }
    return Form(mailing, said["subject"], said["body"], errors)
