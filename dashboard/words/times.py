"""Times as people say them: "today 14:05", "3 days ago", "3 March 2026", "3 years 2 months"."""

import datetime as dt

from django.utils import dateformat, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mail import wording

HOUR = 3600


def near(moment: dt.datetime, now: dt.datetime) -> str:
    """How somebody at `now` speaks of a moment (both aware); days are days on the wall here."""
    away = (moment - now).total_seconds()
    days = (timezone.localtime(moment).date() - timezone.localtime(now).date()).days
    if abs(away) < HOUR:
        return _minutes(round(away / 60))
    if -1 <= days <= 1:
        return {-1: _("yesterday %s"), 0: _("today %s"), 1: _("tomorrow %s")}[days] % clock_time(moment)
    if 1 < days < 7:
        weekday = dateformat.format(timezone.localtime(moment), "l")
        return _("%(weekday)s %(time)s") % {"weekday": weekday, "time": clock_time(moment)}
    if -30 < days < 0:
        return ngettext("%d day ago", "%d days ago", -days) % -days
    return day(moment, now)


def day(moment: dt.datetime, now: dt.datetime | None = None) -> str:
    """The day written out; of the year of `now` without its year."""
    local = timezone.localtime(moment)
    language = translation.get_language() or "en"
    if now is None or local.year != timezone.localtime(now).year:
        return wording.date(local, language)
    pattern = wording.DATES.get(wording.base(language), "j F Y")
    return str(dateformat.format(local, pattern.removesuffix(" Y")))


def written(day: dt.date) -> str:
    """A day without a clock, written out: 3 March 2026, 3. marts 2026."""
    return wording.date(day, translation.get_language() or "en")


def exact(moment: dt.datetime) -> str:
    """Day and time in full, for those who want to know precisely."""
    return f"{day(moment)}, {clock_time(moment)}"


def clock_time(moment: dt.datetime) -> str:
    """The time on the wall: 14:05."""
    return f"{timezone.localtime(moment):%H:%M}"


def length(since: dt.datetime, until: dt.datetime) -> str:
    """How long it lasts, in its two largest units: "3 years 2 months", "2 months", "12 days"."""
    start, end = timezone.localtime(since).date(), timezone.localtime(until).date()
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if months < 1:
        return days((end - start).days)
    years, rest = divmod(months, 12)
    said = [ngettext("%d year", "%d years", years) % years] if years else []
    said += [ngettext("%d month", "%d months", rest) % rest] if rest else []
    return " ".join(said)


def days(number: int) -> str:
    """A number of days; none is said as "less than a day"."""
    return ngettext("%d day", "%d days", number) % number if number > 0 else _("less than a day")


def _minutes(number: int) -> str:
    if number == 0:
        return _("now")
    if number < 0:
        return ngettext("%d minute ago", "%d minutes ago", -number) % -number
    return ngettext("in %d minute", "in %d minutes", number) % number
