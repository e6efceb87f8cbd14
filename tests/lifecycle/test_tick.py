"""`tick`: everything that is due, at the moment it is told."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from flows import files, publishing
from flows.models import Decision
from lifecycle import clock
from mail.models import Message
from members.models import Event
from office.models import Beat
from tests import cast

pytestmark = pytest.mark.django_db
WELCOME = Path(__file__).resolve().parents[2] / "flows" / "starter" / "welcome.toml"
DAY = dt.timedelta(days=1)


@pytest.fixture
def welcome(db: None, now: dt.datetime) -> None:
    definition = files.read(WELCOME.read_text())
    publishing.publish(definition, now, pictures=files.pictures_beside(WELCOME, definition))


def test_rows_carry_the_moment_they_were_told(welcome: None, now: dt.datetime) -> None:
    cast.ingrid(now)
    moment = now + dt.timedelta(minutes=7)
    call_command("tick", "--now", moment.isoformat())
    assert Event.objects.get(name="member.signed_up").handled_at == moment
    assert Decision.objects.get().at == moment
    message = Message.objects.get()
    assert (message.created_at, message.finished_at, message.first_due_at) == (moment, moment, now)


def test_a_second_tick_of_the_same_moment_changes_nothing(welcome: None, now: dt.datetime) -> None:
    cast.ingrid(now)
    assert clock.tick(now) > 0
    assert clock.tick(now) == 0
    assert Message.objects.count() == 1


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "tomorrow 9"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(CommandError, match="write it like"):
        call_command("tick", "--now", text)


def test_a_time_without_a_zone_is_utc(welcome: None, now: dt.datetime) -> None:
    cast.ingrid(now)
    call_command("tick", "--now", "2026-03-02 22:30")
    assert Message.objects.get().created_at == now


def test_it_says_how_much_was_done_when_asked() -> None:
    said = StringIO()
    call_command("tick")  # the work of the night is done with the first
    call_command("tick", verbosity=2, stdout=said)
    assert said.getvalue().startswith("0 done at ")


def test_the_work_of_a_night_is_done_once_for_each_slot_that_passed(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[dt.datetime] = []

    def work(now: dt.datetime) -> int:
        done.append(now)
        return 1

    monkeypatch.setattr(clock, "NIGHTLY", {"trial": work})
    evening = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
    for moment in (evening, evening + dt.timedelta(hours=4), evening + dt.timedelta(hours=5)):
        clock.night(moment)
    assert done == [evening, evening + dt.timedelta(hours=5)]
    clock.night(evening + 9 * DAY)  # a week of outage is made good once
    clock.night(evening + 9 * DAY)
    assert len(done) == 3
    assert Beat.objects.get().at == evening + 9 * DAY
