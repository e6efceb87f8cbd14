"""Lists of members."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from intake import fields, outcomes
from intake.importing import cells, planning, registering
from intake.importing.planning import Change, Note, Said, State, Written
from members import fields as checks
from members.models import Member, Subscription
from members.models.member import Channel

COLUMNS = (
    "external_id",
    "email",
    "first_name",
    "last_name",
    "phone",
    "locale",
    "time_zone",
    "country",
    "joined_at",
    "plan",
    "source",
    "birth_year",
    "household",
    "guardian",
    "preferred_channel",
)
NEEDED = (("external_id",), ("email", "first_name", "last_name"))
NAMES = ("email", "first_name", "last_name")
OWN = "own:"
LATER = "later:"  # before the id of a guardian who is not there yet
TEXTS = ("email", "first_name", "last_name", "phone", "locale", "time_zone", "country", "source", "household")
PLAIN = (*TEXTS, "joined_at", "birth_year", "preferred_channel")
_RULES: dict[str, cells.Field] = {
    "external_id": checks.Identifier(),
    "email": cells.PlainEmail(),
    "first_name": checks.Text(max_length=200),
    "last_name": checks.Text(max_length=200),
    "phone": checks.Text(max_length=50),
    "locale": checks.Locale(),
    "time_zone": checks.TimeZone(),
    "country": checks.Country(),
    "joined_at": cells.PastMoment(),
    "plan": fields.PlanSlug(),
    "source": checks.Text(max_length=100),
    "birth_year": serializers.IntegerField(min_value=1880, max_value=2200),
    "household": checks.Text(max_length=80, trim_whitespace=True),
    "guardian": checks.Identifier(),
    "preferred_channel": serializers.ChoiceField(choices=Channel.choices),
}


def checked(said: Mapping[str, str], now: dt.datetime) -> Said:
    """What a line says of a member."""
    values = cells.checked(said, _RULES)
    cells.required(values, "external_id")
    cells.not_ahead(values, now, "joined_at")
    if values.get("birth_year", 0) > now.year:
        raise outcomes.NotUnderstood(_("birth_year: lies ahead of the clock"))
    _still_here(said, now)
    own = {name.removeprefix(OWN): text for name, text in said.items() if text and name.startswith(OWN)}
    ident = values.pop("external_id")
    if values.get("guardian") == ident:
        raise outcomes.NotUnderstood(_("guardian: nobody is their own guardian"))
    return Said(0, ident, values | ({"own": own} if own else {}))


def _still_here(said: Mapping[str, str], now: dt.datetime) -> None:
    """NotUnderstood where the line says that they left: a list of members would make a member of them again."""
    left = said.get("left_at", "")
    if left and left[:10] <= now.date().isoformat():
        raise outcomes.NotUnderstood(
            _("left_at: has passed. Who left is brought with their contract, as a list of contracts")
        )


def look_up(said: Collection[Said], now: dt.datetime) -> "People":
    """The members these lines are about."""
    guardians = {one.values["guardian"] for one in said if "guardian" in one.values}
    members = registering.known({one.ident for one in said} | guardians)
    return People(members, now)


class People:
    """The members that one chunk is about, by the house's id. `expected` are guardians who come later in the file."""

    def __init__(self, members: dict[str, Member], now: dt.datetime) -> None:
        self.members, self.now = members, now
        self.expected: Collection[str] = ()
        pks = {member.pk for member in members.values()}
        under_contract = set(
            Subscription.objects.filter(member__in=pks).values_list("member_id", flat=True).distinct()
        )
        self.states = {ident: state(member, member.pk in under_contract) for ident, member in members.items()}

    def judge(self, before: State | None, said: Said) -> State:
        """The member as the line wants it; a line that is blank somewhere leaves that as it is."""
        values = dict(said.values)
        if "guardian" in values:
            values["guardian"] = self._guardian(values["guardian"])
        if before is None:
            if not any(values.get(name, "").strip() for name in NAMES):
                raise outcomes.NotUnderstood(_("email: give a name or an e-mail address"))
            return {**_blank(self.now), **values}
        if before["gone"]:
            raise outcomes.NotUnderstood(_("external_id: this member asked to be forgotten"))
        after = {**before, **values, "own": {**before["own"], **values.get("own", {})}}
        if before["contract"]:  # the contract says which plan it is
            after["plan"] = before["plan"]
        return after

    def write(self, changes: Collection[Change], now: dt.datetime, note: Note) -> Written:
        """Makes and changes the members; those made are placed."""
        written = Written()
        new = [change for change in changes if change.before is None]
        old = [change for change in changes if change.before is not None]
        made = registering.register(new, now, note)
        registering.change(old, self.members, now)
        for change in changes:
            before = None if change.before is None else difference(change.before, change.after)
            key = made[change.ident] if change.before is None else self.members[change.ident].pk
            written.rows[key] = (before, mark(change.after))
        return written

    def tell(self, change: Change, now: dt.datetime, note: Note) -> None:
        """Lets the member join, or changes them, with all that follows from it."""
        self.members[change.ident] = registering.tell(
            self._with_guardian(change), self.members.get(change.ident), now, source="import"
        )

    def _with_guardian(self, change: Change) -> Change:
        """With the guardian who joined a few lines above: their welcome of today already goes there."""
        said = change.after["guardian"]
        above = self.members.get(said.removeprefix(LATER)) if isinstance(said, str) else None
        return replace(change, after={**change.after, "guardian": above.pk}) if above else change

    def _guardian(self, ident: str) -> Any:
        if ident in self.members:
            return self.members[ident].pk
        if ident in self.expected:
            return f"{LATER}{ident}"
        raise outcomes.NotUnderstood(_("guardian: nobody here is called “%(name)s”") % {"name": ident})


def state(member: Member, is_under_contract: bool) -> State:
    """A member in the columns of a list."""
    return {
        **{name: getattr(member, name) for name in PLAIN},
        "plan": member.plan.slug if member.plan else "",
        "guardian": member.guardian_id,
        "own": dict(member.own_fields),
        "contract": is_under_contract,
        "gone": member.erased_at is not None,
    }


def mark(told: State) -> str:
    """What shows whether somebody touched the member since."""
    return planning.digest(told, leave_out=("plan", "guardian", "contract", "gone"))


def difference(before: State, after: State) -> State:
    """The columns that changed, as they were; times as text."""
    changed = {name: old for name, old in before.items() if old != after[name]}
    return {name: old.isoformat() if isinstance(old, dt.datetime) else old for name, old in changed.items()}


def guardians(said: Mapping[str, str]) -> str:
    """The guardian that a line names, unchecked."""
    return said.get("guardian", "").strip()


def _blank(now: dt.datetime) -> State:
    return {
        **dict.fromkeys(TEXTS, ""),
        "joined_at": now,
        "birth_year": None,
        "preferred_channel": "",
        "plan": "",
        "guardian": None,
        "own": {},
        "contract": False,
        "gone": False,
    }
