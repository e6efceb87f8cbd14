"""Permission to write, per topic, with its proof. The ledger is append-only; the latest line counts."""

import datetime as dt
from collections.abc import Iterable, Sequence

from members import ledger
from members.models import Consent, Member

MEMBERSHIP = "membership"


def grant(member: Member, topic: str, at: dt.datetime, now: dt.datetime, *, proof: str, source: str) -> None:
    """Writes down that the member allowed letters of `topic`."""
    _write(member, topic, at, now, granted=True, proof=proof, source=source)


def withdraw(
    member: Member, topic: str, at: dt.datetime, now: dt.datetime, *, proof: str, source: str
) -> None:
    """Writes down that the member wants no more letters of `topic`; it counts from the next letter on."""
    ledger.said(member.uuid, topic, granted=False, at=at)
    _write(member, topic, at, now, granted=False, proof=proof, source=source)


def standing(member_ids: Iterable[int], topics: Sequence[str] = ()) -> dict[tuple[int, str], Consent]:
    """The latest line per member and topic, in one query; a missing key means never asked."""
    lines = Consent.objects.filter(member_id__in=list(member_ids)).order_by("at", "id")
    if topics:
        lines = lines.filter(topic__in=topics)
    return {(line.member_id, line.topic): line for line in lines}


def _write(
    member: Member, topic: str, at: dt.datetime, now: dt.datetime, *, granted: bool, proof: str, source: str
) -> None:
    Consent.objects.create(
        member=member, topic=topic, granted=granted, at=at, recorded_at=now, proof=proof[:500], source=source
    )
