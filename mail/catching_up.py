"""After a time in which nothing sent letters, those that fell due in it are spread, not poured out.

The time between two looks at the outbox is an outage when it is longer than workers ever pause; so is the time
between two ticks. When more than 500 letters fell due in it, one leaves every 7.2 seconds (500 an hour), the more
important first; from the 6000th on several do, so that the last leaves 12 open hours after the first, or before it
would be too late. Letters about the membership itself, and those that answer at once, are not spread.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, QuerySet

from mail import postponing, reasons, sending_rules
from mail.models import Message, Outage
from mail.models.message import Purpose
from mail.sending_rules import Rules
from members import durations
from office.models import Beat

MANY = 500
PACE = dt.timedelta(seconds=7.2)
LONGEST = dt.timedelta(hours=12)
PAUSE = dt.timedelta(seconds=150)  # with workers alive nothing is overdue by more
OFTEN = dt.timedelta(seconds=30)  # how often it is written down that the outbox was looked at
REMEMBERED = dt.timedelta(days=1)
CHUNK = 500
LOOKED = "outbox"


def begin(now: dt.datetime) -> Outage | None:
    """Before letters are claimed: spreads what an outage left behind; the outage, if one is not long ago."""
    _look(now)
    recent = Outage.objects.filter(ended_at__gt=now - REMEMBERED, ended_at__lte=now)
    outage = recent.order_by("-ended_at").first()
    if outage and _waiting(outage).exists():
        _spread(outage.pk, now)
    return outage


def count(outage: Outage | None, leaving: Sequence[Message]) -> None:
    """Counts letters that fell due in the outage and leave at once, so that it is known when they become many."""
    if outage and (number := sum(_is_of(outage, message) for message in leaving)):
        Outage.objects.filter(pk=outage.pk).update(letters=F("letters") + number)


def looked_until(moment: dt.datetime) -> None:
    """Says that letters were worked on until `moment`: a long batch is no outage."""
    Beat.objects.filter(name=LOOKED, at__lt=moment).update(at=moment)


def _look(now: dt.datetime) -> None:
    last = Beat.objects.filter(name=LOOKED).first()
    if last is None:
        Beat.objects.get_or_create(name=LOOKED, defaults={"at": now})
    elif abs(now - last.at) >= OFTEN:
        with transaction.atomic():  # whoever moves the time on notes the outage; the others find it
            moved = Beat.objects.filter(pk=last.pk, at=last.at).update(at=now)
            if moved and now - last.at >= PAUSE:
                Outage.objects.filter(spread=0).delete()  # of which nothing came
                Outage.objects.create(began_at=last.at, ended_at=now)


def _is_of(outage: Outage, message: Message) -> bool:
    is_free = message.at_once or message.purpose == Purpose.TRANSACTIONAL
    return not is_free and message.due_at <= outage.ended_at and not message.reason.startswith(reasons.SPREAD)


def _waiting(outage: Outage) -> QuerySet[Message]:
    """Letters that fell due before the outage was over and were given no other moment yet."""
    due = Message.objects.filter(status=Message.Status.QUEUED, due_at__lte=outage.ended_at, at_once=False)
    return due.exclude(purpose=Purpose.TRANSACTIONAL).exclude(reason__startswith=reasons.SPREAD)


def _spread(pk: int, now: dt.datetime) -> None:
    with transaction.atomic():
        outage = Outage.objects.select_for_update().get(pk=pk)
        waiting = _waiting(outage)
        if outage.letters + waiting.count() <= MANY:
            return
        rules = sending_rules.current()
        rank = {purpose: place for place, purpose in enumerate(rules.priorities)}
        rows = waiting.order_by("due_at", "id").values_list("pk", "purpose")
        line = [row for row, _purpose in sorted(rows, key=lambda row: rank[row[1]])]
        places = Places(rules, now)
        for start in range(0, len(line), CHUNK):
            _put_off(line[start : start + CHUNK], outage, places)
        outage.letters += len(line)
        outage.save(update_fields=["letters", "spread"])


def _put_off(line: Sequence[int], outage: Outage, places: "Places") -> None:
    """Gives each letter of the line its moment; one that another worker holds meanwhile keeps its own."""
    free = Message.objects.filter(pk__in=line, status=Message.Status.QUEUED).select_related("member")
    held = {row.pk: row for row in free.defer("values").select_for_update(skip_locked=True, of=("self",))}
    moves = []
    for pk in line:
        if message := held.get(pk):
            outage.spread += 1
            if at := places.moment(message, outage.spread):
                zone = durations.zone_of(message.member)
                moves.append((message, at, reasons.postponed(["catching_up"], at, zone)))
    postponing.put_off(moves, places.now)


class Places:
    """The moments of a line of letters that are spread from `now` on."""

    def __init__(self, rules: Rules, now: dt.datetime) -> None:
        self.calendar, self.now = rules.calendar, now
        self._openings: dict[tuple[str, str], list[tuple[dt.datetime, dt.datetime]]] = {}

    def moment(self, message: Message, place: int) -> dt.datetime | None:
        """When the letter at this place (from 1) leaves: in open hours, and in time; None if nothing is left."""
        times = [
            (start, min(end, message.not_after))
            for start, end in self._open(message)
            if start < message.not_after
        ]
        room = sum((end - start for start, end in times), dt.timedelta())
        if not room:
            return None
        wait = (place * PACE - PACE / 2) % room
        for start, end in times:
            if wait < end - start:
                return start + wait
            wait -= end - start
        return None

    def _open(self, message: Message) -> list[tuple[dt.datetime, dt.datetime]]:
        zone, purpose = durations.zone_of(message.member), message.purpose
        if (zone.key, purpose) not in self._openings:
            found = self.calendar.openings(self.now, zone, purpose, LONGEST)
            self._openings[zone.key, purpose] = found
        return self._openings[zone.key, purpose]
