"""Each rule of the audit can fail: one row is broken at a time, and the rule that it breaks names it."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import F

from flows import files, publishing
from flows.models import Decision, Enrolment, FlowVersion, StepRun
from intake.models import Delivery, Endpoint
from lifecycle import clock, invariants
from lifecycle.invariants.lines import Moment
from mail import sending_rules, suppressions
from mail.models import LetterVersion, Message, Suppression
from members import consent, subscriptions
from members.models import Event, Member
from office.models import Beat
from tests import cast
from tests.cast import Person
from tests.dashboard import remembering
from tests.sinks import Sink

FLOW = """
slug = "hello"
name = "Hello"
purpose = "onboarding"
topic = "membership"
trigger = { event = "member.signed_up" }
steps = [ { uid = "say", kind = "send", letter = "hello" }, { uid = "stay", kind = "wait", for = "9d" } ]
[[senders]]
slug = "anna"
name = "Anna"
email = "anna@example.com"
[[letters]]
slug = "hello"
sender = "anna"
subject = "Hello"
body = "Hello {{ member.first_name }}."
"""
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def welcomed(db: None, sink: Sink, now: dt.datetime) -> Member:
    """Ingrid has a subscription, has had her first letter, and waits for the second."""
    return remembering.once(welcome, now).again()


def welcome(now: dt.datetime) -> Person:
    ingrid = cast.ingrid(now)
    publishing.publish(files.read(FLOW), now - HOUR, without_face=True)
    member = ingrid.again()
    subscriptions.apply(subscriptions.Change("subscription.started", member, "house", "s1", now, "1"), now)
    clock.tick(now)
    assert Message.objects.get().status == "sent"
    return ingrid


def broken(now: dt.datetime) -> dict[str, list[str]]:
    return {one.rule: one.rows for one in invariants.broken(Moment(now), in_time=True)}


def test_what_the_product_itself_wrote_breaks_no_rule(welcomed: Member, now: dt.datetime) -> None:
    assert broken(now) == {}
    cast.per(now)
    clock.tick(now + HOUR)
    subscriptions.apply(
        subscriptions.Change("subscription.ended", welcomed, "house", "s1", now + HOUR, "2"), now
    )
    clock.tick(now + HOUR)
    assert broken(now + HOUR) == {}


def a_letter_twice(_member: Member, now: dt.datetime) -> None:
    row = Message.objects.get()
    row.pk, row.uuid, row.key = None, uuid.uuid4(), "elsewhere"
    row.status, row.submitted_at, row.finished_at, row.not_after = "skipped", None, now, now
    row.save(force_insert=True)


def a_letter_after_a_withdrawal(member: Member, now: dt.datetime) -> None:
    consent.withdraw(member, "membership", now, now - HOUR, proof="", source="test")


def a_letter_without_any_consent(member: Member, _now: dt.datetime) -> None:
    member.consents.all().delete()


def a_letter_to_a_stopped_address(member: Member, now: dt.datetime) -> None:
    suppressions.suppress(member.email, Suppression.Reason.MANUAL, now - HOUR)


def a_letter_left_behind_by_a_run(_member: Member, _now: dt.datetime) -> None:
    queued()
    Enrolment.objects.update(status="exited", due_at=None, awaits="")


def a_letter_without_an_end(_member: Member, _now: dt.datetime) -> None:
    Message.objects.update(finished_at=None)


def a_letter_long_after_its_time(_member: Member, _now: dt.datetime) -> None:
    Message.objects.update(not_after=F("submitted_at") - HOUR)


def a_letter_more_than_the_limit(_member: Member, now: dt.datetime) -> None:
    sending_rules.save({"caps": [{"letters": 1, "within": "7d"}]}, now - HOUR)
    row = Message.objects.get()
    row.pk, row.uuid, row.key, row.message_id = None, uuid.uuid4(), "another", "<another@x>"
    row.submitted_at = row.finished_at = now + HOUR
    row.save(force_insert=True)


def a_letter_held_for_ever(_member: Member, now: dt.datetime) -> None:
    past = now - dt.timedelta(days=3650)
    Message.objects.update(status="claimed", finished_at=None, lease=uuid.uuid4(), leased_until=past)


def a_letter_nobody_was_told_of(_member: Member, _now: dt.datetime) -> None:
    Event.objects.filter(name="mail.sent").delete()


def a_letter_without_its_step(_member: Member, _now: dt.datetime) -> None:
    StepRun.objects.filter(kind="send").delete()


def a_step_without_its_letter(_member: Member, _now: dt.datetime) -> None:
    Message.objects.all().delete()


def a_run_that_waits_for_nothing(_member: Member, _now: dt.datetime) -> None:
    Enrolment.objects.update(due_at=None)


def a_run_at_a_step_that_is_not_there(_member: Member, _now: dt.datetime) -> None:
    Enrolment.objects.update(step="nowhere")


def a_run_nobody_let_in(_member: Member, _now: dt.datetime) -> None:
    Decision.objects.filter(verdict="entered").delete()


def a_run_ended_without_a_word(_member: Member, now: dt.datetime) -> None:
    Enrolment.objects.update(status="ended", finished_at=now, due_at=None)


def a_flow_changed_after_publishing(_member: Member, _now: dt.datetime) -> None:
    version = FlowVersion.objects.get()
    version.definition = {**version.definition, "name": "Something else"}
    version.save()


def a_letter_changed_after_publishing(_member: Member, _now: dt.datetime) -> None:
    version = LetterVersion.objects.get()
    version.texts = {**version.texts, "en": {**version.texts["en"], "subject": "Something else"}}
    version.save()


def a_stage_without_a_history(member: Member, _now: dt.datetime) -> None:
    Member.objects.filter(pk=member.pk).update(stage="value")


def a_former_member_who_pays(member: Member, _now: dt.datetime) -> None:
    Member.objects.filter(pk=member.pk).update(stage="former")


def an_overdue_letter(_member: Member, _now: dt.datetime) -> None:
    queued()
    Message.objects.update(due_at=F("due_at") - HOUR)


def an_overdue_step(_member: Member, now: dt.datetime) -> None:
    Enrolment.objects.update(due_at=now - HOUR)


def an_event_nobody_answers(_member: Member, now: dt.datetime) -> None:
    Event.objects.filter(name="member.signed_up").update(handled_at=None, recorded_at=now - HOUR)


def an_arrival_nobody_reads(_member: Member, now: dt.datetime) -> None:
    endpoint = Endpoint.objects.create(slug="door", source="generic", secret="x", created_at=now)
    Delivery.objects.create(endpoint=endpoint, provider_id="1", received_at=now - HOUR, body="{}")


def queued() -> None:
    """The letter counts as not sent yet."""
    Message.objects.update(status="queued", finished_at=None, submitted_at=None)
    Event.objects.filter(name="mail.sent").delete()


@pytest.mark.parametrize(
    ("breaks", "rule"),
    [
        (a_letter_twice, "A letter exists once"),
        (a_letter_after_a_withdrawal, "No letter that a member may refuse"),
        (a_letter_without_any_consent, "No letter that a member may refuse"),
        (a_letter_to_a_stopped_address, "No letter that a member may refuse"),
        (a_letter_left_behind_by_a_run, "A run that was left or ended"),
        (a_letter_without_an_end, "Only a letter that a worker holds"),
        (a_letter_long_after_its_time, "No letter left later"),
        (a_letter_more_than_the_limit, "Nobody got more letters"),
        (a_letter_held_for_ever, "No worker holds a letter"),
        (a_letter_nobody_was_told_of, "Every letter that was sent"),
        (a_letter_without_its_step, "A send step that is done"),
        (a_step_without_its_letter, "A send step that is done"),
        (a_run_that_waits_for_nothing, "A member on the way"),
        (a_run_at_a_step_that_is_not_there, "A member on the way"),
        (a_run_nobody_let_in, "Nobody entered or left"),
        (a_run_ended_without_a_word, "Nobody entered or left"),
        (a_flow_changed_after_publishing, "What was published"),
        (a_letter_changed_after_publishing, "What was published"),
        (a_stage_without_a_history, "A member's stage"),
        (a_former_member_who_pays, "Former members"),
        (an_overdue_letter, "No letter is overdue"),
        (an_overdue_step, "No step is overdue"),
        (an_event_nobody_answers, "No event waits"),
        (an_arrival_nobody_reads, "Nothing that arrived"),
    ],
)
def test_a_broken_row_is_found_by_the_rule_it_breaks(
    welcomed: Member, now: dt.datetime, breaks: Callable[[Member, dt.datetime], None], rule: str
) -> None:
    breaks(welcomed, now)
    found = broken(now)
    assert any(name.startswith(rule) and rows for name, rows in found.items()), found


def test_every_rule_has_a_row_that_breaks_it() -> None:
    marks = test_a_broken_row_is_found_by_the_rule_it_breaks.pytestmark  # type: ignore[attr-defined]
    tried = {rule for _breaks, rule in marks[0].args[1]}
    asked = [*invariants.ALWAYS, *invariants.IN_TIME]
    assert all(any(rule.startswith(begin) for begin in tried) for rule in asked)


def test_the_command_says_that_all_is_well(welcomed: Member) -> None:
    out = StringIO()
    call_command("audit", stdout=out)
    assert "14 of 14 rules hold." in out.getvalue()
    assert "The clock stands still" in out.getvalue()


def test_the_command_names_what_is_broken_and_fails(welcomed: Member, now: dt.datetime) -> None:
    a_stage_without_a_history(welcomed, now)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit", json=True, stdout=out)
    assert ended.value.code == 1
    told = json.loads(out.getvalue())["broken"]
    assert told[0]["count"] == 1
    assert told[0]["rows"] == [f"member {welcomed.pk}: value, but the history says onboarding"]


def test_lateness_is_asked_while_the_clock_beats(welcomed: Member) -> None:
    assert not invariants.clock_is_alive()
    clock.beat()
    assert invariants.clock_is_alive()
    Beat.objects.update(at=F("at") - HOUR)
    assert not invariants.clock_is_alive()
