"""What people here do with replies: answered, open again, whose it is, who sees to it."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mail import freeing, replies
from mail.models import Incoming, Reply
from members import freshness
from members.models import Event, Member
from office import audit
from office.models import User

WAITING = "reply"  # what `mail.reasons` calls a reply that nobody answered


class NotAttached(ValueError):
    """Why a reply cannot be given to that member; the text is for staff."""


def waiting() -> QuerySet[Reply]:
    """The replies of members that nobody answered yet, oldest first."""
    rows = Reply.objects.filter(answered_at=None, member__isnull=False, member__erased_at=None)
    return rows.order_by("received_at", "pk")


def unmatched() -> QuerySet[Reply]:
    """What came from somebody we do not know, newest first."""
    return Reply.objects.filter(answered_at=None, member=None).order_by("-received_at", "-pk")


def answer(uuids: Collection[uuid.UUID], by: User, now: dt.datetime) -> list[Reply]:
    """Marks replies as answered, and lets go what waited for it; absent are those somebody else was faster with."""
    with transaction.atomic():
        rows = _locked(uuids).filter(answered_at=None)
        found = list(rows)
        Reply.objects.filter(pk__in=[row.pk for row in found]).update(answered_at=now, answered_by=by)
        _note("reply.answered", found, by, now)
        free(found, now)
    return found


def reopen(uuids: Collection[uuid.UUID], by: User, now: dt.datetime) -> list[Reply]:
    """Takes `answered` back: they wait again, and hold what they held."""
    with transaction.atomic():
        found = list(_locked(uuids).filter(answered_at__isnull=False))
        Reply.objects.filter(pk__in=[row.pk for row in found]).update(answered_at=None, answered_by=None)
        _note("reply.reopened", found, by, now)
    return found


def assign(uuids: Collection[uuid.UUID], to: User | None, by: User, now: dt.datetime) -> list[Reply]:
    """Gives replies to a person who sees to them, or to nobody."""
    with transaction.atomic():
        found = list(
            _locked(uuids).exclude(assigned_to=to) if to else _locked(uuids).exclude(assigned_to=None)
        )
        Reply.objects.filter(pk__in=[row.pk for row in found]).update(assigned_to=to)
        _note("reply.assigned", found, by, now, to=to.get_username() if to else "")
    return found


def attach(reply: Reply, member: Member, by: User, now: dt.datetime) -> None:
    """Says which member wrote. Raises NotAttached when somebody else said so meanwhile, or the member is gone."""
    with transaction.atomic():
        reply = Reply.objects.select_for_update().get(pk=reply.pk)
        if member.erased_at or member.merged_into_id:
            raise NotAttached(_("This member is not in the register any more."))
        was = reply.member_id
        reply.member, reply.found_by = member, Reply.Found.PERSON
        if reply.letter and reply.letter.member_id != member.pk:
            reply.letter = None
        reply.save(update_fields=["member", "found_by", "letter"])
        Event.objects.filter(key=replies.event_key(reply)).update(member=member)
        replies.record(reply, now)
        freshness.doubt([pk for pk in (was, member.pk) if pk], now)
        audit.record(by, "reply.attached", member, now, member=member.uuid, reply=str(reply.uuid))


def dismiss(reply: Reply, by: User, now: dt.datetime) -> bool:
    """Throws away what nobody we know wrote, such as advertising. False when it belongs to a member meanwhile."""
    with transaction.atomic():
        row = Reply.objects.select_for_update().filter(pk=reply.pk, member=None).first()
        if row is None:
            return False
        if row.incoming_id:
            Incoming.objects.filter(pk=row.incoming_id).update(status=Incoming.Status.IGNORED)
        row.delete()
        audit.record(by, "reply.dismissed", str(row.uuid), now)
    return True


def free(answered: Sequence[Reply], now: dt.datetime) -> int:
    """Letters that waited for these replies leave now, unless another reply of the member is still open."""
    members = {row.member_id for row in answered if row.member_id}
    open_ = set(waiting().filter(member__in=members).order_by().values_list("member", flat=True))
    return freeing.free(WAITING, now, members=members - open_)


def _locked(uuids: Collection[uuid.UUID]) -> QuerySet[Reply]:
    rows = Reply.objects.filter(uuid__in=uuids, member__isnull=False)
    return rows.select_related("member").select_for_update(of=("self",)).order_by("pk")


def _note(deed: str, rows: Sequence[Reply], by: User, now: dt.datetime, **details: str) -> None:
    for row in rows:
        assert row.member is not None
        audit.record(by, deed, row.member, now, member=row.member.uuid, reply=str(row.uuid), **details)
