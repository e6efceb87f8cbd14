"""A letter to a group as somebody writes it: from blocks, with words in brackets for what differs by member."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from flows.editing import field_labels, letter_form
from flows.editing.letter_form import Text
from mail import audiences, blocks, group_letters, topics
from mail.models import Mailing, Sender
from office import roles
from office.models import User

NEWS = "news"


@dataclass
class Form:
    """The letter with what is filled in; `errors` by field."""

    mailing: Mailing
    text: Text
    errors: Mapping[str, list[str]] = field(default_factory=dict)

    def menus(self) -> dict[str, Any]:
        """What can be chosen."""
        return {
            "groups": audiences.choices(),
            "senders": _senders(self.mailing),
            "topics": [(slug, topics.words(slug)) for slug in topics.known() if slug != "membership"],
            "chips": field_labels.to_choose(),
            "block_kinds": [(name, capfirst(blocks.label(name))) for name in blocks.names()],
        }


def _senders(mailing: Mailing) -> QuerySet[Sender]:
    """Who can write: those whose place nobody has taken, and whoever stands under this letter already."""
    return Sender.objects.filter(Q(replacement=None) | Q(pk=mailing.sender_id)).distinct()


def begun(people: str, user: User) -> Mailing:
    """A new letter, to this group if there is one: with a greeting, and by whoever writes it if they are a sender."""
    with translation.override(group_letters.language()):
        greeting = _("Hello")
        friend = _("friend")
    own = Sender.objects.filter(email__iexact=user.email).first() if user.email else None
    senders = list(Sender.objects.filter(replacement=None)[:2])
    text = f"{greeting} {{{{ member.first_name | default: '{friend}' }}}}\n\n"
    return Mailing(
        people=people if audiences.is_known(people) else "",
        topic=NEWS,
        sender=own or (senders[0] if len(senders) == 1 else None),
        blocks=[{"kind": "text", "text": text}],
    )


def shown(mailing: Mailing) -> Form:
    """The letter in its form."""
    return Form(mailing, letter_form.alone(None, None, group_letters.language(), _source(mailing)))


def read(mailing: Mailing, request: HttpRequest) -> Form:
    """Takes what was sent into the letter, and shows it again as it was written, after the deed of a button."""
    data = request.POST
    mailing.people = data.get("people", "")[:120]
    kind = data.get("kind", "")
    mailing.kind = kind if kind in Mailing.Kind.values else ""
    mailing.topic = "" if mailing.is_notice else data.get("topic", "")[:60]
    mailing.at_night = mailing.is_notice and data.get("at_night") == "yes"
    mailing.gives_tasks = data.get("gives_tasks") == "yes"
    sender = data.get("sender", "")
    mailing.sender = Sender.objects.filter(pk=sender).first() if sender.isdecimal() else None
    may_add = roles.may(request.user, "pictures.change")
    text = letter_form.alone(
        data, request.FILES if may_add else None, group_letters.language(), _source(mailing)
    )
    errors = {} if text.is_valid() else {"body": [_("Look at what is marked below.")]}
    if request.FILES and not may_add:
        errors["picture"] = [_("New pictures are added by editors and owners. Choose one that is there.")]
    _keep(mailing, text)
    return Form(mailing, text, errors)


def _keep(mailing: Mailing, text: Text) -> None:
    """What is written goes into the letter also where something is wrong with it: a draft loses nothing."""
    own = text.written if text.is_bound else lambda name: str(text.source.get(name, ""))
    mailing.subject = " ".join(own("subject").split())[:400]
    if text.rows is None:
        mailing.body = own("body").replace("\r\n", "\n")
    mailing.blocks = [] if text.rows is None else [row.block() for row in text.rows]


def _source(mailing: Mailing) -> dict[str, Any]:
    found = group_letters.source(mailing)
    return found if mailing.blocks or mailing.body else {**found, "blocks": []}
