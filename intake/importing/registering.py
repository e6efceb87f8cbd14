"""Members of a list, written down: many at once and quietly, or one by one as if they joined today."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from intake.importing.planning import Change, Note, State
from members import identity, joining, newcomers, plans, updating
from members.models import ExternalId, Member, MemberFacts

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


def register(new: Collection[Change], now: dt.datetime, note: Note) -> dict[str, int]:
    """Registers these members as history and places them; the key of each by the house's id."""
    slugs = plans.by_slug({change.after["plan"] for change in new})
    people = [
        newcomers.Newcomer(change.ident, slugs.get(change.after["plan"]), _columns(change.after))
        for change in new
    ]
    return newcomers.register(people, now, proof=f"joined ({note.file_name})", source=SOURCE)


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


def _columns(after: State) -> dict[str, Any]:
    columns = {name: after[name] for name in COLUMNS}
    return columns | {"guardian_id": _guardian(after), "own_fields": after["own"]}


def _guardian(after: State) -> int | None:
    found = after["guardian"]
    return found if isinstance(found, int) else None  # else the guardian's line comes later
