"""`./run test` itself: what it tells, what it counts, and that nothing is left out of what both databases must show."""

import re
from collections import Counter
from pathlib import Path

import pytest

from workshop import both, stages
from workshop import test as runner

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "office",
    "api",
    "members",
    "mail",
    "flows",
    "intake",
    "value",
    "relationship",
    "winback",
    "dashboard",
)
OWN_SQL = re.compile(
    r"select_for_update|skip_locked|\.cursor\(|RawSQL|\.raw\(|\bvendor\b|(?:update|ignore)_conflicts"
)
PASSING = "def test_one(): print('seen')\ndef test_two(): pass\n"
FAILING = "def test_one(): assert 0, 'a reason'\n"
ALONE = ["-p", "pytest_rerunfailures", "-p", "no:cacheprovider", "--rootdir=/", "-c", "/dev/null"]
PLAIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def test_the_last_line_counts_what_all_stages_said(capsys: pytest.CaptureFixture[str]) -> None:
    report = stages.Report()
    report.add("lint", True, 1.0, Counter(passed=1))
    report.add("SQLite", False, 2.0, Counter(passed=7, failed=1, skipped=2, rerun=3))
    report.skip("browser", "no Chromium here")
    assert report.close() == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].split() == ["──", "lint", "ok", "1.0", "s"]
    assert said[2:] == [
        "── browser        skipped: no Chromium here",
        "failed: SQLite",
        "8 passed, 1 failed, 2 skipped, 3 rerun",
    ]


@pytest.mark.parametrize("aside", [False, True])
def test_a_stage_of_tests_tells_all_it_said_and_its_numbers(
    aside: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_these.py").write_text(PASSING)
    report = stages.Report()
    stages.pytest(report, "these", [*ALONE, str(tmp_path)], said=PLAIN, aside=aside)
    said = capsys.readouterr().out.splitlines()
    assert "2 passed" in said[-2]
    assert said[-1].startswith("── these          ok")
    assert (report.counts, report.close()) == (Counter(passed=2), 0)


@pytest.mark.parametrize("aside", [False, True])
def test_what_failed_is_told_with_its_reason_and_fails_the_whole(
    aside: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_these.py").write_text(FAILING)
    report = stages.Report()
    stages.pytest(report, "these", [*ALONE, str(tmp_path)], said=PLAIN, aside=aside)
    assert "a reason" in capsys.readouterr().out
    assert (report.counts["failed"], report.counts["rerun"], report.close()) == (1, 1, 1)


def test_tests_that_cannot_even_be_read_fail_the_whole(tmp_path: Path) -> None:
    (tmp_path / "test_these.py").write_text("def test_one(:\n")
    report = stages.Report()
    stages.pytest(report, "these", [*ALONE, str(tmp_path)], said=PLAIN, aside=True)
    assert (report.failed, report.close()) == (["these"], 1)


def test_a_check_that_is_not_content_is_told_whole(capsys: pytest.CaptureFixture[str]) -> None:
    report = stages.Report()
    stages.static(report, "quiet", ["python", "-c", "print('nobody hears this')"])
    stages.static(report, "loud", ["python", "-c", "raise SystemExit('what is wrong')"])
    said = capsys.readouterr().out
    assert "what is wrong" in said
    assert "nobody" not in said
    assert (report.counts, report.failed) == (Counter(passed=1, failed=1), ["loud"])


def test_whoever_names_files_gets_those_alone() -> None:
    assert runner.only(["tests/browser"], ["-k", "signing"]) == ["tests/browser", "-k", "signing"]
    assert runner.only(["tests/browser"], ["tests/test_stages.py::test_one"]) == [
        "tests/test_stages.py::test_one"
    ]


def test_what_both_databases_must_show_is_there() -> None:
    assert [file for file in both.FILES if not (ROOT / file).is_file()] == []
    assert len(both.FILES) == len(set(both.FILES))


def test_sql_of_our_own_is_tried_on_both_databases_each_time() -> None:
    """A module that locks, upserts or tells databases apart: its tests belong into workshop/both.py."""
    speaking = [
        f"tests/{room}/test_{file.stem}.py"
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
        if "migrations" not in file.parts and OWN_SQL.search(file.read_text())
    ]
    assert [test for test in speaking if (ROOT / test).is_file() and test not in both.FILES] == []


def test_what_only_postgresql_can_keep_is_tried_there_each_time() -> None:
    marked = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "tests").rglob("test_*.py")
        if "mark.postgres" in file.read_text() and file != Path(__file__)
    }
    assert marked <= set(both.FILES)
