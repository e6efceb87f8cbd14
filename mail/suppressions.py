"""Addresses that get no letters. Kept as keyed hashes, so that a suppression outlives the member's data."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from api import secrets
from mail.models import Suppression
from members import identity, ledger
from office import audit
from office.models import User

Reason = Suppression.Reason
GRAVITY = (Reason.REFUSED, Reason.MANUAL, Reason.COMPLAINED, Reason.BOUNCED)


def suppress(address: str, reason: Suppression.Reason, now: dt.datetime, detail: str = "") -> None:
    """Stops letters to this address from now on; saying it again changes nothing.

    Of several reasons the gravest stands, in whatever order they come: a dead address gets no letter at all.
    """
    key = identity.email_key(address)
    digest = secrets.keyed_hash("suppression", key)
    row, is_new = Suppression.objects.get_or_create(
        address_hash=digest,
        defaults={"address": key, "reason": reason, "detail": detail[:300], "at": now},
    )
    if is_new:
        ledger.stopped([(digest, reason)], now)
    else:
        worsen(row, reason, now, detail)


def worsen(row: Suppression, reason: Suppression.Reason, now: dt.datetime, detail: str = "") -> None:
    """Notes a graver reason for what is stopped already; a lighter one changes nothing."""
    if is_graver(reason, Reason(row.reason)):
        ledger.stopped([(row.address_hash, reason)], now)
        row.reason, row.detail = reason, detail[:300]
        row.save(update_fields=["reason", "detail"])


def is_graver(reason: Suppression.Reason, other: Suppression.Reason) -> bool:
    """Whether it stops more than the other."""
    return GRAVITY.index(reason) > GRAVITY.index(other)


def lift(row: Suppression, why: str, by: User, now: dt.datetime) -> None:
    """Lets letters go to this address again, and writes down who decided so and why."""
    with transaction.atomic():
        audit.record(by, "suppression.lifted", row, now, reason=row.reason, note=why[:300])
        ledger.freed([row.address_hash], now)
        row.delete()


def suppressed(addresses: Iterable[str]) -> dict[str, Suppression]:
    """Those of these addresses that are suppressed, in one query."""
    hashes = {digest: address for address in addresses for digest in _hashes("suppression", address)}
    rows = Suppression.objects.filter(address_hash__in=hashes)
    return {hashes[row.address_hash]: row for row in rows}


def remember_no(address: str, topics: Iterable[str], now: dt.datetime) -> None:
    """Remembers that whoever had this address refused letters of these topics, when their data is erased.

    A consent recorded later under the same address does not count (`refused`), until the person themself says yes.
    """
    for topic in topics:
        digest = secrets.keyed_hash(refusal(topic), identity.email_key(address))
        ledger.stopped([(digest, Reason.REFUSED)], now)
        Suppression.objects.get_or_create(address_hash=digest, defaults={"reason": Reason.REFUSED, "at": now})


def refused(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suppression]:
    """Those of these (address, topic) that somebody since erased had refused, in one query."""
    hashes = {digest: pair for pair in wanted for digest in _hashes(refusal(pair[1]), pair[0])}
    rows = Suppression.objects.filter(address_hash__in=hashes)
    return {hashes[row.address_hash]: row for row in rows}


def lift_no(address: str, topic: str, now: dt.datetime) -> None:
    """The person behind the address said yes on a page that only a letter to it leads to."""
    hashes = _hashes(refusal(topic), address)
    gone, _rows = Suppression.objects.filter(address_hash__in=hashes, reason=Reason.REFUSED).delete()
    if gone:
        ledger.freed(hashes, now)


def forget_details(addresses: Iterable[str]) -> None:
    """Blanks these addresses and what a mail server said about them; that they are stopped stays."""
    hashes = [digest for address in addresses for digest in _hashes("suppression", address)]
    Suppression.objects.filter(address_hash__in=hashes).update(address="", detail="")


def refusal(topic: str) -> str:
    """What the hash is for that remembers a no to this topic."""
    return f"refusal:{topic}"


def _hashes(purpose: str, address: str) -> list[str]:
    return secrets.keyed_hashes(purpose, identity.email_key(address))
