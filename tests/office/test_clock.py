"""The one place that knows what time it is."""

import datetime as dt
from pathlib import Path

import pytest
from pytest_django import Settings

from office import clock


def test_without_a_sandbox_it_is_real_time() -> None:
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)
    assert not clock.is_sandbox()


def test_the_sandbox_goes_by_its_file(settings: Settings, tmp_path: Path, now: dt.datetime) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    clock.write(settings.TEST_CLOCK, now)
    assert clock.now() == now
    assert clock.is_sandbox()
    assert [file.name for file in tmp_path.iterdir()] == ["clock"]


@pytest.mark.parametrize("content", [None, "", "soon"])
def test_a_clock_that_cannot_be_read_is_named(
    settings: Settings, tmp_path: Path, content: str | None
) -> None:
    settings.TEST_CLOCK = tmp_path / "clock"
    if content is not None:
        settings.TEST_CLOCK.write_text(content)
    with pytest.raises(clock.ClockUnreadable, match="must hold an ISO 8601 time"):
        clock.now()


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-03-02T10:00", 10),
        ("2026-03-02T10:00Z", 10),
        ("2026-03-02T10:00+02:00", 8),
        (" 2026-03-02 10:00\n", 10),
    ],
)
def test_times_are_read_as_utc_unless_they_say_otherwise(text: str, hour: int) -> None:
    assert clock.parse(text) == dt.datetime(2026, 3, 2, hour, tzinfo=dt.UTC)
