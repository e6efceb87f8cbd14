"""A draft on the last days of real history: the real engine, and nothing stays."""

import datetime as dt
import json
import threading
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection, transaction
from django.test.utils import CaptureQueriesContext

from flows import checking, execution, sweeping
from flows.models import Flow
from flows.simulation import replay, simulating, telling
from mail import outbox, sending_rules
from mail.models import Message
from members import answering, consent, holding
from members.models import Consent, Event, Member
from office import clock as house_clock
from tests import cast, sinks
from tests.flows import digests, making

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 2, 16, 42, tzinfo=dt.UTC)  # a Monday
END = START + dt.timedelta(days=11, hours=23)
EVERY = dt.timedelta(hours=3)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SERIES: list[dict[str, Any]] = [
    {"uid": "hello", "kind": "send", "letter": "hello"},
    {"uid": "use", "kind": "wait", "event": "member.activated", "timeout": "3d", "then": "thanks"},
    {"uid": "nudge", "kind": "send", "letter": "nudge"},
    {"uid": "call", "kind": "task", "title": "Call {{ member.first_name }}"},
    {"uid": "stop", "kind": "end"},
    {"uid": "thanks", "kind": "send", "letter": "thanks"},
    {"uid": "rest", "kind": "wait", "for": "2d", "at": "09:00"},
    {"uid": "more", "kind": "send", "letter": "more"},
]
RULES = {"quiet_hours": {"from": "21:00", "to": "08:00"}, "caps": [{"letters": 1, "within": "4d"}]}


def series(**over: Any) -> dict[str, Any]:
    given = {"exit": {"event": "subscription.cancelled"}, "trigger": {"event": "member.signed_up"}, **over}
    return making.definition(SERIES, **given)


def simulate(days: int = 12, now: dt.datetime = END, **over: Any) -> telling.Told:
    return simulating.simulate(Flow.objects.get(slug="trial"), series(**over), days, now)


def draft(**over: Any) -> Flow:
    return Flow.objects.create(slug="trial", name="Trial", draft=series(**over))


def lived() -> list[Member]:
    """Six people who joined in the first days, and what they did."""
    people = [
        cast.join(f"p{n}", START + n * 6 * HOUR, email=f"p{n}@example.com", first_name=f"P{n}").member
        for n in range(5)
    ]
    people.append(cast.join("ole", START + DAY, first_name="Ole", phone="+45 1").member)
    making.happens(people[0], "member.activated", START + 2 * DAY)
    making.happens(people[1], "subscription.cancelled", START + 2 * DAY)
    making.happens(people[2], "member.activated", START + 5 * DAY)  # after the wait for it
    making.happens(people[5], "member.activated", START + 30 * HOUR)
    consent.withdraw(people[3], "membership", START + 2 * DAY, START + 2 * DAY, proof="", source="test")
    return people


def got(told: telling.Told) -> dict[str, list[tuple[str, str, dt.date]]]:
    return {
        run.external_id: [(one["step"], one["status"], one["at"].date()) for one in run.letters]
        for run in told.runs
    }


def test_who_enters_gets_which_letter_and_when() -> None:
    draft()
    lived()
    told = simulate()
    assert (told.entered, told.held_out, told.is_whole) == (6, 0, True)
    first = next(run for run in told.runs if run.external_id == "p0")
    assert [(one["step"], one["at"]) for one in first.letters] == [
        ("hello", START),
        ("thanks", START + 2 * DAY),
        ("more", dt.datetime(2026, 3, 7, 9, tzinfo=dt.UTC)),
    ]
    assert [one["status"] for one in first.letters] == ["sent"] * 3
    assert {run.external_id: run.status for run in told.runs}["p1"] == "exited"
    assert {one.step: one.not_sent["no_address"] for one in told.letters}["hello"] == 1
    assert sum(told.per_day.values()) == sum(one.sent for one in told.letters)
    assert told.all_really_per_day == {}


def test_a_no_counts_from_when_it_was_said() -> None:
    draft()
    lived()
    of_p3 = got(simulate())["p3"]
    assert [(step, status) for step, status, _day in of_p3] == [("hello", "sent"), ("nudge", "skipped")]


def test_nothing_is_written_and_nothing_handed_over(sink: sinks.Sink) -> None:
    draft()
    lived()
    sending_rules.save(RULES, START)
    before = digests.of_everything()
    told = simulate()
    assert sum(one.sent for one in told.letters) > 5
    assert digests.of_everything() == before
    assert sink.accepted == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_without_a_surrounding_transaction() -> None:
    draft()
    lived()
    before = digests.of_everything()
    assert simulate().entered == simulate().entered == 6
    assert digests.of_everything() == before


def test_a_draft_that_could_not_be_published_says_all_that_is_wrong_and_leaves_no_trace() -> None:
    draft()
    before = digests.of_everything()
    with pytest.raises(checking.FlowErrors) as caught:
        simulate(purpose="party", exit={"event": "not an event"})
    assert len(caught.value.errors) >= 2
    for days in (0, 367):
        with pytest.raises(ValueError, match="days: from 1 to 366"):
            simulate(days)
    assert digests.of_everything() == before


def test_limits_and_quiet_hours_act_as_they_would_have_and_are_counted() -> None:
    draft()
    lived()
    sending_rules.save(RULES, START)
    told = simulate()
    hello = next(one for one in told.letters if one.step == "hello")
    assert hello.waited_for["quiet_hours"] == hello.postponed == 2  # 22:42 and 04:42
    late = {run.external_id: run.letters[0]["at"] for run in told.runs}["p1"]
    assert late == dt.datetime(2026, 3, 3, 8, tzinfo=dt.UTC)
    assert any("cap 1/4d" in one.waited_for for one in told.letters)


def test_what_others_really_sent_counts_for_limits_from_then_on_and_not_before() -> None:
    draft()
    member = cast.join("lone", START, email="lone@example.com").member
    other = making.publish([SERIES[0]], START - DAY, slug="other", name="Other")
    making.happens(member, making.BEGAN, START + DAY)
    while answering.answer(lambda _name: replay.DEEDS, START + DAY):
        pass
    making.work(START + DAY)
    outbox.send_due(START + DAY)
    assert Message.objects.get().status == "sent"
    sending_rules.save({"caps": [{"letters": 1, "within": "3d"}]}, START)
    told = simulate()
    assert [(one["step"], one["at"]) for one in told.runs[0].letters] == [
        ("hello", START),
        ("nudge", START + 4 * DAY),  # planned three days after joining; other's letter came a day after it
    ]
    assert told.all_really_per_day == {(START + DAY).date(): 1}
    assert told.really_per_day == {}
    assert Flow.objects.get(pk=other.pk).paused_at is None


def test_a_month_lived_and_the_same_simulated_agree() -> None:
    sending_rules.save(RULES, START)
    making.publish(SERIES, START - DAY, trigger={"event": "member.signed_up"}, exit=series()["exit"])
    lived()
    Consent.objects.filter(granted=False).delete()
    live(START, START + 2 * DAY - EVERY)
    consent.withdraw(
        Member.objects.get(first_name="P3"), "membership", START + 2 * DAY, END, proof="", source="test"
    )
    live(START + 2 * DAY, END)
    really = {
        (run_member, message.key.split(":")[2], message.status, (message.finished_at or END).date())
        for message in Message.objects.select_related("member")
        for run_member in [message.member.first_name]
    }
    assert len(really) > 10
    told = simulate()
    said = {
        (run.name, one["step"], one["status"], one["at"].date()) for run in told.runs for one in run.letters
    }
    assert said == really
    assert told.per_day == told.really_per_day == told.all_really_per_day


def live(since: dt.datetime, until: dt.datetime) -> None:
    """The time between, worked off every three hours as the clock does, as far as flows are concerned."""
    Event.objects.update(handled_at=END)
    moment = since
    while moment <= until:
        Event.objects.filter(occurred_at__gt=moment - EVERY, occurred_at__lte=moment).update(handled_at=None)
        while (
            answering.answer(lambda _name: replay.DEEDS, moment)
            + sweeping.sweep(moment)
            + execution.advance(moment)
            + outbox.send_due(moment)
        ):
            pass
        moment += EVERY


def test_the_stage_is_the_one_of_then() -> None:
    draft()
    member = cast.join("lone", START, email="lone@example.com").member
    member.stage_changes.create(kind="moved", from_stage="onboarding", to_stage="value", at=START + 5 * DAY)
    Member.objects.update(stage="value", stage_since=START + 5 * DAY)
    assert simulate(entry={"fact": "stage", "value": "onboarding"}).entered == 1
    assert simulate(entry={"fact": "stage", "value": "value"}).entered == 0


def test_what_has_no_history_is_named() -> None:
    draft()
    asked = (
        {"fact": "country", "value": "DK"},
        {"fact": "plan", "value": "a"},
        {"fact": "stage", "value": "value"},
    )
    assert simulate(entry={"all": list(asked)}).as_of_today == ["country"]


@pytest.mark.parametrize(
    "trigger", [{"date": "joined_at", "offset": "2d", "at": "09:00"}, {"every": "3d", "at": "09:00"}], ids=str
)
def test_dates_set_it_going_at_their_hour_also_for_those_read_in_later(trigger: dict[str, Any]) -> None:
    draft()
    cast.join("lone", START, email="lone@example.com", quiet=True)
    Member.objects.update(created_at=END)
    told = simulate(trigger=trigger)
    days = 2 if "date" in trigger else 3
    assert [run.entered_at for run in told.runs] == [dt.datetime(2026, 3, 2 + days, 9, tzinfo=dt.UTC)]
    assert told.runs[0].letters[0]["at"] == told.runs[0].entered_at


def test_tasks_are_told_and_given_to_nobody() -> None:
    draft()
    lived()
    with CaptureQueriesContext(connection) as asked:
        simulate()
    assert not [query for query in asked if 'INTO "relationship_task"' in query["sql"]]


def test_old_runs_go_no_further_and_are_not_told() -> None:
    making.publish(SERIES, START - 9 * DAY, trigger={"event": "member.signed_up"})
    member = cast.join("old", START - 2 * DAY, email="old@example.com").member
    making.work(START - 2 * DAY)
    making.happens(member, "member.activated", START + DAY)
    told = simulate()
    assert (told.entered, told.letters[0].sent, sum(told.per_day.values())) == (0, 0, 0)


def test_it_stops_when_time_is_up_and_says_how_far_it_came() -> None:
    draft()
    lived()
    told = simulating.simulate(Flow.objects.get(), series(), 12, END, patience=0)
    assert (told.is_whole, told.until) == (False, END - 12 * DAY)


def test_as_many_queries_for_many_as_for_few() -> None:
    draft()
    cast.join("p", START, email="p@example.com")
    with CaptureQueriesContext(
        connection,
    ) as few:
        simulate(1, START + 20 * HOUR)
    for n in range(30):
        cast.join(f"q{n}", START, email=f"q{n}@example.com")
    with CaptureQueriesContext(connection) as many:
        told = simulate(1, START + 20 * HOUR)
    assert told.entered == 31
    assert len(many) <= len(few)


@pytest.mark.django_db(transaction=True)
def test_others_work_on_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    apart: list[Any] = []
    draft()
    lived()
    sending_rules.save(RULES, START)

    def work() -> None:
        try:
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SET statement_timeout = '5s'")
                else:
                    cursor.execute("PRAGMA busy_timeout = 2000")
            with transaction.atomic():
                held = holding.hold(Member.objects.values_list("pk", flat=True))
                apart.append(len(held))
            making.publish(SERIES, END)
            making.publish(SERIES, END, slug="another", name="Another")
            making.happens(Member.objects.order_by("pk")[0], making.BEGAN, END)
            making.work(END)
            apart.append("worked")
        except Exception as error:
            apart.append(error)
        finally:
            connection.close()

    after_run = telling.tell

    def meanwhile(flow: Flow, told: telling.Told) -> telling.Told:
        other = threading.Thread(target=work)
        other.start()
        other.join(120)
        return after_run(flow, told)

    monkeypatch.setattr(telling, "tell", meanwhile)
    told = simulate()
    close_old_connections()
    assert apart == [6, "worked"]
    assert told.entered == 6
    assert Flow.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    draft()
    lived()
    found: list[Any] = []

    def other() -> None:
        try:
            found.append(simulating.simulate(Flow.objects.get(), series(holdout=0.0), 12, END).entered)
        except Exception as error:
            found.append(error)
        finally:
            connection.close()

    after_run = telling.tell

    def meanwhile(flow: Flow, told: telling.Told) -> telling.Told:
        if threading.current_thread() is threading.main_thread():
            thread = threading.Thread(target=other)
            thread.start()
            thread.join(120)
        return after_run(flow, told)

    monkeypatch.setattr(telling, "tell", meanwhile)
    assert simulate().entered == 6
    assert found == [6]


def test_the_command_tells_programs_and_people(settings: LazySettings, tmp_path: Any) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    house_clock.write(settings.TEST_CLOCK, END)
    draft()
    lived()
    out = StringIO()
    call_command("simulate_flow", "trial", "--days", "12", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["entered"], said["is_whole"], len(said["members"])) == (6, True, 6)
    out = StringIO()
    call_command("simulate_flow", "trial", "--days", "12", stdout=out)
    assert "6 would have entered" in out.getvalue()
    for wrong in (["nothing", "--days", "3"], ["trial", "--days", "0"]):
        with pytest.raises(CommandError):
            call_command("simulate_flow", *wrong)
