"""After a backup was put back: who was erased since is erased again, and who said no since has said no."""

import datetime as dt
from collections.abc import Sequence

from members import consent, erasure, ledger
from members.models import Consent, Member

SOURCE, PROOF = "restore", "said before a backup was put back"


def replay(lines: Sequence[ledger.Line], now: dt.datetime) -> tuple[int, int]:
    """Carries out what the lines say of members: how many refusals were written down, and how many were erased."""
    refusals = _last_words(lines)
    erased = {who for line in lines if line["what"] == ledger.ERASED for who in line["who"]}
    wanted = {who for who, _topic in refusals} | erased
    known = _members(wanted) if wanted else {}
    written = sum(_write(known[who], topic, at, now) for (who, topic), at in refusals.items() if who in known)
    forgotten = {known[who] for who in erased & known.keys()}
    for key in sorted(forgotten):
        member = Member.everybody.get(pk=key)
        if member.erased_at is None:
            erasure.erase(member.merged_into or member, None, now)
    return written, len(forgotten)


def _members(wanted: set[str]) -> dict[str, int]:
    """The key of each member whom one of these hashes means, among those who are not erased."""
    rows = Member.everybody.filter(erased_at=None).values_list("pk", "uuid").iterator()
    return {name: key for key, uuid in rows for name in ledger.names(uuid) if name in wanted}


def _last_words(lines: Sequence[ledger.Line]) -> dict[tuple[str, str], dt.datetime]:
    """When who said no to what, where no yes came after it. A yes is not repeated: its proof is lost."""
    said: dict[tuple[str, str], dt.datetime] = {}
    for line in lines:
        for who in line["who"] if line["what"] in (ledger.NO, ledger.YES) else ():
            said.pop((who, line["topic"]), None)
            if line["what"] == ledger.NO:
                said[who, line["topic"]] = dt.datetime.fromisoformat(line["at"])
    return said


def _write(key: int, topic: str, at: dt.datetime, now: dt.datetime) -> bool:
    member = Member.everybody.get(pk=key)
    line = consent.standing([key], [topic]).get((key, topic))
    if line is not None and (not line.granted or line.at > at):
        return False
    Consent.objects.create(
        member=member, topic=topic, granted=False, at=at, recorded_at=now, proof=PROOF, source=SOURCE
    )
    return True
