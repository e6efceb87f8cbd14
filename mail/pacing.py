"""How many letters a mailbox may send at this moment, and when those beyond that will leave.

Both limits roll: so many within any 60 seconds, so many within any 24 hours. Counted is the ledger: what left (taken,
refused, or nobody knows) and what workers hold. Letters that will not leave within the next minute are given their
moment in one go, evenly spread, so that the pages can say when the last of them is done.
"""

import datetime as dt
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
    room = max(0, _room(mailbox, left["minute"] + held, left["day"] + held))
    due = Message.objects.filter(status=Status.QUEUED, due_at__lte=now)
    if due.count() > room:
        _put_off(due, mailbox, now, room, held)
    return room


def _left(now: dt.datetime) -> Letters:
    # finished_at stands in an index; a letter that was never handed over has no submitted_at.
    return Message.objects.filter(
        status__in=LEFT, finished_at__gt=now - DAY, submitted_at__gt=now - DAY
    ).order_by()


def _room(mailbox: Mailbox, minute: int, day: int) -> int:
    limits = ((mailbox.per_minute, minute), (mailbox.per_day, day))
    return min((limit - used for limit, used in limits if limit), default=0)


def _put_off(due: Letters, mailbox: Mailbox, now: dt.datetime, room: int, held: int) -> None:
    line = list(due.order_by(FIRST, "due_at", "id").values_list("pk", "purpose"))
    first = sum(purpose == Purpose.TRANSACTIONAL for _pk, purpose in line)
    # Letters about the membership itself do not queue up behind what was planned before them.
    times = Times(mailbox, now, room, held)
    moments = [next(times.free, None) for _ in range(first)]
    times.plan(_by_minute(waiting().filter(due_at__gt=now), "due_at", now))
    moments += [next(times.free, None) for _ in range(len(line) - first)]
    later = [
        (pk, at) for (pk, _purpose), at in zip(line, moments, strict=True) if at is None or at > now + MINUTE
    ]
    for start in range(0, len(later), CHUNK):
        _move(dict(later[start : start + CHUNK]), now)


def _move(moments: dict[int, dt.datetime | None], now: dt.datetime) -> None:
    """One that has no moment in time is looked at once more when its time is over, and given up then."""
    rows = Message.objects.filter(pk__in=moments, status=Status.QUEUED).select_related("member")
    held = rows.defer("values").select_for_update(skip_locked=True, of=("self",))
    moves = []
    for message in held:
        at = min(moments[message.pk] or message.not_after, max(message.not_after, now + MINUTE))
        why = reasons.postponed([MAILBOX], at, durations.zone_of(message.member))
        moves.append((message, at, why))
    postponing.put_off(moves, now)


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
