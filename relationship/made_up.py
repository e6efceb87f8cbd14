"""The people whom a trade's ready flows bring along: made up, until somebody real writes in their place."""

import datetime as dt
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from mail.models import Sender
from office.models import User
from relationship import succession

# Domains that belong to nobody (RFC 2606): whoever has an address there does not exist.
NOWHERE = ("@example.com", "@example.org", "@example.net")
IS_MADE_UP = reduce(or_, (Q(email__iendswith=domain) for domain in NOWHERE))


def still_writing() -> QuerySet[Sender]:
    """The made-up people whose place nobody has taken."""
    return Sender.objects.filter(IS_MADE_UP, replacement=None).order_by("name")


def replace_all(new: Sender, by: User, now: dt.datetime) -> list[str]:
    """Puts `new` in the place of every made-up person; their names. Raises succession.NotReplaced.

    Each of them can be put back on the page of people who write.
    """
    names = []
    for old in still_writing().exclude(pk=new.pk):
        if not succession.standing(old):
            succession.replace(old, new, by, now)
            names.append(old.name)
    return names
