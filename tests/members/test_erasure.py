"""Nothing that was said of a member is left when they are erased; money and dates stay."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client

from api import keys, links
from api.models import ApiKey, IdempotentAnswer
from flows.models import Decision, Enrolment
from intake.importing import refusals
from intake.importing.models import Import, ImportedRow
from intake.models import Delivery, Endpoint
from lifecycle import clock, invariants
from lifecycle.invariants.lines import Moment
from mail import arbitration, suppressions
from mail.models import LetterVersion, Message, Report, Suppression
from members import (
    consent,
    erasure,
    events,
    identity,
    ledger,
    merging_members,
    owned,
    subscriptions,
    usage,
)
from members.models import (
    Event,
    ExternalId,
    Member,
    MemberTag,
    Merge,
    Payment,
    Segment,
    SegmentMember,
    Subscription,
)
from office import audit
from office.models import AuditEntry, User
from relationship import tasks
from relationship.models import Task
from tests import cast
from tests.dashboard import club

pytestmark = pytest.mark.django_db
MARK = "Zq7xw9"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def var(settings: LazySettings, tmp_path: Path) -> Path:
    """Files of this test lie apart."""
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.fixture
def zoe(now: dt.datetime) -> Member:
    """Somebody of whom every table knows something, and every word of it is marked."""
    club.publish(now - 14 * DAY)
    fields = {"email": f"{MARK}@example.com", "first_name": MARK, "last_name": f"{MARK}sen", "locale": "en"}
    member = cast.join(f"{MARK}-1", now - 2 * DAY, **fields).member
    clock.tick(now - 2 * DAY)
    _fill_the_register(member, now)
    _fill_what_has_no_key(member, now)
    for table in owned.tables():
        if table.model is not ExternalId:
            _mark(table.model, table.of([member.pk]))
    _mark(Member, Member.objects.filter(pk=member.pk))
    Member.objects.filter(pk=member.pk).update(
        email=f"{MARK}@example.com", email_key=identity.email_key(f"{MARK}@example.com")
    )
    return Member.objects.get(pk=member.pk)


def _fill_the_register(member: Member, now: dt.datetime) -> None:
    for kind in ("subscription.started", "subscription.changed"):
        told = subscriptions.Change(kind, member, "house", f"{MARK}-S", now - DAY, kind)
        subscriptions.apply(told, now)
    Payment.objects.create(
        member=member, source="house", external_id=f"{MARK}-P", amount=900, currency="DKK", paid_at=now
    )
    usage.record_many([usage.Use(member.pk, "house", f"{MARK}-u", "usage.visit", now)], now)
    MemberTag.objects.create(member=member, tag=MARK)
    group = Segment.objects.create(slug="choir", name="Choir", created_at=now)
    SegmentMember.objects.create(segment=group, member=member, since=now)
    consent.withdraw(member, "news", now, now, proof=MARK, source="staff")
    events.record(events.Draft("club.waved", member, now, f"{MARK}-e", {"note": MARK}), now)
    tasks.give([tasks.Order("task:1", member, MARK, MARK, now)], now)
    letter = LetterVersion.objects.first()
    assert letter is not None
    Message.objects.create(
        member=member, key="one-more", letter_version=letter, purpose="value", due_at=now, first_due_at=now,
        not_after=now, message_id="<1@x>", created_at=now, reason=f"refused: 550 {MARK}",
    )  # fmt: skip
    other = cast.join(
        f"{MARK}-2", now, first_name=MARK, last_name="Old", email=f"old-{MARK}@example.com"
    ).member
    merging_members.merge(member, other, None, now)


def _fill_what_has_no_key(member: Member, now: dt.datetime) -> None:
    door = Endpoint.objects.create(slug="billing", source="generic", secret="-", created_at=now)
    for number, body in enumerate(({"member": f"{MARK}-1"}, {"data": {"email": f"{MARK}@EXAMPLE.com"}})):
        Delivery.objects.create(
            endpoint=door, provider_id=f"evt-{number}", received_at=now, status="waiting",
            body=json.dumps({**body, "said": MARK}), reason=MARK, waits_for=f"{MARK}-1",
        )  # fmt: skip
    Report.objects.create(
        provider="postmark", digest="-", received_at=now, status="parked", reason=MARK,
        body=json.dumps({"Email": f"{MARK}@Example.com", "Details": MARK}),
    )  # fmt: skip
    keys.create("till", ["members:read"], now)
    IdempotentAnswer.objects.create(
        key=ApiKey.objects.get(), idempotency_key="k", fingerprint="f", created_at=now,
        body=json.dumps({"id": str(member.uuid), "first_name": MARK}),
    )  # fmt: skip
    audit.record(None, "member.changed", member, now, member=member.uuid, note=MARK)
    audit.record(None, "letter.sent", f"{MARK} {MARK}sen", now, to=f"{MARK}@example.com")
    about = ContentType.objects.get_for_model(Member)
    LogEntry.objects.create(
        user=User.objects.create_user("editor"), content_type=about, object_id=str(member.pk),
        object_repr=MARK, action_flag=2, change_message=MARK,
    )  # fmt: skip
    batch = Import.objects.create(
        file_name="list.csv", created_at=now, status="done", outlook={"twins": [f"{MARK}@example.com"]}
    )
    draft = refusals.folder() / "draft.xlsx"
    draft.write_text(MARK)
    Import.objects.create(file_name="next.xlsx", created_at=now, status="draft", upload=str(draft))
    ImportedRow.objects.create(batch=batch, row=member.pk, before={"first_name": MARK}, after="-")
    folder = refusals.folder()
    (folder / "members-1.csv").write_text(
        f"external_id,email,joined_at,reason\nc-9,else@example.com,x,no date\n{MARK}-1,{MARK}@example.com,x,no\n"
    )
    suppressions.suppress(f"{MARK}@example.com", Suppression.Reason.BOUNCED, now, f"550 <{MARK}@example.com>")


def _mark(model: type[models.Model], rows: models.QuerySet[Any]) -> None:
    """Puts the mark into every column that can hold it and that an erasure does not declare to stay."""
    stays = erasure.stays(model._meta.label)
    for field in owned.texts(model):
        room = getattr(field, "max_length", None) or 999
        if (field.name in stays and field.name != "key") or room < len(MARK) + 6:
            continue
        if field.name == "key" and model is not Event:
            continue
        for pk in rows.values_list("pk", flat=True):
            said: Any = f"{MARK}{pk}"
            row = model._base_manager.filter(pk=pk)
            if model is Event and field.name == "key" and row.filter(key__regex=erasure.OWN_KEYS).exists():
                continue
            row.update(**{field.name: {"said": [MARK]} if isinstance(field, models.JSONField) else said})


def found_in_tables() -> list[str]:
    """Every column of every table in which the mark stands."""
    return [
        f"{model._meta.label}.{field.name}: {value}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        for value in model._base_manager.values_list(field.name, flat=True)
        if MARK.casefold() in json.dumps(value, default=str).casefold()
    ]


def test_no_word_is_left_in_any_table_or_file(zoe: Member, var: Path, now: dt.datetime) -> None:
    assert len({line.split(":")[0] for line in found_in_tables()}) > 35
    erasure.erase(zoe, None, now)
    assert found_in_tables() == []
    files = [file for file in var.rglob("*") if file.is_file()]
    assert [file for file in files if MARK.lower().encode() in file.read_bytes().lower()] == []
    assert "else@example.com" in next(iter(refusals.folder().glob("*.csv"))).read_text()


@pytest.mark.django_db(transaction=True)
def test_the_database_file_itself_holds_no_word(zoe: Member, now: dt.datetime) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL clears its pages by itself")
    erasure.erase(zoe, None, now)
    file = Path(str(connection.settings_dict["NAME"]))
    for part in (file, file.with_name(file.name + "-wal")):
        assert not part.exists() or MARK.lower().encode() not in part.read_bytes().lower()


def test_no_cell_stays_quoted_in_what_was_said_of_a_list(zoe: Member, now: dt.datetime) -> None:
    quoted = {"lines": 2, "problems": [[3, "email: “zoe(at)example” is no e-mail address"]]}
    batch = Import.objects.create(file_name="l.csv", created_at=now, status="done", outlook=quoted)
    erasure.erase(zoe, None, now)
    batch.refresh_from_db()
    assert batch.outlook == {"lines": 2}


def test_money_and_dates_stay(zoe: Member, now: dt.datetime) -> None:
    erasure.erase(zoe, None, now)
    row = Member.objects.get(pk=zoe.pk)
    assert (row.name, row.joined_at, row.erased_at, row.stage) == (f"#{zoe.pk}", zoe.joined_at, now, "former")
    assert Payment.objects.get(member=row).amount == 900
    contract = Subscription.objects.get(member=row)
    assert (contract.status, contract.ended_at) == ("ended", now)
    assert row.usage_days.get().count == 1
    assert row.stage_changes.latest("pk").kind == "left"


def test_nothing_goes_on_and_the_rules_of_the_house_still_hold(zoe: Member, now: dt.datetime) -> None:
    run = Enrolment.objects.get(member=zoe)
    erasure.erase(zoe, None, now)
    run.refresh_from_db()
    assert run.status == "ended"
    assert Decision.objects.filter(enrolment=run, verdict="ended", reason="").exists()
    assert not Message.objects.filter(member=zoe, status__in=Message.UNSENT).exists()
    assert not Task.objects.filter(member=zoe, done_at=None).exists()
    assert not Event.objects.filter(member=zoe, handled_at=None).exists()
    clock.tick(now + DAY)
    assert list(invariants.broken(Moment(now + DAY), in_time=True)) == []


def test_links_of_somebody_erased_are_answered_as_unknown_ones(
    zoe: Member, now: dt.datetime, client: Client
) -> None:
    erasure.erase(zoe, None, now)
    nobody = links.url("preferences", "00000000-0000-4000-8000-000000000000")
    for address in (
        links.url("preferences", zoe.uuid),
        links.url("unsubscribe", zoe.uuid, "news"),
        links.url("browser", Message.objects.filter(member=zoe).latest("pk").uuid),
    ):
        answer, unknown = client.get(address), client.get(nobody)
        assert (answer.status_code, answer.content) == (404, unknown.content)
    assert identity.find(str(zoe.uuid)) is None


def test_a_no_outlives_the_member_and_a_list_read_in_again(zoe: Member, now: dt.datetime) -> None:
    erasure.erase(zoe, None, now)
    again = cast.join("new-id", now + DAY, email=f"{MARK}@example.com").member
    assert again.pk != zoe.pk
    consent.grant(again, "news", now + DAY, now + DAY, proof="list", source="import")
    consent.grant(again, "offers", now + DAY, now + DAY, proof="list", source="import")
    Suppression.objects.filter(reason="bounced").delete()
    assert verdict(again, "news", now + DAY) == "no_consent: news"
    assert verdict(again, "offers", now + DAY) == ""
    suppressions.lift_no(again.email, "news", now)
    assert verdict(again, "news", now + DAY) == ""


def test_a_dead_address_stays_dead(zoe: Member, now: dt.datetime) -> None:
    erasure.erase(zoe, None, now)
    again = cast.join("new-id", now + DAY, email=f"{MARK}@example.com").member
    assert verdict(again, "membership", now + DAY) == "suppressed: bounced"


def test_somebody_else_at_the_same_address_is_not_silenced(zoe: Member, now: dt.datetime) -> None:
    Suppression.objects.all().delete()
    mate = cast.join("mate", now - DAY, email=zoe.email).member
    consent.grant(mate, "news", now - DAY, now - DAY, proof="", source="form")
    erasure.erase(zoe, None, now)
    assert verdict(mate, "news", now) == ""


def verdict(member: Member, topic: str, now: dt.datetime) -> str:
    """Why a letter about this topic would not leave now."""
    letter = LetterVersion.objects.first()
    assert letter is not None
    message = Message(
        pk=1, member=member, letter_version=letter, purpose="value", topic=topic, not_after=now + DAY,
        first_due_at=now,
    )  # fmt: skip
    return arbitration.decide([message], now)[1].reason


def test_erasing_twice_changes_nothing_more(zoe: Member, now: dt.datetime) -> None:
    erasure.erase(zoe, None, now)
    erasure.erase(zoe, None, now)
    assert Member.everybody.filter(erased_at__isnull=False).count() == 2  # and the row merged into hers
    assert AuditEntry.objects.filter(deed="member.erased").count() == 2


def test_the_log_of_erasures_knows_whom_without_saying_it(zoe: Member, now: dt.datetime) -> None:
    erasure.erase(zoe, None, now)
    assert ledger.knows(zoe.uuid)
    assert not ledger.knows(cast.per(now).member.uuid)
    assert str(zoe.uuid) not in ledger.path().read_text()


def test_a_merge_with_somebody_erased_stays(zoe: Member, now: dt.datetime) -> None:
    erasure.erase(zoe, None, now)
    with pytest.raises(merging_members.NotMerged, match="erased"):
        merging_members.unmerge(Merge.objects.get(), None, now)


def test_the_command_asks_and_names_nobody_it_does_not_know(
    zoe: Member, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda _text: "no")
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(CommandError, match="nothing was erased"):
        call_command("erase_member", str(zoe.uuid))
    with pytest.raises(CommandError, match="nobody here"):
        call_command("erase_member", "nobody", "--yes")
    call_command("erase_member", str(zoe.uuid), "--yes")
    assert Member.objects.get(pk=zoe.pk).erased_at
    assert MARK not in capsys.readouterr().out.split("forgotten for good")[-1]


def test_a_program_that_names_the_member_is_not_asked(zoe: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    call_command("erase_member", str(zoe.uuid))
    assert Member.objects.get(pk=zoe.pk).erased_at
