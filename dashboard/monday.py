"""The Monday letter to every owner: whom to call, what was done last week, one number that moved, what leaves now.

It leaves on Mondays from 7 o'clock on (the house's time), once; what was off at that hour makes it good the same day.
"""

import datetime as dt
from collections import Counter

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import dateformat, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard import notices as to_owners
from dashboard.questions import kind_words, post, today
from mail import notices
from mail.models import Message
from members.models import Member, StageChange
from office.models import Beat, House
from relationship import outcomes
from relationship.models import Task

MONDAY, AT = 0, dt.time(7)
WEEK = dt.timedelta(days=7)
AGAIN = dt.timedelta(minutes=10)  # when the mail server would not take it, or the worker died
SENT, TRIED = "monday letter", "monday letter tried"
Kind = StageChange.Kind


def mail_due(now: dt.datetime) -> int:
    """Mails the letter of this Monday unless that was done; to how many owners."""
    slot = _slot(now)
    if slot is None or Beat.objects.filter(name=SENT, at__gte=slot).exists() or not _claim(now):
        return 0
    people = [person for person in to_owners.owners() if person.monday_letter]
    accepted = 0
    if people and Member.objects.exists():
        with translation.override(House.current().language):
            accepted = notices.send(people, *write(now), now)
        if not accepted:
            return 0
    Beat.note(SENT, now)
    return accepted


def write(now: dt.datetime) -> tuple[str, str]:
    """Subject and text, in the language of the moment; a fixed number of queries."""
    calls = today.read(now)
    number = len(calls.lines) + calls.more
    house = House.current().name
    subject = ngettext("%(house)s: %(number)d person to call", "%(house)s: %(number)d people to call", number)
    parts = [
        (_("Whom to call"), _calls(calls, now)),
        (_("What was done last week"), _done(now)),
        (_("One number that moved"), _moved(now)),
        (_("What leaves this week"), _ahead(now)),
    ]
    body = "\n\n".join(f"{title.upper()}\n{text}" for title, text in parts)
    end = _("You get this on Mondays because you are an owner. You can switch it off here:")
    text = f"{body}\n\n{settings.BASE_URL}/\n\n{end}\n{settings.BASE_URL}/settings/monday/\n"
    return subject % {"house": house, "number": number} if number else _("%s: your week") % house, text


def _slot(now: dt.datetime) -> dt.datetime | None:
    """This Monday at seven, once it is so late; None on every other day."""
    local = timezone.localtime(now)
    if local.weekday() != MONDAY or local.time() < AT:
        return None
    return local.replace(hour=AT.hour, minute=0, second=0, microsecond=0)


def _claim(now: dt.datetime) -> bool:
    """Takes the letter for ten minutes: a worker that dies over it is followed by another."""
    with transaction.atomic():
        row, is_new = Beat.objects.get_or_create(name=TRIED, defaults={"at": now})
        free = Beat.objects.filter(pk=row.pk, at__lte=now - AGAIN)
        return is_new or bool(free.update(at=now))


def _calls(calls: today.Today, now: dt.datetime) -> str:
    if not calls.lines:
        chosen = kind_words.choose(now)
        nobody = _("Nobody waits for anybody.")
        if chosen is None:
            return nobody
        said = {"name": chosen.member.name, "why": chosen.why}
        return f"{nobody} {_('%(name)s would be glad of a kind word: %(why)s.') % said}"
    lines = [
        "- " + ", ".join(filter(None, [line.member.name, line.member.phone])) + f": {line.why}"
        for line in calls.lines
    ]
    more = ngettext("and %d more", "and %d more", calls.more) % calls.more if calls.more else ""
    return "\n".join(filter(None, [*lines, more]))


def _done(now: dt.datetime) -> str:
    closed = Task.objects.filter(done_at__gt=now - WEEK, done_at__lte=now).order_by()
    counts = Counter(dict(closed.values_list("outcome").annotate(Count("pk"))))
    called, written = counts[outcomes.CALLED], counts[outcomes.WRITTEN]
    rest = sum(counts.values()) - called - written - counts[outcomes.NOT_NEEDED]
    letters = Message.objects.filter(
        status=Message.Status.SENT, finished_at__gt=now - WEEK, finished_at__lte=now
    ).count()
    said = [
        ngettext("%d person was called", "%d people were called", called) % called if called else "",
        ngettext("%d person was written to", "%d people were written to", written) % written
        if written
        else "",
        ngettext("%d other task was done", "%d other tasks were done", rest) % rest if rest else "",
        ngettext("%d letter of the flows left", "%d letters of the flows left", letters) % letters
        if letters
        else "",
    ]
    return "\n".join(f"- {one}" for one in said if one) or _("Nothing was written down.")


def _moved(now: dt.datetime) -> str:
    """Of who joined, left and came back: what moved most against the week before."""
    this, before = _moves(now), _moves(now - WEEK)
    kinds = (Kind.JOINED, Kind.LEFT, Kind.RETURNED)
    kind = max(kinds, key=lambda one: (abs(this[one] - before[one]), -kinds.index(one)))
    words = {
        Kind.JOINED: ngettext("%d person joined last week", "%d people joined last week", this[kind]),
        Kind.LEFT: ngettext("%d person left last week", "%d people left last week", this[kind]),
        Kind.RETURNED: ngettext("%d person came back last week", "%d people came back last week", this[kind]),
    }
    said = words[kind] % this[kind]
    return _("%(said)s; the week before it was %(before)d.") % {"said": said, "before": before[kind]}


def _moves(until: dt.datetime) -> Counter[str]:
    rows = StageChange.objects.filter(at__gt=until - WEEK, at__lte=until).order_by()
    return Counter(dict(rows.values_list("kind").annotate(Count("pk"))))


def _ahead(now: dt.datetime) -> str:
    days = [day for day in post.days_ahead(now) if day.number]
    lines = [
        f"- {dateformat.format(day.date, 'l')}: "
        + ngettext("%d letter", "%d letters", day.number) % day.number
        for day in days
    ]
    held = post.numbers()[Message.Status.HELD]
    if held:
        waits = ngettext("%d letter waits for your yes", "%d letters wait for your yes", held) % held
        lines.append(f"- {waits}")
    return "\n".join(lines) or _("No letters are planned.")
