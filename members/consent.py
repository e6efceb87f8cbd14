"""Permission to write, per topic, with its proof. The ledger is append-only; the latest line counts."""

import datetime as dt
from collections.abc import Iterable, Sequence

from members import events, ledger
from members.models import Consent, Member, Topic
from office.models import House

MEMBERSHIP = "membership"
ASKED = "consent.asked"


def grant(
    member: Member,
    topic: str,
    at: dt.datetime,
    now: dt.datetime,
    *,
    proof: str,
    source: str,
    confirmed: bool = False,
) -> Consent:
    """Writes down that the member allowed letters of `topic`.

    Where the house or the topic asks twice and this is not said from the member's own address (`confirmed`), the yes
    waits for a second one: it counts as none, and `consent.asked` is recorded so that a letter asks for it.
    """
    if confirmed or not _asks_twice(member, topic):
        return _write(member, topic, at, now, granted=True, proof=proof, source=source)
    line = _write(member, topic, at, now, granted=False, pending=True, proof=proof, source=source)
    data = {"topic": topic, "line": line.pk}
    events.record(events.Draft(ASKED, member, now, f"{ASKED}:{member.uuid}:{line.pk}", data), now)
    return line


def withdraw(
    member: Member, topic: str, at: dt.datetime, now: dt.datetime, *, proof: str, source: str
) -> Consent:
    """Writes down that the member wants no more letters of `topic`; it counts from the next letter on."""
    ledger.said(member.uuid, topic, granted=False, at=at)
    return _write(member, topic, at, now, granted=False, proof=proof, source=source)


def standing(member_ids: Iterable[int], topics: Sequence[str] = ()) -> dict[tuple[int, str], Consent]:
    """The latest line per member and topic, in one query; a missing key means never asked."""
    lines = Consent.objects.filter(member_id__in=list(member_ids)).order_by("at", "id")
    if topics:
        lines = lines.filter(topic__in=topics)
    return {(line.member_id, line.topic): line for line in lines}


def _asks_twice(member: Member, topic: str) -> bool:
    """Where the house or the topic says so; not of who said yes already, and never about the membership itself."""
    if topic == MEMBERSHIP:
        return False
    if not (House.current().asks_twice or Topic.objects.filter(slug=topic, double_opt_in=True).exists()):
        return False
    line = standing([member.pk], [topic]).get((member.pk, topic))
    return line is None or not line.granted


def _write(
    member: Member,
    topic: str,
    at: dt.datetime,
    now: dt.datetime,
    *,
    granted: bool,
    pending: bool = False,
    proof: str,
    source: str,
) -> Consent:
    return Consent.objects.create(
        member=member,
        topic=topic,
        granted=granted,
        pending=pending,
        at=at,
        recorded_at=now,
        proof=proof[:500],
        source=source,
    )
