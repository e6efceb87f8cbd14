"""The people who write: what they lack, and whose last day is near."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from flows import signing
from flows.editing.letter_form import LANGUAGES
from mail import wording, writers
from mail.models import Brand, Message, Sender
from office.models import House
from relationship import succession

NEAR = dt.timedelta(days=14)


@dataclass(frozen=True)
class Line:
    """One person: where they write, until when, who follows, what is missing, and what they speak.

    `foreign` are languages of their live letters that they do not speak.
    """

    sender: Sender
    flows: int
    follower: Sender | None
    has_stopped: bool
    missing: str
    languages: list[str]
    foreign: list[str]


def lines(now: dt.datetime) -> list[Line]:
    """Everybody who writes, by name; those who stopped last."""
    today = timezone.localdate(now)
    people = {row.pk: row for row in writers.with_faces().order_by("name")}
    found = [
        Line(
            row,
            len(signing.live(row)),
            people.get(row.replacement_id or 0),
            row.has_stopped(today),
            missing(row),
            named(row.spoken),
            foreign(row, signing.languages(row)) if row.spoken else [],
        )
        for row in people.values()
    ]
    return sorted(found, key=lambda line: line.has_stopped)


def named(codes: Iterable[str]) -> list[str]:
    """Languages as those who speak them call them."""
    return [LANGUAGES.get(code, code) for code in codes]


def foreign(sender: Sender, codes: Iterable[str]) -> list[str]:
    """Those of these languages that this person does not speak, by name."""
    return named(code for code in codes if not sender.speaks(code))


def role_languages(sender: Sender) -> list[str]:
    """The languages but the house's own (codes) in which members read what this person does."""
    own = wording.base(House.current().language)
    written = signing.languages(sender) if sender.pk else []
    codes = {*Brand.current().languages, *written, *sender.roles}
    return sorted(code for code in codes if wording.base(code) != own)


def missing(sender: Sender) -> str:
    """What members would miss in a letter of this person, in words; empty when nothing is."""
    if not sender.picture_id:
        return _("a picture is missing: letters of this person cannot be published")
    return "" if sender.role else _("members cannot see what this person does here")


def leaving(now: dt.datetime) -> list[Sender]:
    """People whose last day is near or over, who still sign something, and whose place nobody has taken everywhere."""
    today = timezone.localdate(now)
    rows = Sender.objects.filter(until__lte=today + NEAR).select_related("replacement").order_by("until")
    return [row for row in rows if not succession.standing(row) and _signs(row)]


def _signs(sender: Sender) -> bool:
    waiting = Message.objects.filter(status__in=Message.UNSENT, letter_version__sender=sender)
    return bool(signing.live(sender)) or waiting.exists()
