"""A file of rules: taken whole, or refused with everything that is wrong in it."""

import datetime as dt
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from lifecycle import house_rules
from mail import sending_rules
from mail.models import SendingRules
from members.models import StageRule
from office.models import AuditEntry

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
STAGE = '[[stage_rules]]\nto = "value"\nenter = { fact = "activated", op = "=", value = true }\n'
WHOLE = """
quiet_hours = { from = "21:00", to = 08:00:00 }
windows = [ { from = "08:00", to = "24:00" }, { purposes = ["ask"], days = ["tue", "wed"] } ]
caps = [ { letters = 2, within = "7d", spares = ["onboarding"] } ]
blackout = [ 2026-12-24, "05-01", { from = "12-31", to = "01-01", name = "New Year" }, { easter = -2 } ]
ask_budget = { asks = 3, within = "1y", apart = "30d" }
priorities = ["transactional", "leaving", "dunning", "value", "onboarding", "ask"]
"""


def load(tmp_path: Path, text: str) -> list[str]:
    file, out = tmp_path / "rules.toml", StringIO()
    file.write_text(text)
    call_command("set_rules", file, stdout=out)
    return out.getvalue().splitlines()


def test_a_file_becomes_one_row_and_the_second_time_none(tmp_path: Path) -> None:
    assert load(tmp_path, WHOLE + STAGE) == [
        "value: changed",
        *(f"{part}: changed" for part in ("quiet_hours", "windows", "blackout", "caps")),
        *("ask_budget: changed", "priorities: changed"),
    ]
    assert all(line.endswith(": unchanged") for line in load(tmp_path, WHOLE + STAGE))
    rules = sending_rules.current()
    assert rules.calendar.quiet
    assert rules.calendar.blackouts[0].holds(dt.date(2026, 12, 24))
    assert rules.calendar.blackouts[1].holds(dt.date(2031, 5, 1))
    assert rules.asks == sending_rules.AskBudget(3, "1y", "30d")
    assert AuditEntry.objects.filter(deed="sendingrules.changed").count() == 1


def test_what_a_file_does_not_name_stays_and_an_empty_part_goes(tmp_path: Path) -> None:
    load(tmp_path, WHOLE)
    load(tmp_path, "caps = []\nquiet_hours = {}\n")
    said = sending_rules.definition()
    assert "caps" not in said
    assert "quiet_hours" not in said
    assert said["ask_budget"]["asks"] == 3
    assert SendingRules.objects.count() == 2


def test_everything_wrong_is_named_with_its_place_and_nothing_is_changed(tmp_path: Path) -> None:
    bad = """
weather = "fine"
quiet_hours = { from = "25:00", till = "08:00" }
windows = [ { from = "20:00", to = "08:00" }, { days = ["funday"] }, {} ]
caps = [ { letters = 0, within = "soon", spares = ["dunning"] }, 3 ]
blackout = [ "12-41", { from = "12-26", to = "2026-12-24" }, { easter = "x" } ]
ask_budget = { asks = 4 }
priorities = ["ask"]
[[stage_rules]]
to = "heaven"
"""
    with pytest.raises(CommandError) as refused:
        load(tmp_path, bad)
    for place in (
        "“weather”", "quiet_hours.from:", "quiet_hours.till:", "quiet_hours.to:", "windows[1].to:",
        "windows[2].days:", "windows[3]:", "caps[1].letters:", "caps[1].within:", "caps[1].spares:", "caps[2]:",
        "blackout[1].from:", "blackout[2].to:", "blackout[3].easter:", "ask_budget:", "priorities:", "heaven",
    ):  # fmt: skip
        assert place in str(refused.value), place
    assert not SendingRules.objects.exists()


def test_a_wrong_stage_rule_keeps_good_sending_rules_out_and_the_other_way_round(tmp_path: Path) -> None:
    for text in (WHOLE + STAGE.replace("value", "heaven", 1), "caps = 3\n" + STAGE):
        with pytest.raises(CommandError):
            load(tmp_path, text)
    assert not SendingRules.objects.exists()
    assert not StageRule.objects.exists()


@pytest.mark.parametrize(
    "text",
    [
        'quiet_hours = { from = "20:00", to = "08:00" }\nwindows = [ { from = "06:00", to = "07:30" } ]\n',
        'blackout = [ { from = "01-01", to = "12-31" } ]\n',
        'windows = [ { days = ["sat"] }, { purposes = ["ask"], days = ["tue"] } ]\n',
    ],
)
def test_hours_that_leave_no_moment_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError, match="leave no moment"):
        load(tmp_path, text)
    assert not SendingRules.objects.exists()


def test_the_file_in_the_documents_loads_and_gives_the_moments_it_promises(now: dt.datetime) -> None:
    text = (ROOT / "docs" / "sending-rules.md").read_text()
    house_rules.load(text.split("```toml\n")[1].split("```")[0], now)
    calendar, zone = sending_rules.current().calendar, ZoneInfo("Europe/Copenhagen")
    for due, purpose, leaves in (
        ("2026-03-06 22:10", "value", "2026-03-07 08:00"),
        ("2026-03-06 10:00", "ask", "2026-03-10 08:00"),
        ("2026-12-24 10:00", "value", "2026-12-27 08:00"),
    ):
        moment = dt.datetime.fromisoformat(due).replace(tzinfo=zone)
        found = calendar.next_open(moment, zone, purpose)
        assert f"{found.astimezone(zone):%Y-%m-%d %H:%M}" == leaves
