"""After a backup was put back: what may have left since is unknown, and who wanted no letters still gets none.

The database does not remember what was sent after the backup. So every letter that was due by then, whether it stands
in the backup or flows write it only now, waits for somebody here to decide; none is sent a second time by itself.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Max, Q, QuerySet

from api import secrets
from mail import addressing
from mail.models import Message, Restoration, Suppression
from mail.suppressions import Reason, is_graver
from members import ledger
from members.models import Member

REASON = "restored"
Status = Message.Status
CHUNK = 500
DOUBTED = ("status", "reason", "address", "unknown_at", "finished_at", "resent_at", "lease", "leased_until")


def is_done(taken_at: dt.datetime) -> bool:
    """Whether this was said of that backup before."""
    return Restoration.objects.filter(backup_taken_at=taken_at).exists()


def hold(taken_at: dt.datetime, now: dt.datetime) -> int:
    """Makes every letter unknown that was due by `now`; how many. Those that flows write only now follow (`doubt`)."""
    due = Q(status__in=Message.UNSENT, due_at__lte=now) | Q(status=Status.SUBMITTING)
    keys = list(Message.objects.filter(due).values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        rows = list(_whole(keys[start : start + CHUNK]))
        for row in rows:
            row.address = row.address or addressing.of(row.member)
            _doubt(row, now)
        Message.objects.bulk_update(rows, DOUBTED)
    # Whether one that was unknown already was sent again after the backup, nobody knows either.
    Message.objects.filter(status=Status.UNKNOWN, resent_at=None).update(resent_at=now)
    Restoration.objects.create(backup_taken_at=taken_at, restored_at=now, letters=len(keys))
    return len(keys)


def doubt(messages: Sequence[Message], now: dt.datetime) -> None:
    """Makes those of these new letters unknown that were due before a backup was put back: they left then, perhaps."""
    last = Restoration.objects.aggregate(last=Max("restored_at"))["last"]
    for message in messages:
        if last and message.due_at <= last:
            _doubt(message, now)


def replay_stops(lines: Iterable[ledger.Line], now: dt.datetime) -> int:
    """Stops and frees addresses as they were stopped and freed since; how many changed."""
    wanted: dict[str, str] = {}
    for line in lines:
        for digest in line["who"] if line["what"] in (ledger.STOPPED, ledger.FREED) else ():
            wanted[digest] = line.get("why", "")
    known = {row.address_hash: row for row in Suppression.objects.all()}
    gone = [digest for digest, why in wanted.items() if not why and digest in known]
    Suppression.objects.filter(address_hash__in=gone).delete()
    stopped = {digest: Reason(why) for digest, why in wanted.items() if why in Reason.values}
    worse = [
        known[one] for one in stopped if one in known and is_graver(stopped[one], Reason(known[one].reason))
    ]
    for row in worse:
        row.reason = stopped[row.address_hash]
    Suppression.objects.bulk_update(worse, ["reason"], batch_size=CHUNK)
    new = {digest: reason for digest, reason in stopped.items() if digest not in known}
    addresses = _addresses(new)
    Suppression.objects.bulk_create(
        [
            Suppression(address_hash=digest, address=addresses.get(digest, ""), reason=reason, at=now)
            for digest, reason in new.items()
        ],
        batch_size=CHUNK,
    )
    return len(gone) + len(worse) + len(new)


def _whole(keys: Sequence[int]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=keys).select_related("member__guardian").defer("values")


def _doubt(message: Message, now: dt.datetime) -> None:
    """Unknown, and not even once sent again by itself: a letter about the membership usually is."""
    message.status, message.reason = Status.UNKNOWN, REASON
    message.unknown_at = message.finished_at = message.resent_at = now
    message.lease = message.leased_until = None


def _addresses(hashes: Mapping[str, object]) -> dict[str, str]:
    """The address behind each of these hashes that a member here has, so that staff can read who it is."""
    rows = Member.objects.exclude(email_key="").values_list("email_key", flat=True).distinct()
    return {
        digest: key
        for key in (rows.iterator() if hashes else ())
        for digest in secrets.keyed_hashes("suppression", key)
        if digest in hashes
    }
