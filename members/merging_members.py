"""One person who was registered twice becomes one member again; for 30 days it can be taken apart.

Everything of the row that is given up goes to the one that stays, whichever room keeps it (`members.owned`). What
cannot simply change hands is looked after by the followers: `flows` ends one run of somebody in the same flow twice.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from members import consent, merged_columns, merged_rows, merged_since, stages
from members.models import Consent, Event, Member, MemberFacts, Merge, StageChange
from members.models.member import Stage
from office import audit
from office.models import User

UNDONE_WITHIN = dt.timedelta(days=30)
DEPTH = [str(stage) for stage in (Stage.ONBOARDING, Stage.VALUE, Stage.RELATIONSHIP, Stage.AMBASSADOR)]
WRITTEN = (StageChange, Event, Consent)


class NotMerged(ValueError):
    """Why these two cannot be merged, or not be taken apart; the text is for staff."""


class Follower(Protocol):
    """A room with rows that cannot simply change hands."""

    def make_way(self, kept: Member, gone: Member, now: dt.datetime) -> Any:
        """Before the rows move; returns what taking it apart needs, as plain values."""

    def take_back(self, kept: Member, gone: Member, memo: Any, now: dt.datetime) -> None:
        """After the rows have moved back."""


_followers: dict[str, Follower] = {}


def bind(followers: Mapping[str, Follower]) -> None:
    """The hall says which rooms follow, by name."""
    _followers.clear()
    _followers.update(followers)


def merge(kept: Member, gone: Member, by: User | None, now: dt.datetime) -> Merge:
    """Makes `gone` part of `kept`, and remembers everything that moved. NotMerged says what is in the way.

    Use on the same day is summed; of two answers about letters the stricter counts; nothing is sent or started.
    The row given up stays as a tombstone, and its UUID and ids lead to the member who stays.
    """
    with transaction.atomic():
        kept, gone = _locked(kept, gone)
        _check(kept, gone)
        before = merged_columns.of(kept), merged_columns.of(gone)
        written, refused = _written(kept) | _written(gone), _refused(kept) | _refused(gone)
        memos = {name: follower.make_way(kept, gone, now) for name, follower in _followers.items()}
        moved, days = merged_rows.move(kept, gone)
        _unite(kept, gone, by, now)
        _stay_refused(kept, refused, now)
        changed = {
            "kept": merged_columns.difference(before[0], merged_columns.of(kept)),
            "gone": merged_columns.difference(before[1], merged_columns.of(gone)),
        }
        done = Merge.objects.create(
            kept=kept, gone=gone, at=now, by=by, moved=moved, days=days, memos=memos, changed=changed,
            added=_added(kept, written),
        )  # fmt: skip
        _tell(done, "member.merged", by, now)
    return done


def unmerge(done: Merge, by: User | None, now: dt.datetime) -> Member:
    """Takes a merge apart: each row goes back to where it was. NotMerged after 30 days, or when a later merge stands
    on this one. What came since goes back with what it hangs on (a payment with its contract), else it stays with the
    member who was kept. Returns the member who is back."""
    with transaction.atomic():
        done = Merge.objects.select_for_update().get(pk=done.pk)
        kept, gone = _locked(done.kept, done.gone)
        _check_undoable(done, kept, gone, now)
        for model in WRITTEN:
            model._base_manager.filter(pk__in=done.added.get(model._meta.label, [])).delete()
        merged_rows.move_back(kept, gone, done.moved, done.days)
        merged_columns.restore(gone, done.changed["gone"], now)
        merged_columns.restore(kept, done.changed["kept"], now)
        if merged_since.follow(kept, gone):
            merged_since.stand(kept, now)
            merged_since.stand(gone, now)
        for name, memo in done.memos.items():
            _followers[name].take_back(kept, gone, memo, now)
        merged_since.follow(kept, gone)
        done.undone_at, done.undone_by = now, by
        done.save(update_fields=["undone_at", "undone_by"])
        _tell(done, "member.unmerged", by, now)
    return gone


def undoable(member: Member, now: dt.datetime) -> list[Merge]:
    """The merges into this member that can still be taken apart, latest first."""
    rows = member.merges.filter(undone_at=None, at__gt=now - UNDONE_WITHIN).select_related("gone", "by")
    return list(rows.order_by("-pk"))


def _locked(kept: Member, gone: Member) -> tuple[Member, Member]:
    keys = {kept.pk, gone.pk}
    rows = Member.everybody.filter(pk__in=keys).order_by("pk").select_for_update()
    found = {member.pk: member for member in rows}
    return found[kept.pk], found[gone.pk]


def _check(kept: Member, gone: Member) -> None:
    if kept.pk == gone.pk:
        raise NotMerged(_("These are one and the same already."))
    if kept.merged_into_id or gone.merged_into_id:
        raise NotMerged(_("One of the two was merged into somebody else before."))
    if kept.erased_at or gone.erased_at:
        raise NotMerged(_("The data of one of the two was erased."))


def _check_undoable(done: Merge, kept: Member, gone: Member, now: dt.datetime) -> None:
    if done.undone_at or gone.merged_into_id != kept.pk:
        raise NotMerged(_("This was taken apart already, or merged further."))
    if now - done.at >= UNDONE_WITHIN:
        raise NotMerged(_("This was 30 days ago or longer, and stays."))
    if kept.erased_at or gone.erased_at:
        raise NotMerged(_("The data of this member was erased; there is nothing left to take apart."))
    if kept.merges.filter(undone_at=None, pk__gt=done.pk).exists():
        raise NotMerged(_("Another member was merged later. Take that apart first."))


def _unite(kept: Member, gone: Member, by: User | None, now: dt.datetime) -> None:
    """One person: the deepest stage that either had proven; where contracts say otherwise, they are right."""
    was = str(kept.stage)
    merged_columns.fill_in(kept, gone)
    merged_columns.give_up(kept, gone, now)
    proven = [member for member in (kept, gone) if member.stage in DEPTH]
    deepest = max(proven, key=lambda member: DEPTH.index(member.stage), default=kept)
    kept.stage, kept.stage_since, kept.updated_at = deepest.stage, deepest.stage_since, now
    gone.save()
    kept.save()
    note = _("Two rows of one person became one: no. %d is part of this one") % gone.pk
    StageChange.objects.create(
        member=kept,
        kind=StageChange.Kind.MERGED,
        from_stage=was,
        to_stage=kept.stage,
        at=now,
        by=by,
        note=note,
    )
    stages.settle(kept, None, now, now, quiet=True)


def _written(member: Member) -> set[tuple[str, int]]:
    """The rows of those kinds that a merge itself adds to."""
    return {
        (model._meta.label, pk)
        for model in WRITTEN
        for pk in model._base_manager.filter(member=member).values_list("pk", flat=True)
    }


def _added(kept: Member, before: set[tuple[str, int]]) -> dict[str, list[int]]:
    new = sorted(_written(kept) - before)
    labels = {label for label, _pk in new}
    return {label: [pk for other, pk in new if other == label] for label in sorted(labels)}


def _refused(member: Member) -> set[str]:
    lines = consent.standing([member.pk])
    return {topic for (_pk, topic), line in lines.items() if not line.granted}


def _stay_refused(kept: Member, refused: set[str], now: dt.datetime) -> None:
    """A no of either counts, also where the other row said yes later: nobody knows which of the two was meant."""
    lines = consent.standing([kept.pk])
    for topic in sorted(refused):
        if lines[kept.pk, topic].granted:
            consent.withdraw(kept, topic, now, now, proof="refused before the merge", source="merge")


def _tell(done: Merge, deed: str, by: User | None, now: dt.datetime) -> None:
    for member, other in ((done.kept, done.gone), (done.gone, done.kept)):
        MemberFacts.objects.filter(member=member).update(dirty_at=now)
        audit.record(by, deed, member, now, member=member.uuid, merge=done.pk, with_number=other.pk)
