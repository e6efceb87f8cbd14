"""The ledger against the mail server's own list: invariants 1 to 4 of every fault test, and the audit's rules."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Sequence

from django.db.models import Q
from django.db.models.functions import Now

from flows.models import Enrolment
from lifecycle import invariants
from lifecycle.invariants.lines import Moment
from mail.claiming import RESEND_AFTER
from mail.models import Mailbox, Message
from members.models import Event

Status = Message.Status
IN_FLIGHT = 10  # letters of one worker between submitting and their result


def at_rest() -> bool:
    """Whether everything that was due is done."""
    now = dt.datetime.now(dt.UTC)
    moving = Q(status__in=[Status.CLAIMED, Status.SUBMITTING]) | Q(status=Status.QUEUED, due_at__lte=now)
    due = Q(status=Enrolment.Status.ACTIVE, parked_at=None)
    return not (
        Event.objects.filter(handled_at=None, parked_at=None).exists()
        or Enrolment.objects.filter(due & (Q(letter_pending=True) | Q(due_at__lte=now))).exists()
        or Message.objects.filter(moving).exists()
    )


def rest(patience: float, meanwhile: Callable[[], object] = bool) -> None:
    """Waits until everything is done, while leases run out.

    A dead worker's lease ends after 120 seconds. Moving the leases of those who have not renewed theirs for 5
    seconds into the past stands for that time passing: renewing happens in every micro-batch, far more often.
    """
    end = time.monotonic() + patience
    while not at_rest():
        assert time.monotonic() < end, f"not at rest after {patience:.0f} s: {standing()}"
        meanwhile()
        let_leases_run_out(idle=5)
        time.sleep(0.5)


def let_leases_run_out(idle: float = 0) -> int:
    """Ends the leases that nobody renewed for `idle` seconds."""
    ends = Now() + dt.timedelta(seconds=120 - idle)
    return Message.objects.filter(leased_until__lt=ends).update(leased_until=Now() - dt.timedelta(seconds=1))


def let_a_quarter_of_an_hour_pass() -> None:
    """Moves the unknown letters' times back, so that those about the membership itself are sent once more."""
    Message.objects.filter(status=Status.UNKNOWN, resent_at=None).update(
        unknown_at=dt.datetime.now(dt.UTC) - RESEND_AFTER - dt.timedelta(seconds=1)
    )


def let_the_waits_pass() -> None:
    """Lets what the mail server told to come back later come back now."""
    Mailbox.objects.update(rests_until=None)
    Message.objects.filter(status=Status.QUEUED).update(due_at=dt.datetime.now(dt.UTC))


def let_letters_be_new() -> None:
    """Where nobody sends, no letter counts as late, however long a slow machine takes for all that dies before it."""
    now = dt.datetime.now(dt.UTC)
    Message.objects.filter(status=Status.QUEUED).update(due_at=now, first_due_at=now)


def standing() -> dict[str, int]:
    """How many letters are in which state."""
    return dict(Counter(Message.objects.values_list("status", flat=True)))


def check(accepted: Sequence[str], *, letters: int, unknown_at_most: int) -> None:
    """Nothing lost, nothing doubled: every one of `letters` is final, and the server's list says the same."""
    taken = Counter(accepted)
    rows = list(Message.objects.defer("values"))
    assert len(rows) == letters
    assert not set(taken) - {row.message_id for row in rows}, "the server has letters that we do not know"
    for row in rows:
        _check_one(row, taken[row.message_id])
    unknown = sum(row.status == Status.UNKNOWN for row in rows)
    assert unknown <= unknown_at_most, f"{unknown} unknown letters, at most {unknown_at_most} were in flight"
    check_rules()


def check_rules() -> None:
    """Every rule of the audit holds, those about lateness too."""
    now = dt.datetime.now(dt.UTC)
    assert list(invariants.broken(Moment(now), in_time=True)) == []


def _check_one(row: Message, taken: int) -> None:
    assert row.status in {Status.SENT, Status.UNKNOWN}, f"{row.key} is {row.status}: {row.reason}"
    assert taken <= (2 if row.resent_at else 1), f"{row.key} was taken {taken} times"
    if row.status == Status.SENT:
        assert taken >= 1, f"{row.key} counts as sent, and the server never took it"
    if row.resent_at:
        assert row.purpose == Message.Purpose.TRANSACTIONAL, f"{row.key} was sent again on its own"
