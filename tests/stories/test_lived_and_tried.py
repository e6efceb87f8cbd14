"""Weeks lived with every ready flow of a trade, and the same weeks tried: who entered, which letters, when."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from flows import publishing
from flows.models import Enrolment, Flow
from flows.simulation import replay, simulating, telling, turning
from lifecycle import clock, trades
from mail.models import Message
from tests.stories import a_town, playing
from tests.stories.a_town import DAY, DAYS, END, HOUR, START

pytestmark = pytest.mark.faults
TICKS = (3, 6, 7, 8, 9, 10, 13, 14)  # full hours (UTC) at which the clock comes by though nothing is due
FOLDER = Path(trades.__file__).parent


@pytest.mark.parametrize("trade", trades.names())
def test_weeks_that_were_lived_are_what_a_trial_tells(
    house: playing.House, trade: str, monkeypatch: pytest.MonkeyPatch, record_property: Any
) -> None:
    town = a_town.Town(house)
    house.tell_time("2024-06-01 06:00")
    trades.choose(trade, START - 600 * DAY)
    town.settle(tomllib.loads((FOLDER / f"{trade}.toml").read_text())["plans"]["quiet_after"])
    live(house, town)
    monkeypatch.setattr(replay, "EXACT", 100_000)
    told = {
        flow.slug: simulating.simulate(flow, flow.draft, DAYS, END, float("inf"))
        for flow in Flow.objects.all()
    }
    table = {slug: compare(slug, one) for slug, one in told.items()}
    print("\n".join(f"{slug:26} {line}" for slug, line in sorted(table.items())))
    by_hand = {flow.slug for flow in Flow.objects.all() if "manual" in flow.draft["trigger"]}
    assert {slug for slug in table if not told[slug].entered and slug not in by_hand} == set()
    assert {slug: line for slug, line in table.items() if "DIFF" in line} == {}


def live(house: playing.House, town: a_town.Town) -> None:
    """History is told; then the flows are published, and the clock comes by whenever something happens or is due."""
    for _at, deed in town.history():
        deed()
    house.tell_time(f"{START - HOUR:%Y-%m-%d %H:%M}")
    clock.tick(START - HOUR)
    for flow in Flow.objects.all():
        publishing.publish(flow.draft, START, without_face=True)
    ahead, now = list(town.days()), START
    while now < END:
        while ahead and ahead[0][0] <= now:
            ahead.pop(0)[1]()
        clock.tick(now)
        moments = [turning.next_due(flow).next_at for flow in Flow.objects.all()]
        moments += [at for at, _deed in ahead[:1]]
        now = min([at for at in moments if at and at > now] + [_next_tick(now)])


def _next_tick(now: dt.datetime) -> dt.datetime:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return next(at for day in range(2) for hour in TICKS if (at := midnight + day * DAY + hour * HOUR) > now)


def compare(slug: str, told: telling.Told) -> str:
    """What came of this flow in both: equal, or what one of them has and the other has not."""
    runs, letters = really(slug)
    tried = {(run.external_id, run.entered_at, run.status) for run in told.runs}
    written = {
        (run.external_id, one["step"], one["status"], one["at"]) for run in told.runs for one in run.letters
    }
    numbers = f"{len(runs)} entered, {len(letters)} letters"
    if (runs, letters) == (tried, written):
        return f"equal: {numbers}" + (f" (as of today: {told.as_of_today})" if told.as_of_today else "")
    lived = sorted(map(str, (runs | letters) - (tried | written)))
    only = sorted(map(str, (tried | written) - (runs | letters)))
    return f"DIFF: {numbers}; as of today {told.as_of_today}; only lived: {lived}; only tried: {only}"


def really(slug: str) -> tuple[set[Any], set[Any]]:
    """The runs that began, and the letters that left or stayed, with when that was settled."""
    runs = list(Enrolment.objects.filter(flow__slug=slug).exclude(status="held_out").select_related("member"))
    who = {run.group: run.member.email.partition("@")[0] for run in runs}
    rows = Message.objects.filter(group__in=list(who))
    return (
        {(who[run.group], run.entered_at, str(run.status)) for run in runs},
        {
            (who[one.group], telling.uid_of(one), str(one.status), one.finished_at or one.due_at)
            for one in rows
        },
    )
