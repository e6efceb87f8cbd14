"""A member's story, newest first: life, money, use, letters and moves in one row of time."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter

from django.db.models import Max, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.questions import versions
from dashboard.words import events, letters
from intake.attending import occasions
from members.models import Event, Member, StageChange, UsageDay
from members.models.member import Stage
from relationship import talking
from relationship.models import Task

SIZE, NOTES = 20, 3
REPLY_SHOWN = 200  # characters
ANY = Q()
MONEY = Q(name__startswith="payment.") | Q(name__startswith="subscription.")
USE = Q(name__startswith="value.") | Q(name__startswith="usage.")
# What other rows tell better: letters, replies, moves, tasks, and use counted by day.
TOLD_ELSEWHERE = (
    Q(name__startswith="mail.")
    | Q(name__in=["stage.entered", "task.done", "member.signed_up"])
    | Q(name="letter.replied", data__has_key="reply")
)


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, of which sort, in words, and where more of it stands."""

    at: dt.datetime
    sort: str
    text: str
    detail: str = ""
    url_id: str = ""
    reply_id: str = ""
    stage: str = ""


@dataclass(frozen=True)
class Stretch:
    """Some entries, and from where the earlier ones go on; 0 when there are none."""

    entries: list[Entry]
    earlier: int


def read(member: Member, skip: int = 0, size: int = SIZE, show: str = "") -> Stretch:
    """The entries after the newest `skip`; seven queries however long the story is. `show`: only one of `SHOWN`."""
    upto = skip + size + 1
    told: list[Entry] = []
    for tell in SHOWN.get(show, EVERYTHING):
        told.extend(tell(member, upto))
    told.sort(key=attrgetter("at"), reverse=True)
    entries = told[skip : skip + size]
    return Stretch(entries, skip + size if len(told) > skip + size else 0)


def notes(member: Member) -> list[Event]:
    """What staff noted of the member, the last ones first."""
    return list(member.events.filter(name=talking.NOTED).order_by("-occurred_at", "-pk")[:NOTES])


def _events(member: Member, upto: int, only: Q = ANY) -> Iterator[Entry]:
    told = member.events.filter(only).exclude(TOLD_ELSEWHERE).exclude(data__has_key="taken_back")
    for event in told.order_by("-occurred_at", "-pk")[:upto]:
        yield Entry(event.occurred_at, events.kind(event), events.sentence(event), events.detail(event))


def _letters(member: Member, upto: int) -> Iterator[Entry]:
    done = member.messages.filter(finished_at__isnull=False).defer("values")
    for message in versions.attach(done.order_by("-finished_at", "-pk")[:upto]):
        text = _("%(state)s: “%(letter)s”") % {
            "state": letters.state(message),
            "letter": letters.name(message),
        }
        assert message.finished_at is not None
        yield Entry(message.finished_at, "letter", text, letters.why(message), url_id=str(message.uuid))


def _replies(member: Member, upto: int) -> Iterator[Entry]:
    rows = member.replies.defer("whole", "files").order_by("-received_at", "-pk")
    for reply in rows[:upto]:
        text = _("Wrote back: “%s”") % reply.subject if reply.subject else _("Wrote back")
        words = Truncator(" ".join(reply.text.split())).chars(REPLY_SHOWN)
        waits = "" if reply.answered_at else " · " + _("waits for an answer")
        yield Entry(reply.written_at, "reply", text, words + waits, reply_id=str(reply.uuid))


def _moves(member: Member, upto: int) -> Iterator[Entry]:
    for move in member.stage_changes.order_by("-at", "-pk")[:upto]:
        yield Entry(move.at, "move", moved(move), move.note, stage=move.to_stage)


def moved(move: StageChange) -> str:
    """A move in words."""
    kind, stage = StageChange.Kind(move.kind), Stage(move.to_stage).label
    said = {
        StageChange.Kind.JOINED: _("Began in %s"),
        StageChange.Kind.LEFT: _("Left: %s"),
        StageChange.Kind.RETURNED: _("Came back to %s"),
        StageChange.Kind.PLACED: _("Placed in %s at import"),
        StageChange.Kind.MANUAL: _("Moved to %s by hand"),
    }
    return said.get(kind, _("Moved to %s")) % stage


def _use(member: Member, upto: int) -> Iterator[Entry]:
    """Use, rolled up per week, at its last day."""
    weeks = UsageDay.objects.filter(member=member).annotate(week=TruncWeek("day")).values("week", "name")
    for row in weeks.annotate(last=Max("day"), times=Sum("count")).order_by("-last", "name")[:upto]:
        at = timezone.make_aware(dt.datetime.combine(row["last"], dt.time(12)), dt.UTC)
        what = capfirst(occasions.word(row["name"]))
        times = ngettext("%(what)s, once", "%(what)s, %(times)d times that week", row["times"])
        yield Entry(at, "use", times % {"what": what, "times": row["times"]})


def _tasks(member: Member, upto: int) -> Iterator[Entry]:
    done: list[Task] = list(member.tasks.filter(done_at__isnull=False).order_by("-done_at", "-pk")[:upto])
    for task in done:
        assert task.done_at is not None
        yield Entry(task.done_at, "task", f"{task.title}: {outcome(task)}", task.note or task.because)


def _among_people(member: Member, upto: int) -> Iterator[Entry]:
    yield from _events(member, upto, ~MONEY & ~USE)


def _of_money(member: Member, upto: int) -> Iterator[Entry]:
    yield from _events(member, upto, MONEY)


def _of_use(member: Member, upto: int) -> Iterator[Entry]:
    yield from _events(member, upto, USE)


EVERYTHING = (_events, _letters, _replies, _moves, _use, _tasks)
SHOWN: dict[str, tuple[Callable[[Member, int], Iterator[Entry]], ...]] = {
    "people": (_among_people, _replies, _tasks),
    "letters": (_letters, _replies),
    "use": (_use, _of_use),
    "money": (_of_money,),
    "moves": (_moves,),
}


def outcome(task: Task) -> str:
    """What came of a task, in words."""
    known = {
        "done": _("done"),
        "called": _("called"),
        "written": _("written to"),
        "not_needed": _("not needed"),
        "": _("done"),
    }
    return known.get(task.outcome, task.outcome)
