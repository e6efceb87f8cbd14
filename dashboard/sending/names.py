"""What the parts of the sending rules are called here."""

import datetime as dt
from collections.abc import Iterable

from django.utils import dateformat
from django.utils.translation import gettext as _

from dashboard.words import lists
from mail import sending_rules
from mail.calendar import WEEKDAYS
from mail.models.message import Purpose

LIMITED = tuple(purpose.value for purpose in sending_rules.COUNTED)
MONDAY = dt.date(2026, 1, 5)


def feasts() -> list[tuple[str, str]]:
    """Days that move with Easter: how many days after Easter Sunday, and their name."""
    return [
        ("-3", _("Maundy Thursday")),
        ("-2", _("Good Friday")),
        ("0", _("Easter Sunday")),
        ("1", _("Easter Monday")),
        ("39", _("Ascension Day")),
        ("49", _("Pentecost")),
        ("50", _("Pentecost Monday")),
    ]


def units() -> list[tuple[str, str]]:
    """Units of durations, as they stand behind a number."""
    return [("d", _("days")), ("w", _("weeks")), ("mo", _("months")), ("y", _("years")), ("h", _("hours"))]


def weekdays() -> list[tuple[str, str]]:
    """The days of the week, Monday first."""
    return [(name, weekday(place)) for place, name in enumerate(WEEKDAYS)]


def weekday(place: int) -> str:
    """Monday is 0."""
    return str(dateformat.format(MONDAY + dt.timedelta(days=place), "l"))


def purposes(names: Iterable[str]) -> str:
    """Purposes of letters, in the order in which they go first."""
    return ", ".join(str(Purpose(name).label) for name in names)


def days(names: Iterable[str]) -> str:
    """Days of the week in a sentence."""
    return lists.joined([weekday(WEEKDAYS.index(name)) for name in sorted(names, key=WEEKDAYS.index)])
