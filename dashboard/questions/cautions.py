"""What to know before writing to a member: who waits for whom, and why a letter might not reach them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dashboard.words import times
from mail import conversations, suppressions
from members.models import Member, Subscription


@dataclass(frozen=True)
class Caution:
    """One of them, with the page where it is put right; some have none."""

    text: str
    url: str = ""
    is_bad: bool = True


def read(member: Member, now: dt.datetime) -> list[Caution]:
    """All of them, in a fixed number of queries."""
    return [] if member.erased_at else list(_found(member, now))


def _found(member: Member, now: dt.datetime) -> Iterator[Caution]:
    open_with = conversations.of([member.pk], now).open_with.get(member.pk)
    if open_with == conversations.COMPLAINT:
        yield Caution(_("A complaint is open: nothing is asked of them until it is settled"))
    elif open_with and not member.replies.filter(answered_at=None).exists():  # those have lines of their own
        yield Caution(_("A reply waits for an answer"))
    if stopped := (suppressions.suppressed([member.email]).get(member.email) if member.email else None):
        said = {"why": stopped.get_reason_display(), "day": times.day(stopped.at, now)}
        yield Caution(_("No letters reach the address: %(why)s, since %(day)s") % said, "#address")
    if member.status == Subscription.Status.PAST_DUE:
        yield Caution(_("The payment is overdue"), "#money")
    if member.flag:
        yield Caution(member.flag, is_bad=False)
