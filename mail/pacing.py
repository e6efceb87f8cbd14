"""How many letters a mailbox may send at this moment, and when those beyond that will leave.

Both limits roll: so many within any 60 seconds, so many within any 24 hours. Counted is the ledger: what left (taken,
refused, or nobody knows) and what workers hold. Letters that will not leave within the next minute are given their
moment in one go, evenly spread, so that the pages can say when the last of them is done.
"""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from mail import postponing, reasons
from mail.models import Mailbox, Message
from mail.models.message import Purpose
from members import durations

Letters = QuerySet[Message]
Status = Message.Status
MAILBOX = "mailbox"
WAITS = f"{reasons.POSTPONED}: {MAILBOX} "
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
MINUTES = 24 * 60
ENDLESS = 10**9
FAR = 60 * MINUTES  # two months ahead nothing is worth sending any more
CHUNK = 500
LEFT = (Status.SENT, Status.UNKNOWN, Status.FAILED)
HELD = (Status.CLAIMED, Status.SUBMITTING)
FIRST = Case(
    When(purpose=Purpose.TRANSACTIONAL, then=Value(0)),
    When(at_once=True, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def waiting() -> Letters:
    """Letters that wait because the mailbox may send no more."""
    return Message.objects.filter(status=Status.QUEUED, reason__startswith=WAITS)


def plan(mailbox: Mailbox, now: dt.datetime) -> int:
    """How many letters may leave now; gives those that will not leave within a minute their moment.

    The caller holds the mailbox's row, and claims before letting it go.
    """
    held = Message.objects.filter(status__in=HELD).count()
    left = _left(now).aggregate(day=Count("pk"), minute=Count("pk", filter=Q(submitted_at__gt=now - MINUTE)))
    minute = _rest(mailbox.per_minute, left["minute"] + held)
    day = _rest(mailbox.per_day, left["day"] + held)
    room = min(minute, day)
    next_minute = min(mailbox.per_minute or 0, day - room)
    due = Message.objects.filter(status=Status.QUEUED, due_at__lte=now)
    others = due.filter(mailing=None)
    number = others.count()
    if number > room + next_minute:
        waited_for = others.filter(Q(purpose=Purpose.TRANSACTIONAL) | Q(at_once=True)).count()
        _put_off(others, Times(mailbox, now, room, held), now, room + next_minute, waited_for)
    _spread_groups(due.exclude(mailing=None), mailbox, now, left["minute"] + held, left["day"] + held, number)
    return room


def less(mailbox: Mailbox) -> Mailbox:
    """The limits for letters to groups, which leave a fifth of each minute and a tenth of each day to all others.

    A welcome, or a receipt, must not wait until hundreds of notices have left.
    """
    per_minute, per_day = mailbox.per_minute, mailbox.per_day
    return Mailbox(
        name=mailbox.name,
        per_minute=per_minute and max(1, per_minute * 4 // 5),
        per_day=per_day and max(1, per_day * 9 // 10),
    )


def _spread_groups(
    groups: Letters, mailbox: Mailbox, now: dt.datetime, minute: int, day: int, others: int
) -> None:
    """Letters to groups that have no room now are given their moments; `minute` and `day` say what was used."""
    number = groups.count()
    if not number:
        return
    theirs = less(mailbox)
    room = max(0, min(_rest(theirs.per_minute, minute), _rest(theirs.per_day, day)) - others)
    if number > room:
        _put_off(groups, Times(theirs, now, room, others), now, room, 0)


def foresee(mailbox: Mailbox, number: int, begin: dt.datetime) -> dt.datetime:
    """When the last of `number` more letters has room, the first from `begin` on and behind those that wait already.

    Nothing is written. The end of what is foreseen, two months, where it takes longer.
    """
    if not (mailbox.per_minute or mailbox.per_day) or number < 1:
        return begin
    left = _left(begin).aggregate(
        day=Count("pk"), minute=Count("pk", filter=Q(submitted_at__gt=begin - MINUTE))
    )
    room = min(_rest(mailbox.per_minute, left["minute"]), _rest(mailbox.per_day, left["day"]))
    queued = Message.objects.filter(status=Status.QUEUED)
    before = queued.filter(due_at__lte=begin).count()
    times = Times(mailbox, begin, room, 0)
    times.plan(_by_minute(queued.filter(due_at__gt=begin), "due_at", begin))
    return next(itertools.islice(times.free, before + number - 1, None), begin + FAR * MINUTE)


def _left(now: dt.datetime) -> Letters:
    # finished_at stands in an index; a letter that was never handed over has no submitted_at.
    return Message.objects.filter(
        status__in=LEFT, finished_at__gt=now - DAY, submitted_at__gt=now - DAY
    ).order_by()


def _rest(limit: int | None, used: int) -> int:
    return max(0, limit - used) if limit else ENDLESS


def _put_off(due: Letters, times: "Times", now: dt.datetime, soon: int, waited_for: int) -> None:
    line = list(due.order_by(FIRST, "due_at", "id").values_list("pk", flat=True))
    # Those of the next minute just wait: they are claimed before what is planned. Letters that somebody waits for
    # (about the membership itself, or sent at once) do not queue up behind what was planned before them.
    ahead = max(soon, waited_for)
    moments = list(itertools.islice(times.free, ahead))
    times.plan(_by_minute(waiting().filter(due_at__gt=now), "due_at", now))
    moments += itertools.islice(times.free, len(line) - ahead)
    later = line[soon:]
    found = dict(itertools.zip_longest(later, moments[soon : len(line)]))
    for start in range(0, len(later), CHUNK):
        _move({pk: found[pk] for pk in later[start : start + CHUNK]}, now)


def _move(moments: dict[int, dt.datetime | None], now: dt.datetime) -> None:
    """One that has no moment is looked at once more when its time is over; one whose time is over is given up."""
    rows = Message.objects.filter(pk__in=moments, status=Status.QUEUED).select_related("member")
    held = rows.defer("values").select_for_update(skip_locked=True, of=("self",))
    moves, over = [], {}
    for message in held:
        zone = durations.zone_of(message.member)
        if now > message.not_after:
            over[message] = reasons.no_room([MAILBOX], message.not_after, zone)
            continue
        at = min(moments[message.pk] or message.not_after, max(message.not_after, now + MINUTE))
        moves.append((message, at, reasons.postponed([MAILBOX], at, zone)))
    postponing.put_off(moves, now)
    postponing.skip(Message.objects.filter(pk__in=[message.pk for message in over]), over, now)


def _by_minute(letters: Letters, column: str, now: dt.datetime) -> Counter[int]:
    """How many of these letters in each minute from now; the minute -1 is the one that is just over."""
    found: Counter[int] = Counter()
    for at, number in letters.order_by().values_list(column).annotate(Count("pk")):
        found[(at - now) // MINUTE] += number
    return found


class Times:
    """The moments, one for each letter, at which a mailbox has room from now on."""

    def __init__(self, mailbox: Mailbox, now: dt.datetime, room: int, held: int) -> None:
        self._mailbox, self._now, self._room = mailbox, now, room
        self._taken: Counter[int] = (
            _by_minute(_left(now), "submitted_at", now) if mailbox.per_day else Counter()
        )
        self._taken[0] += held
        self.free = self._moments()

    def plan(self, letters: Counter[int]) -> None:
        """These letters have their minutes already."""
        self._taken.update(letters)
        self.free = self._moments()

    def _moments(self) -> Iterator[dt.datetime]:
        while self._room > 0:
            self._room -= 1
            self._taken[0] += 1
            yield self._now
        per_minute = self._mailbox.per_minute or self._mailbox.per_day or 1
        day = sum(self._taken[minute] for minute in range(-MINUTES, 1))
        for minute in range(1, FAR):
            day += self._taken[minute] - self._taken[minute - MINUTES - 1]
            while self._taken[minute] < per_minute and day < (self._mailbox.per_day or day + 1):
                place = self._taken[minute] / per_minute
                self._taken[minute] += 1
                day += 1
                yield self._now + (minute + place) * MINUTE
