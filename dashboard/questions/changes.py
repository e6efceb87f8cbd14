"""The log of changes, narrowed as somebody asks for it."""

import uuid
from collections.abc import Sequence

from django.db.models import QuerySet

from dashboard.words import changes as words
from flows.models import Flow
from members.models import Member
from office.models import AuditEntry, User


def matching(who: str, about: str, member: str) -> QuerySet[AuditEntry]:
    """The entries of this person (`-`: a command), about this noun, about this member; empty means any."""
    found = AuditEntry.objects.select_related("user")
    if who:
        found = found.filter(user=None) if who == "-" else found.filter(user__username=who)
    if about:
        found = found.filter(deed__startswith=f"{about}.")
    if known := _uuid(member):
        found = found.filter(member=known)
    return found


def people() -> list[tuple[str, str, None]]:
    """Everybody who works or worked here, to choose from."""
    rows = User.objects.order_by("first_name", "username")
    return [(user.username, user.get_full_name() or user.username, None) for user in rows[:20]]


def nouns() -> list[tuple[str, str, None]]:
    """What was ever changed, to choose from."""
    deeds = AuditEntry.objects.order_by().values_list("deed", flat=True).distinct()
    found = sorted({deed.partition(".")[0] for deed in deeds})
    return [(noun, words.noun(noun).capitalize(), None) for noun in found]


def names(entries: Sequence[AuditEntry]) -> dict[uuid.UUID, Member]:
    """The members these entries are about, in one query; what an entry says of a name may be old."""
    wanted = {entry.member for entry in entries if entry.member}
    return {member.uuid: member for member in Member.everybody.filter(uuid__in=wanted)}


def flow_names(entries: Sequence[AuditEntry]) -> dict[str, str]:
    """What the flows are called that these entries name by their slugs, in one query."""
    wanted = {entry.subject for entry in entries if entry.deed.partition(".")[0] in words.ABOUT_FLOWS}
    return dict(Flow.objects.filter(slug__in=wanted).values_list("slug", "name"))


def member(text: str) -> Member | None:
    """The member the list is narrowed to."""
    known = _uuid(text)
    return Member.everybody.filter(uuid=known).first() if known else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
