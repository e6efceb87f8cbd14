"""How understanding what arrived can end, other than by being written down."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from members import fields, identity
from members.models import ExternalId, Member

CARD = "card"  # what is waited for: a card that Stripe calls so
SUBSCRIPTION = "subscription"  # what is waited for: any contract of the house's member of that id


@dataclass(frozen=True)
class Message:
    """One thing another system says happened.

    `ident` is the system's own id of the message, `key` the one under which its event is recorded, `door` where
    it came in; `at` is aware.
    """

    kind: str
    at: dt.datetime
    data: dict[str, Any]
    ident: str
    key: str
    door: str


class NotNeeded(Exception):
    """The house has no use for this; the text says why. It is kept."""


class NotUnderstood(Exception):
    """This cannot be written down as it is; the text names the field and what would be right."""


class Waits(Exception):
    """Somebody is meant who is not known yet: whom `source` calls `value`."""

    def __init__(self, source: str, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.source, self.value = source, value


def checked(form: fields.Strict) -> dict[str, Any]:
    """What a form made of a body; NotUnderstood with every error named."""
    try:
        form.is_valid(raise_exception=True)
    except serializers.ValidationError as error:
        raise NotUnderstood(fields.sentence(error.detail)) from error
    return dict(form.validated_data)


def member(reference: str) -> Member:
    """The member the house calls so (external id or UUID). Waits while there is nobody."""
    found = identity.named([reference]).get(reference)
    if found is None:
        sentence = _("member: nobody here is called “%(name)s” yet.") % {"name": reference[:200]}
        raise Waits(ExternalId.HOUSE, reference, sentence)
    return found
