"""What the house noticed, as a sentence, with the page behind it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.models import Alarm, Reading
from dashboard.words import lists, mailbox, times
from flows import limits

Kind = Alarm.Kind
Values = Mapping[str, Any]


def tell(alarm: Alarm, now: dt.datetime) -> str:
    """The sentence, as somebody at `now` says it."""
    return SENTENCES[Kind(alarm.kind)](alarm, now)


def page(alarm: Alarm) -> str:
    """Where the members, letters or messages behind it are."""
    if alarm.kind == Kind.VOLUME:
        return reverse("flow", args=[alarm.values["slug"]])
    if alarm.kind in (Kind.STILL, Kind.ASIDE, Kind.PAUSED):
        return reverse("flow", args=[alarm.subject])
    if alarm.kind == Kind.UNREADABLE:
        return f"{reverse('letters-stayed')}?show=refused"
    if alarm.kind == Kind.REPLY:
        return reverse("replies")
    if alarm.kind == Kind.SENDER:
        return reverse("sender-replacement", args=[alarm.subject])
    if alarm.kind == Kind.RESTS:
        return reverse("mailbox")
    if alarm.kind == Kind.WEBHOOK:
        chosen = f"?endpoint__id__exact={alarm.values['endpoint']}"
        return reverse("admin:api_delivery_changelist") + chosen
    return reverse("alarms")


def leaving(name: str, until: dt.date, follower: str, now: dt.datetime) -> str:
    """Somebody's last day as a writer is near, or over, and who follows."""
    day = formats.date_format(until, "DATE_FORMAT")
    named = {"name": name, "day": day, "follower": follower}
    is_over = until < timezone.localdate(now)
    if follower:
        if is_over:
            return _("%(follower)s writes for %(name)s since %(day)s was over") % named
        return _("%(name)s writes until %(day)s, then %(follower)s does") % named
    if is_over:
        return _("%(name)s wrote until %(day)s, and nobody does instead: letters wait") % named
    return _("%(name)s writes until %(day)s, and nobody is named who does then") % named


def usual(reading: Reading) -> str:
    """What was counted in a flow, beside what is usual there, or why nobody can say."""
    said = _counted(reading.measure, reading.days, reading.count)
    if reading.low is None or reading.high is None:
        return _("%s. Too few weeks are known to say what is usual.") % said
    if reading.low < 0:
        said = _("%(said)s, usually at most %(high)d.") % {"said": said, "high": round(reading.high)}
        return said + " " + _("So few are usual that a fall would not show.")
    limits = {"said": said, "low": round(reading.low), "high": round(reading.high)}
    return _("%(said)s, usually %(low)d to %(high)d.") % limits


def _volume(alarm: Alarm, _now: dt.datetime) -> str:
    values: Values = alarm.values
    if values["verdict"] == "silent":
        return _silent(values)
    said = _counted(values["measure"], values["days"], values["count"])
    limits = {"flow": values["flow"], "said": said, "low": values["low"], "high": values["high"]}
    return _("“%(flow)s”: %(said)s, usually %(low)d to %(high)d") % limits


def _silent(values: Values) -> str:
    days = times.days(values["days"])
    named = {"flow": values["flow"], "days": days, "usual": values["usual"]}
    if values["measure"] == "entries":
        return _("“%(flow)s”: nobody came in for %(days)s, where about %(usual)d a week are usual") % named
    return _("“%(flow)s”: no letter left for %(days)s, where about %(usual)d a week are usual") % named


def _counted(measure: str, days: int, count: int) -> str:
    if measure == "entries":
        texts = {
            1: ngettext("%d member came in yesterday", "%d members came in yesterday", count),
            7: ngettext(
                "%d member came in during the last 7 days", "%d members came in during the last 7 days", count
            ),
        }
    else:
        texts = {
            1: ngettext("%d letter left yesterday", "%d letters left yesterday", count),
            7: ngettext(
                "%d letter left during the last 7 days", "%d letters left during the last 7 days", count
            ),
        }
    return texts[days] % count


def _still(alarm: Alarm, now: dt.datetime) -> str:
    values: Values = alarm.values
    text = ngettext(
        "“%(flow)s”: %(count)d member should have gone on since %(since)s and did not",
        "“%(flow)s”: %(count)d members should have gone on since %(since)s and did not",
        values["count"],
    )
    return text % {**values, "since": _near(values["since"], now)}


def _aside(alarm: Alarm, _now: dt.datetime) -> str:
    values: Values = alarm.values
    text = ngettext(
        "“%(flow)s”: %(count)d member stands still because a step failed",
        "“%(flow)s”: %(count)d members stand still because a step failed",
        values["count"],
    )
    return text % values


def _paused(alarm: Alarm, _now: dt.datetime) -> str:
    why = limits.in_words(alarm.values["reason"])
    return _("“%(flow)s” paused itself: %(why)s") % {"flow": alarm.values["flow"], "why": why}


def _unreadable(alarm: Alarm, _now: dt.datetime) -> str:
    values: Values = alarm.values
    text = ngettext(
        "The letter “%(letter)s” could not be written for %(count)d member since yesterday",
        "The letter “%(letter)s” could not be written for %(count)d members since yesterday",
        values["count"],
    )
    return text % {**values, "letter": lists.readable(values["letter"])}


def _webhook(alarm: Alarm, now: dt.datetime) -> str:
    named = {"name": alarm.subject, "since": _near(alarm.values["since"], now)}
    if alarm.values["is_off"]:
        return _("“%(name)s” did not answer since %(since)s, and is told nothing any more") % named
    return _("“%(name)s” does not answer since %(since)s") % named


def _night(alarm: Alarm, now: dt.datetime) -> str:
    values: Values = alarm.values
    return _("The work of the night was last done %s: numbers and groups may be old") % _near(
        values["since"], now
    )


def _clock(alarm: Alarm, now: dt.datetime) -> str:
    values: Values = alarm.values
    moments = {"since": _near(values["since"], now), "until": _near(values["until"], now)}
    return _("Nothing was done from %(since)s until %(until)s: the clock stood still") % moments


def _reply(alarm: Alarm, now: dt.datetime) -> str:
    values: Values = alarm.values
    text = ngettext(
        "%(count)d reply waits since %(since)s (%(who)s)",
        "%(count)d replies wait, the first since %(since)s (%(who)s)",
        values["count"],
    )
    return text % {**values, "since": _near(values["since"], now)}


def _mailbox(alarm: Alarm, now: dt.datetime) -> str:
    values: Values = alarm.values
    named = {"name": alarm.subject, "since": _near(values["since"], now), "why": values["why"]}
    return _("The mailbox %(name)s cannot be read since %(since)s: %(why)s") % named


def _sender(alarm: Alarm, now: dt.datetime) -> str:
    values: Values = alarm.values
    return leaving(values["name"], dt.date.fromisoformat(values["until"]), values["follower"], now)


def _rests(alarm: Alarm, now: dt.datetime) -> str:
    return mailbox.said(alarm.values, now)


def _ledger(alarm: Alarm, _now: dt.datetime) -> str:
    text: str = _(
        "Refusals and erasures are not kept beyond a backup: %s. Whoever runs this installation has to see to it"
    )
    return text % str(alarm.values["why"])


def _near(moment: str, now: dt.datetime) -> str:
    return times.near(dt.datetime.fromisoformat(moment), now)


SENTENCES = {
    Kind.VOLUME: _volume,
    Kind.STILL: _still,
    Kind.ASIDE: _aside,
    Kind.PAUSED: _paused,
    Kind.UNREADABLE: _unreadable,
    Kind.WEBHOOK: _webhook,
    Kind.NIGHT: _night,
    Kind.CLOCK: _clock,
    Kind.REPLY: _reply,
    Kind.MAILBOX: _mailbox,
    Kind.SENDER: _sender,
    Kind.RESTS: _rests,
    Kind.LEDGER: _ledger,
}
