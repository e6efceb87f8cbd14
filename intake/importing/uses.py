"""Lists of visits and bookings, as door and booking systems export them every week: who, when, and what for.

Such a file overlaps with the one of last week: who, when and what for are the line's id, so it counts once.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from intake import outcomes
from intake.attending import occasions
from intake.importing import cells, happenings, placing, registering
from intake.importing.models import Import
from intake.importing.planning import Change, Note, Said, State, Written
from members import fields as checks
from members import freshness, identity, usage
from members.models import ExternalId, Member, Usage

COLUMNS = ("member", "email", "first_name", "last_name", "occurred_at", "use")
NEEDED = (("member", "email", "last_name"), ("occurred_at",))
SOURCE = "list"
USUAL = "visit"
_RULES: dict[str, cells.Field] = {
    "member": checks.Identifier(),
    "email": cells.PlainEmail(),
    "first_name": checks.Text(max_length=200),
    "last_name": checks.Text(max_length=200),
    "occurred_at": cells.PastMoment(),
    "use": checks.Text(max_length=60),
}
_NUMBER = re.compile(r"#?(\d{1,18})", re.ASCII)


def checked(said: Mapping[str, str], now: dt.datetime) -> Said:
    """Who was where, when, as a line says it."""
    values = cells.checked(said, _RULES)
    cells.required(values, "occurred_at")
    cells.not_ahead(values, now, "occurred_at")
    who = _who(values)
    if not who:
        raise outcomes.NotUnderstood(_("The line names nobody: by number, e-mail or name."))
    values["who"], values["use"] = who, occasions.usage_of(values.get("use", "")) or f"usage.{USUAL}"
    told = f"{who}|{values['occurred_at'].isoformat()}|{values['use']}"
    return Said(0, hashlib.blake2b(told.encode(), digest_size=16).hexdigest(), values)


def look_up(said: Collection[Said], _now: dt.datetime) -> "Uses":
    """Whom these lines mean, and which of them were counted before."""
    counted = Usage.objects.filter(source=SOURCE, external_id__in=[one.ident for one in said])
    known = set(counted.values_list("external_id", flat=True))
    return Uses({ident: {} for ident in known}, _people(said))


class Uses:
    """What one chunk tells of; a visit is never changed."""

    def __init__(self, states: dict[str, State], people: dict[str, list[int]]) -> None:
        self.states, self.people = states, people

    def judge(self, before: State | None, said: Said) -> State:
        """The visit as told; unchanged when it was counted before. NotUnderstood for unknown people."""
        if before is not None:
            return before
        found = self.people.get(said.values["who"], [])
        if not found:
            raise outcomes.NotUnderstood(_("Nobody here is known as “%s”.") % _shown(said.values))
        if len(found) > 1:
            raise outcomes.NotUnderstood(
                _("Several people are called “%s”: write the number or e-mail.") % _shown(said.values)
            )
        values = said.values
        return {"member": found[0], "occurred_at": values["occurred_at"], "name": values["use"]}

    def write(self, changes: Collection[Change], now: dt.datetime, note: Note) -> Written:
        """Counts the visits as history: nothing waits for them any more."""
        happenings.count([_use(change) for change in changes], now)
        told_of = {change.after["member"] for change in changes}
        freshness.doubt(told_of, now)
        placing.deepen(told_of, now)
        return Written({})

    def tell(self, change: Change, now: dt.datetime, note: Note) -> None:
        """Counts one visit as if it was told by the API: what waits for it goes on."""
        usage.record_many([_use(change)], now)


def remembered(headings: Sequence[str]) -> dict[str, str]:
    """What a file with these headings was called last time, and what its lines counted as."""
    for batch in Import.objects.filter(kind=Import.Kind.USES).order_by("-pk")[:50]:
        if batch.choices.get("headings") == list(headings) and "regular" in batch.choices:
            return dict(batch.choices["regular"])
    return {}


def regular(batches: Iterable[Import]) -> dict[str, Import]:
    """The files that come again and again, by what staff call them, each with its last list; latest first."""
    found: dict[str, Import] = {}
    for batch in batches:
        name = batch.choices.get("regular", {}).get("name", "")
        if name and batch.kind == Import.Kind.USES and batch.status == Import.Status.DONE:
            found.setdefault(name, batch)
    return found


def _use(change: Change) -> usage.Use:
    after = change.after
    return usage.Use(after["member"], SOURCE, change.ident, after["name"], after["occurred_at"])


def _who(values: Mapping[str, Any]) -> str:
    """One spelling of whom a line names: the number before the e-mail, the e-mail before the name."""
    if number := values.get("member"):
        return f"number:{number}"
    if email := values.get("email"):
        return f"email:{identity.email_key(email)}"
    name = identity.name_key(f"{values.get('first_name', '')} {values.get('last_name', '')}".strip())
    return f"name:{name}" if name else ""


def _shown(values: Mapping[str, Any]) -> str:
    name = f"{values.get('first_name', '')} {values.get('last_name', '')}".strip()
    return str(values.get("member") or values.get("email") or name)


def _people(said: Collection[Said]) -> dict[str, list[int]]:
    """The members by how the lines name them; several where a name or a shared address says no more."""
    who = {one.values["who"] for one in said}
    parts = {kind: {word[len(kind) + 1 :] for word in who if word.startswith(f"{kind}:")} for kind in KINDS}
    found = {f"number:{ident}": [pk] for ident, pk in _numbered(parts["number"]).items()}
    rows = Member.objects.filter(
        Q(email_key__in=parts["email"]) | Q(name_key__in=parts["name"]), erased_at=None
    )
    for member in rows.order_by("pk").only("pk", "email_key", "name_key"):
        for word in (f"email:{member.email_key}", f"name:{member.name_key}"):
            if word in who:
                found.setdefault(word, []).append(member.pk)
    return found


KINDS = ("number", "email", "name")


def _numbered(idents: Collection[str]) -> dict[str, int]:
    """By the number of another system, else by the one on the member's card (also as `#12`).

    Where any of our ids looks like a plain number, a plain number is never a card's: it could be somebody else's.
    """
    found = {ident: member.pk for ident, member in registering.known(idents).items()}
    cards = {
        ident: int(match[1]) for ident in idents if ident not in found and (match := _NUMBER.fullmatch(ident))
    }
    if any(not ident.startswith("#") for ident in cards) and _has_plain_numbers():
        cards = {ident: pk for ident, pk in cards.items() if ident.startswith("#")}
    rows = Member.everybody.filter(pk__in=cards.values(), erased_at=None)
    standing = {pk: into or pk for pk, into in rows.values_list("pk", "merged_into")}
    return found | {ident: standing[pk] for ident, pk in cards.items() if pk in standing}


def _has_plain_numbers() -> bool:
    return ExternalId.objects.filter(source=ExternalId.HOUSE, value__regex=r"^[0-9]+$").exists()
