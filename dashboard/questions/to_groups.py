"""What became of a letter to a group: how many got it, who did not and why, who answered to it in deeds."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

from mail.models import Click, Mailing, Message, Reply
from members import identity
from members.models import Event

Status = Message.Status
WAITING = (Status.QUEUED, Status.HELD, Status.CLAIMED, Status.SUBMITTING)
TOLD = {"came_back": "mail.bounced", "unwanted": "mail.complained", "unsubscribed": "mail.unsubscribed"}
CODES = {Status.FAILED: "refused", Status.UNKNOWN: "unknown"}
CHUNK = 500


@dataclass(frozen=True)
class Result:
    """Numbers of letters; `stayed` by the code of the reason, the commonest first."""

    sent: int
    waiting: int
    paper: int
    stayed: list[tuple[str, int]]
    told: dict[str, int]
    clicked: int
    replied: int
    last_due_at: dt.datetime | None

    @property
    def all(self) -> int:
        """Everybody who was to get it."""
        return self.sent + self.waiting + self.paper + sum(number for _code, number in self.stayed)

    @property
    def settled(self) -> int:
        """How many letters have left, or will not."""
        return self.all - self.waiting


def result(mailing: Mailing) -> Result:
    """What became of it so far; seven queries, however large the group."""
    counted: Counter[str] = Counter()
    for row in mailing.messages.values("status", "reason").annotate(number=Count("pk")).order_by():
        counted[_part(row["status"], row["reason"])] += row["number"]
    stayed = {code: number for code, number in counted.items() if code not in ("sent", "waiting", "on_paper")}
    told = Counter(part for part, _letter in _told(mailing))
    return Result(
        sent=counted["sent"],
        waiting=counted["waiting"],
        paper=counted["on_paper"],
        stayed=sorted(stayed.items(), key=lambda pair: -pair[1]),
        told={part: told[part] for part in TOLD if told[part]},
        clicked=_clicked(mailing).count(),
        replied=Reply.objects.filter(letter__mailing=mailing).count(),
        last_due_at=mailing.messages.filter(status__in=WAITING).aggregate(last=Max("due_at"))["last"],
    )


def letters(mailing: Mailing, part: str) -> QuerySet[Message]:
    """The letters behind one of its numbers; an unknown part has none."""
    rows = mailing.messages.select_related("member", "letter_version__letter").defer("values")
    if part == "sent":
        return rows.filter(status=Status.SENT)
    if part == "waiting":
        return rows.filter(status__in=WAITING)
    if part == "clicked":
        return rows.filter(pk__in=_clicked(mailing).values("pk"))
    if part in TOLD:
        return rows.filter(pk__in=[pk for named, pk in _told(mailing) if named == part])
    for status, code in CODES.items():
        if part == code:
            return rows.filter(status=status)
    return rows.filter(status=Status.SKIPPED, reason__startswith=part) if part else rows.none()


def replies(mailing: Mailing) -> QuerySet[Reply]:
    """What members wrote back to it, the newest first."""
    found = Reply.objects.filter(letter__mailing=mailing).select_related("member").defer("whole")
    return found.order_by("-received_at", "-id")


def _part(status: str, reason: str) -> str:
    if status == Status.SENT:
        return "sent"
    if status in WAITING:
        return "waiting"
    return CODES.get(Status(status)) or reason.partition(":")[0]


def _clicked(mailing: Mailing) -> QuerySet[Message]:
    people = Click.objects.filter(message__mailing=mailing, by=Click.By.PERSON)
    return mailing.messages.filter(pk__in=people.values("message"))


def _told(mailing: Mailing) -> Iterator[tuple[str, int]]:
    """What mail servers and members said of its letters: the part and the key of the letter, each pair once."""
    if mailing.started_at is None:
        return
    names = {name: part for part, name in TOLD.items()}
    told = Event.objects.filter(
        name__in=list(names),
        occurred_at__gte=mailing.started_at,
        member__in=mailing.messages.values("member"),
    )
    by_letter: dict[uuid.UUID, set[str]] = {}
    for name, letter in told.values_list("name", "data__letter").iterator(CHUNK):
        if key := identity.parse_uuid(str(letter)):
            by_letter.setdefault(key, set()).add(names[name])
    wanted = list(by_letter)
    for start in range(0, len(wanted), CHUNK):
        rows = mailing.messages.filter(uuid__in=wanted[start : start + CHUNK]).values_list("uuid", "pk")
        for key, pk in rows:
            yield from ((part, pk) for part in by_letter[key])
