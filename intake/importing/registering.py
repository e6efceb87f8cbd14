"""Members of a list, written down: many at once and quietly, or one by one as if they joined today."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from intake.importing import rows
from intake.importing.planning import Change, Note, State
from members import consent, events, identity, joining, moving, plans, segment_keeping, updating
from members.models import Consent, ExternalId, Member, MemberFacts
from members.models.member import Stage

COLUMNS = (
    "email",
    "first_name",
    "last_name",
    "phone",
    "locale",
    "time_zone",
    "country",
    "source",
    "household",
    "joined_at",
    "birth_year",
    "preferred_channel",
)
SOURCE = "import"


def known(idents: Iterable[str]) -> dict[str, Member]:
    """The members whom the house calls so; of merged ones the one that is left."""
    ids = ExternalId.objects.filter(source=ExternalId.HOUSE, value__in=set(idents))
    found = ids.select_related("member__plan", "member__merged_into__plan")
    return {row.value: row.member.merged_into or row.member for row in found}


def register(new: Collection[Change], now: dt.datetime, note: Note) -> dict[str, Member]:
    """Makes these members with their ids, facts, consent and first event, and places them. Nothing follows from it."""
    if not new:
        return {}
    slugs = plans.by_slug({change.after["plan"] for change in new})
    made = {change.ident: Member(**_columns(change.after, slugs, now)) for change in new}
    for member in made.values():
        identity.set_keys(member)
    Member.objects.bulk_create(made.values())
    rows.insert(
        ExternalId,
        [ExternalId(member=member, source=ExternalId.HOUSE, value=ident) for ident, member in made.items()],
    )
    rows.insert(MemberFacts, [MemberFacts(member=member, dirty_at=now) for member in made.values()])
    rows.insert(Consent, [_consent(member, now, note) for member in made.values()])
    drafts = [
        events.Draft("member.signed_up", member, member.joined_at, f"signup:{member.uuid}")
        for member in made.values()
    ]
    events.record_many(drafts, now, quiet=True)
    ids = [member.pk for member in made.values()]
    moving.place(ids, now)
    segment_keeping.place(ids, now)
    return made


def change(old: Collection[Change], members: dict[str, Member], now: dt.datetime) -> None:
    """Sets the columns that the list says otherwise."""
    if not old:
        return
    slugs = plans.by_slug({one.after["plan"] for one in old})
    names: set[str] = set()
    for one in old:
        names |= set_columns(members[one.ident], one.before or {}, one.after, slugs, now)
    changed = {members[one.ident].pk: members[one.ident] for one in old}
    Member.objects.bulk_update(changed.values(), sorted(names), batch_size=200)
    MemberFacts.objects.filter(member__in=changed).update(dirty_at=now)


def set_columns(
    member: Member, before: State, after: State, slugs: dict[str, Any], now: dt.datetime
) -> set[str]:
    """Sets on the (unsaved) member what differs between two states; returns the names of the columns."""
    changed = {name for name in COLUMNS if before.get(name) != after[name]}
    for name in changed:
        setattr(member, name, after[name])
    identity.set_keys(member)
    member.updated_at = now
    if before.get("plan") != after["plan"]:
        member.plan = slugs.get(after["plan"])
    if before.get("guardian") != after["guardian"]:
        member.guardian_id = _guardian(after)
    member.own_fields = after["own"]
    return changed | {*identity.KEYS, "updated_at", "plan", "guardian", "own_fields"}


def tie(pending: Collection[tuple[str, str]]) -> None:
    """Gives members (by the house's id) the guardians whose lines came after theirs."""
    members = known({ident for pair in pending for ident in pair})
    wards = []
    for ident, guardian in pending:
        if ident in members and guardian in members:
            members[ident].guardian = members[guardian]
            wards.append(members[ident])
    Member.objects.bulk_update(wards, ["guardian"], batch_size=200)


def tell(change: Change, member: Member | None, now: dt.datetime, *, source: str) -> Member:
    """One member by the ordinary verbs: joins, or is updated, and everything follows that follows from it."""
    after = change.after
    if member is None:
        fields = {name: after[name] for name in COLUMNS if name != "joined_at" and after[name]}
        signup = joining.Signup({ExternalId.HOUSE: change.ident}, after["joined_at"], fields, after["plan"])
        member, _is_new = joining.join(signup, now, source=source)
        before: State = {**after, "own": {}, "guardian": None}
    else:
        before = change.before or {}
        said = {name: after[name] for name in _CONTACT if before.get(name) != after[name]}
        if said:
            member = updating.update(member, said, now, f"import:{member.uuid}:{now.isoformat()}", now)
    set_columns(member, before, after, plans.by_slug({after["plan"]}), now)
    member.save()
    return member


_CONTACT = ("email", "first_name", "last_name", "phone", "locale", "time_zone", "country")


def _columns(after: State, slugs: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
    return {
        **{name: after[name] for name in COLUMNS},
        "plan": slugs.get(after["plan"]),
        "guardian_id": _guardian(after),
        "own_fields": after["own"],
        "stage": Stage.ONBOARDING,
        "stage_since": after["joined_at"],
        "created_at": now,
        "updated_at": now,
    }


def _guardian(after: State) -> int | None:
    found = after["guardian"]
    return found if isinstance(found, int) else None  # else the guardian's line comes later


def _consent(member: Member, now: dt.datetime, note: Note) -> Consent:
    return Consent(
        member=member,
        topic=consent.MEMBERSHIP,
        granted=True,
        at=member.joined_at,
        recorded_at=now,
        proof=f"joined ({note.file_name})"[:500],
        source=SOURCE,
    )
