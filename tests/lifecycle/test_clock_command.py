"""`clock set` and `clock advance`: months in minutes, in the sandbox only."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from flows import files, publishing
from lifecycle import clock
from mail.models import Message
from office import clock as time
from tests import cast

pytestmark = pytest.mark.django_db
WELCOME = Path(__file__).resolve().parents[2] / "flows" / "starter" / "welcome.toml"


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path, now: dt.datetime) -> Path:
    settings.TEST_CLOCK = tmp_path / "clock"
    time.write(settings.TEST_CLOCK, now)
    return tmp_path / "clock"


@pytest.mark.parametrize("words", [["set", "2026-03-02"], ["advance", "1d"]])
def test_real_time_cannot_be_moved(words: list[str]) -> None:
    with pytest.raises(CommandError, match="this is no sandbox"):
        call_command("clock", *words)


def test_the_clock_can_be_set(sandbox: Path) -> None:
    call_command("clock", "set", "2027-01-01T09:00:00+01:00")
    assert time.now() == dt.datetime(2027, 1, 1, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "words", [["set", "soon"], ["advance", "soon"], ["advance", "1d", "--every", "never"], ["advance", "-1d"]]
)
def test_what_cannot_be_read_is_refused_and_the_clock_stays(
    sandbox: Path, words: list[str], now: dt.datetime
) -> None:
    with pytest.raises(CommandError):
        call_command("clock", *words)
    assert time.now() == now


def test_steps_below_a_minute_are_refused(sandbox: Path) -> None:
    with pytest.raises(CommandError, match="a minute or longer"):
        call_command("clock", "advance", "1d", "--every", "0m")


def test_the_time_between_is_played_tick_by_tick(
    sandbox: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks: list[dt.datetime] = []
    monkeypatch.setattr(clock, "tick", lambda moment: ticks.append(moment) or 0)
    call_command("clock", "advance", "50m", "--every", "20m", stdout=StringIO())
    assert ticks == [now + dt.timedelta(minutes=minutes) for minutes in (20, 40, 50)]
    assert time.now() == ticks[-1]


def test_the_second_letter_leaves_at_nine_while_days_are_played(sandbox: Path, now: dt.datetime) -> None:
    definition = files.read(WELCOME.read_text())
    publishing.publish(definition, now, pictures=files.pictures_beside(WELCOME, definition))
    cast.ingrid(now)
    said = StringIO()
    call_command("clock", "advance", "3d", "--every", "1h", stdout=said)
    assert said.getvalue().strip() == (now + dt.timedelta(days=3)).isoformat()
    first, second = Message.objects.order_by("pk")
    assert first.finished_at == now + dt.timedelta(hours=1)
    assert second.first_due_at == dt.datetime(2026, 3, 4, 8, tzinfo=dt.UTC)
