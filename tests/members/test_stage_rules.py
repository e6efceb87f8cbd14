"""The rules of the stages as files and rows."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from lifecycle import trades
from members import stage_rules
from members.models import MemberFacts, StageRule
from office.models import AuditEntry
from tests import cast

pytestmark = pytest.mark.django_db
RULE = '[[stage_rules]]\nto = "value"\nmin_stay = "90d"\nenter = {fact="activated", op="=", value=true}\n'


def load(tmp_path: Path, text: str) -> str:
    file, out = tmp_path / "rules.toml", StringIO()
    file.write_text(text)
    call_command("set_rules", file, stdout=out)
    return out.getvalue()


def test_a_file_becomes_rows_once(tmp_path: Path) -> None:
    assert load(tmp_path, RULE) == "value: changed\n"
    assert load(tmp_path, RULE) == "value: unchanged\n"
    rule = StageRule.objects.get()
    assert (rule.to, rule.min_stay, rule.fall) == ("value", "90d", None)
    assert AuditEntry.objects.filter(deed="stagerule.changed").count() == 1


def test_everything_wrong_is_named_and_nothing_changed(tmp_path: Path) -> None:
    bad = """
[[stage_rules]]
to = "heaven"
mood = "good"
[[stage_rules]]
to = "relationship"
min_stay = "ninety"
window = "3d"
enter = { all = [ {fact="beauty", op="=", value=1}, {segment="nobody"} ] }
fall = { fact="pulse", op="=", value="dead" }
"""
    with pytest.raises(CommandError) as refused:
        load(tmp_path, RULE + bad)
    for named in ("heaven", "mood", "ninety", "beauty", "nobody", "dead", "enter", "window"):
        assert named in str(refused.value)
    assert not StageRule.objects.exists()


@pytest.mark.parametrize("text", ["quiet_hours = 3", "to =", "stage_rules = 3", RULE + RULE])
def test_what_is_not_known_here_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError):
        load(tmp_path, text)
    assert not StageRule.objects.exists()


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("set_rules", tmp_path / "none.toml")


@pytest.mark.parametrize("trade", trades.names())
def test_what_is_written_reads_back_the_same(trade: str, now: dt.datetime) -> None:
    trades.choose(trade, now)
    again = stage_rules.read(stage_rules.write(stage_rules.in_order()))
    assert stage_rules.save(again, now) == []


def test_a_changed_rule_is_asked_of_those_it_may_concern(now: dt.datetime) -> None:
    member = cast.join("a", now, quiet=True).member
    MemberFacts.objects.update(stages_due=False)
    stage_rules.save(stage_rules.read(RULE), now)
    assert MemberFacts.objects.get(member=member).stages_due
