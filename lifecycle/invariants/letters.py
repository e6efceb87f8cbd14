"""Rules about letters: the queue, the log and the receipt are one row, and it must not contradict itself."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from api import secrets
from flows.models import Enrolment, StepRun
from lifecycle.invariants.lines import LATE, Moment, chunks
from mail.models import Message, Suppression
from members import identity
from members.models import Consent, Event

Status = Message.Status
Left = Enrolment.Status
HELD_BY_A_WORKER = (Status.CLAIMED, Status.SUBMITTING)
FINAL = (Status.SENT, Status.SKIPPED, Status.FAILED, Status.UNKNOWN)
LEFT_EARLY = (Left.EXITED, Left.GOAL, Left.ENDED)


def doubled(_moment: Moment) -> Iterator[str]:
    """Keys or Message-IDs that more than one letter has."""
    for column in ("key", "message_id"):
        rows = Message.objects.values(column).annotate(times=Count("pk")).filter(times__gt=1).order_by(column)
        yield from (f"{row[column]}: {row['times']} letters" for row in rows.iterator())


def after_a_no(_moment: Moment) -> Iterator[str]:
    """Letters handed over although the last word recorded before was a no, or the address was stopped."""
    handed = Message.objects.filter(submitted_at__isnull=False).exclude(purpose=Message.Purpose.TRANSACTIONAL)
    said = Consent.objects.filter(member=OuterRef("member"), topic=OuterRef("topic")).order_by("-at", "-id")
    before = said.filter(recorded_at__lt=OuterRef("submitted_at"))
    granted = said.filter(recorded_at__lte=OuterRef("submitted_at"), granted=True)
    refused = handed.alias(last_word=Subquery(before.values("granted")[:1]))
    for told in refused.filter(Q(last_word=False) | ~Exists(granted)).defer("values").iterator():
        yield f"{_named(told)}: handed over {told.submitted_at:%Y-%m-%d %H:%M:%S} after a no"
    stopped = dict(Suppression.objects.values_list("address_hash", "at"))
    for message in handed.defer("values").iterator() if stopped else ():
        hashes = secrets.keyed_hashes("suppression", identity.email_key(message.address))
        since = min((stopped[one] for one in hashes if one in stopped), default=None)
        if since and message.submitted_at and since < message.submitted_at:
            yield f"{_named(message)}: handed over {message.submitted_at} to a stopped address"


def after_its_time(_moment: Moment) -> Iterator[str]:
    """Letters handed over later than they were worth sending."""
    late = Message.objects.filter(submitted_at__gt=F("not_after")).defer("values")
    for message in late.iterator():
        yield f"{_named(message)}: handed over {message.submitted_at}, worth sending until {message.not_after}"


def of_left_runs(_moment: Moment) -> Iterator[str]:
    """Letters still on their way whose run was left, reached its goal, or was ended."""
    for piece in chunks(Message.objects.filter(status__in=Message.UNSENT, group__startswith="flow:")):
        runs = Enrolment.objects.filter(pk__in={_run_of(message) for message in piece}, status__in=LEFT_EARLY)
        left = dict(runs.values_list("pk", "status"))
        for message in piece:
            if _run_of(message) in left:
                yield f"{_named(message)}: {message.status}, but its run is {left[_run_of(message)]}"


def states_and_times(_moment: Moment) -> Iterator[str]:
    """Letters whose lease, or whose times, another state would have."""
    free = Q(lease=None, leased_until=None)
    wrong = (
        Q(status__in=HELD_BY_A_WORKER) & (Q(lease=None) | Q(leased_until=None))
        | ~Q(status__in=HELD_BY_A_WORKER) & ~free
        | Q(status__in=FINAL, finished_at=None)
        | Q(status__in=Message.PENDING, finished_at__isnull=False)
        | Q(status=Status.SENT, submitted_at=None)
        | Q(status=Status.UNKNOWN, unknown_at=None)
    )
    for message in Message.objects.filter(wrong).defer("values").iterator():
        yield f"{_named(message)}: {message.status}, lease {message.lease}, finished {message.finished_at}"


def held_too_long(_moment: Moment) -> Iterator[str]:
    """Letters of workers that are long gone; leases go by the database's real clock."""
    rows = Message.objects.filter(status__in=HELD_BY_A_WORKER, leased_until__lt=Now() - LATE)
    yield from (f"{_named(message)}: {message.status} until {message.leased_until}" for message in rows)


def sent_without_event(_moment: Moment) -> Iterator[str]:
    """Letters that were sent and of which the member's timeline says nothing."""
    for piece in chunks(Message.objects.filter(status=Status.SENT).only("uuid", "key")):
        told = {f"mail.sent:{message.uuid}": message for message in piece}
        known = set(Event.objects.filter(key__in=told).values_list("key", flat=True))
        yield from (_named(message) for key, message in told.items() if key not in known)


def without_counterpart(_moment: Moment) -> Iterator[str]:
    """Send steps done without a letter, and letters of flows without their step."""
    for piece in chunks(StepRun.objects.filter(kind="send", outcome="queued", finished_at__isnull=False)):
        keys = {f"flow:{run.enrolment_id}:{run.uid}:{run.visit}" for run in piece}
        known = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
        yield from (f"{key}: the step is done, and there is no letter" for key in sorted(keys - known))
    for piece in chunks(Message.objects.filter(key__startswith="flow:").only("key", "group")):
        visits = StepRun.objects.filter(enrolment__in={_run_of(message) for message in piece}, kind="send")
        done = {f"flow:{run.enrolment_id}:{run.uid}:{run.visit}" for run in visits}
        yield from (f"{_named(message)}: no step wrote it" for message in piece if message.key not in done)


def overdue(moment: Moment) -> Iterator[str]:
    """Letters that should have left, and that nothing keeps."""
    unanswered = Event.objects.filter(member=OuterRef("member"), handled_at=None, parked_at=None)
    due = Message.objects.filter(status=Status.QUEUED, due_at__lt=moment.deadline)
    for message in due.filter(~Exists(unanswered)).order_by("due_at").iterator():
        yield f"{_named(message)}: due {message.due_at:%Y-%m-%d %H:%M:%S}"


def _run_of(message: Message) -> int:
    number = message.group.removeprefix("flow:")
    return int(number) if number.isdigit() else 0


def _named(message: Message) -> str:
    return f"letter {message.key}"
