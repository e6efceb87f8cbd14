"""Somebody joins. Every door (API, webhook, form, staff, import) leads to `join`."""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction

from members import adopting, consent, events, identity, plans, stages
from members.models import Account, ExternalId, Member, MemberFacts


@dataclass(frozen=True)
class ConsentLine:
    """What a signup says of one topic; `at` is aware, None means at joining."""

    topic: str
    granted: bool
    at: dt.datetime | None = None
    proof: str = ""


@dataclass(frozen=True)
class Signup:
    """A checked signup. `fields` are columns of Member; `external_ids` map a source to its id."""

    external_ids: dict[str, str]
    joined_at: dt.datetime
    fields: dict[str, str] = field(default_factory=dict)
    plan: str = ""
    account: str = ""
    consents: tuple[ConsentLine, ...] = ()
    flag: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def join(signup: Signup, now: dt.datetime, *, source: str, quiet: bool = False) -> tuple[Member, bool]:
    """The member of this signup, and whether the signup was new. A known external id changes nothing.

    Registers the member, its ids, consents and first stage, and records `member.signed_up`, in one
    transaction. `membership` is granted by joining unless the signup refuses it. A member whom another system
    brought first is taken over instead of made twice.
    """
    known = _known(signup)
    if known and not _is_taken_over(known, signup):
        return known, False
    try:
        with transaction.atomic():
            return _adopt(known, signup, now, source) if known else _register(
                signup, now, source, quiet
            ), True
    except IntegrityError:
        raced = _known(signup)
        if raced is None:
            raise
        return raced, False


def _known(signup: Signup) -> Member | None:
    ordered = sorted(signup.external_ids.items(), key=lambda known: known[0] != ExternalId.HOUSE)
    for source, value in ordered:
        found = identity.by_external_ids([value], source).get(value)
        if found and (source == ExternalId.HOUSE or not _is_somebody_else(found, signup)):
            return found
    return None if signup.flag else adopting.same_address(signup.fields.get("email", ""))


def _is_somebody_else(found: Member, signup: Signup) -> bool:
    """The house's own ids decide: two of them are two members, even where one pays for both."""
    own = ExternalId.HOUSE in signup.external_ids
    return own and found.external_ids.filter(source=ExternalId.HOUSE).exists()


def _is_taken_over(known: Member, signup: Signup) -> bool:
    return not signup.flag and adopting.is_stranger(known)


def _adopt(known: Member, signup: Signup, now: dt.datetime, source: str) -> Member:
    columns = {
        **signup.fields,
        "joined_at": signup.joined_at,
        "plan": plans.named(signup.plan),
        "account": _account(signup.account),
    }
    member = adopting.adopt(known, signup.external_ids, columns, now)
    refused = tuple(replace(line, at=now) for line in signup.consents if not line.granted)
    lines = (*(line for line in signup.consents if line.granted), *refused)
    _consents(member, replace(signup, consents=lines), now, source)
    return member


def _register(signup: Signup, now: dt.datetime, source: str, quiet: bool) -> Member:
    at = signup.joined_at
    member = Member(
        **signup.fields,
        plan=plans.named(signup.plan),
        account=_account(signup.account),
        joined_at=at,
        stage_since=at,
        created_at=now,
        updated_at=now,
        flag=signup.flag,
    )
    identity.set_keys(member)
    member.save()
    MemberFacts.objects.create(member=member, dirty_at=now)
    _identify(member, signup)
    _consents(member, signup, now, source)
    event = events.record(
        events.Draft("member.signed_up", member, at, f"signup:{member.uuid}", signup.data), now, quiet=quiet
    )
    stages.join(member, at, event)
    return member


def _identify(member: Member, signup: Signup) -> None:
    for source, value in signup.external_ids.items():
        if source == ExternalId.HOUSE or len(signup.external_ids) == 1:
            ExternalId.objects.create(member=member, source=source, value=value)
        else:  # another member may have it already: a family's one customer at Stripe
            ExternalId.objects.get_or_create(source=source, value=value, defaults={"member": member})


def _account(name: str) -> Account | None:
    return Account.objects.get_or_create(external_id=name, defaults={"name": name})[0] if name else None


def _consents(member: Member, signup: Signup, now: dt.datetime, source: str) -> None:
    for line in signup.consents:
        write = consent.grant if line.granted else consent.withdraw
        write(member, line.topic, line.at or signup.joined_at, now, proof=line.proof, source=source)
    if all(line.topic != consent.MEMBERSHIP for line in signup.consents):
        consent.grant(member, consent.MEMBERSHIP, signup.joined_at, now, proof="joined", source=source)
