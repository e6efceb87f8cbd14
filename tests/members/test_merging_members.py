"""Two rows of one person become one, and can be taken apart as if nothing had been."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import serializers

from flows.models import Decision, Enrolment
from lifecycle import clock
from mail.models import Message
from members import consent, events, identity, merging_members, owned, subscriptions, usage, usage_corrections
from members.models import Consent, ExternalId, Member, MemberTag, Merge, StageChange, UsageDay
from office.models import AuditEntry, User
from relationship import tasks
from tests import cast
from tests.dashboard import club, remembering

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Twice:
    """One person, in the register twice."""

    kept: Member
    gone: Member


@pytest.fixture
def twice(db: None, now: dt.datetime) -> Twice:
    """Ingrid, of whom both rows have everything that a row can have."""
    return remembering.once(register, now)


@pytest.fixture
def kept(twice: Twice) -> Member:
    """Ingrid as the shop knows her: in the welcome since yesterday."""
    return twice.kept


@pytest.fixture
def gone(twice: Twice) -> Member:
    """Ingrid as the old list knew her."""
    return twice.gone


def register(now: dt.datetime) -> Twice:
    club.publish(now - 2 * WEEK)
    kept = cast.ingrid(now - dt.timedelta(days=1)).member
    joined = now - dt.timedelta(days=2)
    member = cast.join("old-7", joined, email="inga@example.org", first_name="Inga", phone="12 34").member
    change = subscriptions.Change("subscription.started", member, "house", "S-7", joined, "s7")
    subscriptions.apply(change, now)
    for owner in (kept, member):
        usage.record_many([usage.Use(owner.pk, "house", f"u{owner.pk}", "usage.visit", now - WEEK)], now)
        MemberTag.objects.create(member=owner, tag="choir")
    MemberTag.objects.create(member=member, tag="baker")
    consent.withdraw(
        member, "membership", now - dt.timedelta(hours=36), now, proof="by phone", source="staff"
    )
    events.record(events.Draft("club.waved", member, now, "wave"), now)
    tasks.give([tasks.Order("t", member, "Call", "", now)], now)
    clock.tick(now)
    member.refresh_from_db()
    return Twice(kept, member)


def everything() -> dict[str, Any]:
    """All rows of all members, as they are stored."""
    tables = {table.model for table in owned.tables()} | {Member}
    ids = list(ExternalId.objects.order_by("source", "value").values_list("source", "value", "member"))
    rows = {
        model._meta.label: serializers.serialize("python", model._base_manager.order_by("pk"))
        for model in tables - {ExternalId}
    }
    for member in rows["members.Member"]:
        member["fields"].pop("updated_at")
    for facts in rows["members.MemberFacts"]:
        facts["fields"].pop("dirty_at")
    return {"ids": ids, **rows}


def test_everything_of_the_one_is_the_others_then(kept: Member, gone: Member, now: dt.datetime) -> None:
    merging_members.merge(kept, gone, None, now)
    left = {
        table.label: table.of([gone.pk]).count() for table in owned.tables() if table.of([gone.pk]).exists()
    }
    assert left == {
        "members.MemberFacts.member": 1,
        "members.MemberTag.member": 1,
        "members.UsageDay.member": 1,
    }
    assert UsageDay.objects.get(member=kept).count == 2
    assert kept.tags == ["baker", "choir"]
    stays = Member.objects.get(pk=kept.pk)
    assert (stays.phone, stays.first_name, stays.email) == ("12 34", "Ingrid", "ingrid@example.com")
    assert (stays.joined_at, stays.status) == (gone.joined_at, "active")


def test_old_ids_lead_to_the_member_who_stayed(kept: Member, gone: Member, now: dt.datetime) -> None:
    merging_members.merge(kept, gone, None, now)
    for reference in (str(gone.uuid), "ext:old-7", "ext:ingrid"):
        assert identity.find(reference) == kept
    assert identity.named([str(gone.uuid)]) == {str(gone.uuid): kept}
    assert identity.numbers([str(gone.uuid)]) == {str(gone.uuid): kept.pk}
    assert not Member.objects.filter(pk=gone.pk).exists()
    first = ExternalId.objects.filter(member=kept).order_by("pk").first()
    assert first is not None
    assert first.value == "ingrid"


def test_a_no_of_either_counts(kept: Member, gone: Member, now: dt.datetime) -> None:
    assert consent.standing([kept.pk])[kept.pk, "membership"].granted
    merging_members.merge(kept, gone, None, now)
    assert not consent.standing([kept.pk])[kept.pk, "membership"].granted


def test_who_is_in_a_flow_twice_stays_in_it_once(kept: Member, gone: Member, now: dt.datetime) -> None:
    mine = Enrolment.objects.get(member=kept)
    theirs = Enrolment.objects.get(member=gone)
    assert {mine.status, theirs.status} == {"active"}
    merging_members.merge(kept, gone, None, now)
    theirs.refresh_from_db()
    assert (theirs.member_id, theirs.status) == (kept.pk, "ended")
    assert Decision.objects.filter(enrolment=theirs, verdict="ended").exists()
    assert Enrolment.objects.get(member=kept, status="active") == mine
    assert not Message.objects.filter(group=theirs.group, status__in=Message.UNSENT).exists()


def test_taken_apart_all_is_as_it_was(kept: Member, gone: Member, now: dt.datetime) -> None:
    before = everything()
    done = merging_members.merge(kept, gone, None, now)
    assert everything() != before
    merging_members.unmerge(done, None, now + dt.timedelta(days=29))
    after = everything()
    decided = [row for row in after["flows.Decision"] if row["fields"]["reason"].find("merge") >= 0]
    assert len(decided) == 2  # that the run ended and went on stays written down
    after["flows.Decision"] = [row for row in after["flows.Decision"] if row not in decided]
    for table, rows in before.items():
        assert after[table] == rows, table


def test_what_came_since_stays_with_whom_it_came_to(kept: Member, gone: Member, now: dt.datetime) -> None:
    done = merging_members.merge(kept, gone, None, now)
    told = events.record(events.Draft("club.waved", kept, now, "later"), now)
    Member.objects.filter(pk=kept.pk).update(phone="99")
    merging_members.unmerge(done, None, now)
    assert told is not None
    told.refresh_from_db()
    assert told.member_id == kept.pk
    assert Member.objects.get(pk=kept.pk).phone == "99"
    assert Member.objects.get(pk=gone.pk).phone == "12 34"


def test_a_use_taken_back_meanwhile_leaves_no_day_below_nothing(
    kept: Member, gone: Member, now: dt.datetime
) -> None:
    done = merging_members.merge(kept, gone, None, now)
    assert usage_corrections.take_back("house", f"u{kept.pk}", now - WEEK, now)
    merging_members.unmerge(done, None, now)
    assert not UsageDay.objects.filter(member=kept).exists()
    assert UsageDay.objects.get(member=gone).count == 1


def test_after_thirty_days_it_stays(kept: Member, gone: Member, now: dt.datetime) -> None:
    done = merging_members.merge(kept, gone, None, now)
    late = now + dt.timedelta(days=30)
    assert merging_members.undoable(kept, now) == [done]
    assert merging_members.undoable(kept, late) == []
    with pytest.raises(merging_members.NotMerged, match="30 days"):
        merging_members.unmerge(done, None, late)


def test_merges_come_apart_in_the_order_they_were_made(kept: Member, gone: Member, now: dt.datetime) -> None:
    third = cast.per(now).member
    first = merging_members.merge(gone, third, None, now)
    second = merging_members.merge(kept, gone, None, now)
    assert identity.find(str(third.uuid)) == kept
    with pytest.raises(merging_members.NotMerged):
        merging_members.unmerge(first, None, now)
    merging_members.unmerge(second, None, now)
    assert identity.find(str(third.uuid)) == gone
    merging_members.unmerge(first, None, now)
    assert identity.find(str(third.uuid)) == third


def test_nobody_is_merged_with_themself_or_twice(kept: Member, gone: Member, now: dt.datetime) -> None:
    with pytest.raises(merging_members.NotMerged):
        merging_members.merge(kept, kept, None, now)
    merging_members.merge(kept, gone, None, now)
    with pytest.raises(merging_members.NotMerged):
        merging_members.merge(gone, kept, None, now)


def test_the_deepest_stage_is_kept_and_the_history_says_why(
    kept: Member, gone: Member, now: dt.datetime
) -> None:
    Member.objects.filter(pk=gone.pk).update(stage="relationship")
    StageChange.objects.create(member=gone, kind="manual", to_stage="relationship", at=now)
    merging_members.merge(kept, gone, None, now)
    stays = Member.objects.get(pk=kept.pk)
    last = stays.stage_changes.order_by("-pk").first()
    assert last is not None
    assert (stays.stage, last.to_stage) == ("relationship", "relationship")
    assert "merged" in set(stays.stage_changes.values_list("kind", flat=True))


def test_who_did_it_is_written_down(kept: Member, gone: Member, now: dt.datetime) -> None:
    anna = User.objects.create_user("anna")
    done = merging_members.merge(kept, gone, anna, now)
    merging_members.unmerge(done, anna, now)
    deeds = AuditEntry.objects.filter(user=anna, member=kept.uuid).values_list("deed", flat=True)
    assert set(deeds) == {"member.merged", "member.unmerged"}
    assert Merge.objects.get().undone_by == anna
    assert Consent.objects.filter(source="merge").count() == 0
