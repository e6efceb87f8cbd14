"""One person takes another's place everywhere: letters on their way, live flows, drafts, tasks, replies, members.

Published letters never change: they are signed by whoever follows (`mail.writers`), so what is on its way moves at
once. What moved is kept, and can be put back.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from flows import signing
from flows.models import Flow
from mail import answering, freeing, writers
from mail.models import LetterVersion, Message, Reply, Sender, Succession
from members import owners
from office import audit
from office.models import User
from relationship.models import Task


class NotReplaced(ValueError):
    """Why one person cannot take the place of the other; the text is for staff."""


@dataclass(frozen=True)
class Outlook:
    """What would move: live flows, flows with drafts, letters on their way, tasks, replies, members looked after.

    `named` are live letters whose own words say the old name.
    """

    flows: list[Flow]
    drafts: list[Flow]
    letters: int
    tasks: int
    replies: int
    members: int
    named: list[LetterVersion]


def outlook(old: Sender) -> Outlook:
    """What would move if somebody took this person's place now."""
    return Outlook(
        flows=signing.live(old),
        drafts=[flow for flow, _letters in signing.drafted(old)],
        letters=Message.objects.filter(status__in=Message.UNSENT, letter_version__sender=old).count(),
        tasks=Task.objects.filter(assigned_to=old.user, done_at=None).count() if old.user else 0,
        replies=answering.waiting().filter(assigned_to=old.user).count() if old.user else 0,
        members=len(owners.looked_after(old.user.username)) if old.user else 0,
        named=signing.say_name(old),
    )


def replace(
    old: Sender, new: Sender, by: User | None, now: dt.datetime, *, with_members: bool = False
) -> Succession:
    """Puts `new` in the place of `old` from today on. Raises NotReplaced with what is in the way.

    With `with_members` the members whom `old` looks after go to `new` too.
    """
    with transaction.atomic():
        rows = {row.pk: row for row in Sender.objects.select_for_update(of=("self",)).select_related("user")}
        old, new = rows[old.pk], rows[new.pk]
        _check(old, new, now)
        moved: dict[str, Any] = {
            "until": old.until.isoformat() if old.until else None,
            "replacement": old.replacement_id,
            "drafts": signing.sign(
                [(flow.slug, slugs) for flow, slugs in signing.drafted(old)], old.slug, new.slug
            ),
            **_hand_over(old, new, with_members=with_members),
        }
        old.replacement = new
        old.until = timezone.localdate(now) - dt.timedelta(days=1)
        old.save(update_fields=["replacement", "until"])
        done = Succession.objects.create(old=old, new=new, at=now, by=by, moved=moved)
        audit.record(by, "sender.replaced", old.name, now, after=new.name, succession=done.pk)
        freeing.free("sender", now)
    return done


def put_back(done: Succession, by: User | None, now: dt.datetime) -> bool:
    """Undoes it: whatever is still as it was left goes back; False when that was done already."""
    with transaction.atomic():
        done = Succession.objects.select_for_update().get(pk=done.pk)
        if done.undone_at:
            return False
        old, new, moved = done.old, done.new, done.moved
        signing.sign(moved["drafts"], new.slug, old.slug)
        Task.objects.filter(pk__in=moved["tasks"], assigned_to=new.user).update(assigned_to=old.user)
        Reply.objects.filter(pk__in=moved["replies"], assigned_to=new.user).update(assigned_to=old.user)
        if old.user and new.user:
            owners.hand_over(moved["members"], new.user.username, old.user.username)
        old.until = dt.date.fromisoformat(moved["until"]) if moved["until"] else None
        old.replacement = Sender.objects.filter(pk=moved["replacement"]).first()
        old.save(update_fields=["until", "replacement"])
        done.undone_at, done.undone_by = now, by
        done.save(update_fields=["undone_at", "undone_by"])
        audit.record(by, "sender.put_back", old.name, now, after=new.name, succession=done.pk)
        freeing.free("sender", now)
    return True


def standing(old: Sender) -> Succession | None:
    """The change by which somebody has this person's place now, if it can be undone."""
    return Succession.objects.filter(old=old, undone_at=None).select_related("new", "by").first()


def _check(old: Sender, new: Sender, now: dt.datetime) -> None:
    today = timezone.localdate(now)
    if old.pk == new.pk:
        raise NotReplaced(_("Choose somebody else."))
    if standing(old):
        raise NotReplaced(_("Somebody has the place of %s already. Undo that first.") % old.name)
    if new.has_stopped(today):
        raise NotReplaced(_("%s does not write any more.") % new.name)
    if not writers.may_sign(new):
        raise NotReplaced(
            _("%s has no picture, or no phone and address: members would not know who writes.") % new.name
        )


def _hand_over(old: Sender, new: Sender, *, with_members: bool) -> dict[str, list[int]]:
    """Moves what the persons do as people who work here; nothing, where one of them does not work here."""
    if not (old.user and new.user):
        return {"tasks": [], "replies": [], "members": []}
    tasks = list(Task.objects.filter(assigned_to=old.user, done_at=None).values_list("pk", flat=True))
    replies = list(answering.waiting().filter(assigned_to=old.user).values_list("pk", flat=True))
    members = owners.looked_after(old.user.username) if with_members else []
    Task.objects.filter(pk__in=tasks).update(assigned_to=new.user)
    Reply.objects.filter(pk__in=replies).update(assigned_to=new.user)
    owners.hand_over(members, old.user.username, new.user.username)
    return {"tasks": tasks, "replies": replies, "members": members}
