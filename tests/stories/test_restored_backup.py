"""The database burns and yesterday's backup is put back: nobody gets a letter twice, and every no still counts."""

import shutil
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from api import links
from lifecycle import invariants
from lifecycle.invariants.lines import Moment
from mail import suppressions
from mail.models import Message, Suppression
from members import consent, erasure, ledger
from members.models import Member
from tests import sinks
from tests.stories import playing

FLOW = """
purpose = "onboarding"
trigger = { event = "member.signed_up" }
steps = [
  { uid = "one", kind = "send", letter = "one" },
  { uid = "night1", kind = "wait", for = "1d" },
  { uid = "two", kind = "send", letter = "two" },
  { uid = "night2", kind = "wait", for = "1d" },
  { uid = "three", kind = "send", letter = "three" },
  { uid = "night3", kind = "wait", for = "1d" },
  { uid = "four", kind = "send", letter = "four" },
]
"""
# On PostgreSQL its own programs copy and put back: minutes, as an operator would need them. Elsewhere the lost days,
# lived through again quarter by quarter, take seconds each time: once is enough for the short command.
pytestmark = [pytest.mark.faults] if connection.vendor == "postgresql" else []
PEOPLE = ("anna", "bo", "cy", "di", "eve")


@pytest.fixture
def house(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[playing.House]:
    """A house with a ledger of its own, on a database that can be backed up."""
    monkeypatch.setattr(settings, "LEDGER_FILE", tmp_path / "elsewhere" / "ledger.log")
    with playing.house(tmp_path, monkeypatch) as found:
        yield found


class Backup:
    """The database's own way to be copied and put back, as an operator would do it."""

    def __init__(self, file: Path) -> None:
        self.file, self.where = file, connection.settings_dict
        if connection.vendor == "sqlite":
            with sqlite3.connect(file) as copy:
                connection.connection.backup(copy)
        elif shutil.which("pg_dump") is None:
            pytest.skip("needs pg_dump")
        else:
            self._run("pg_dump", "--format", "custom", "--file", str(file))

    def put_back(self) -> None:
        """Everything since is forgotten."""
        if connection.vendor == "sqlite":
            with sqlite3.connect(self.file) as copy:
                copy.backup(connection.connection)
        else:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            connection.close()
            self._run("pg_restore", str(self.file))

    def _run(self, program: str, *words: str) -> None:
        found = {"host": self.where["HOST"], "port": str(self.where["PORT"]), "username": self.where["USER"]}
        given = [f"--{name}={value}" for name, value in found.items() if value]
        subprocess.run([program, *given, "--dbname", self.where["NAME"], *words], check=True)


def member(who: str) -> Member:
    return Member.everybody.get(external_ids__value=who)


def lives_on(house: playing.House, sink: sinks.Sink) -> Backup:
    """Five join; a backup is taken; letters leave, and three of the five want no more in three ways."""
    house.publish(FLOW, "2026-03-01 08:00")
    for who in PEOPLE:
        house.joins(who, "2026-03-01 10:00")
    house.tick("2026-03-01 10:00")
    backup = Backup(house.folder / "backup")
    house.tick("2026-03-02 10:00")
    now = playing.at("2026-03-02 11:00")
    erasure.erase(member("cy"), None, now)
    suppressions.suppress("di@example.com", Suppression.Reason.BOUNCED, now, "550 5.1.1 no such user")
    house.client.post(links.url("unsubscribe", member("eve").uuid, "membership"))
    house.tick("2026-03-03 10:00")
    assert Counter(address[: address.index("@")] for address, _raw in sink.accepted) == {
        "anna": 3, "bo": 3, "cy": 2, "di": 2, "eve": 2,
    }  # fmt: skip
    return backup


def after_restore(*words: str) -> str:
    said = StringIO()
    call_command("after_restore", "--backup-taken", "2026-03-01T12:00:00Z", *words, stdout=said)
    return said.getvalue().strip()


def test_a_restored_backup_sends_nothing_twice_and_forgets_no_no(
    house: playing.House, sink: sinks.Sink
) -> None:
    backup = lives_on(house, sink)
    backup.put_back()
    assert not suppressions.suppressed(["di@example.com"])  # so much the backup has forgotten
    house.tell_time("2026-03-03 13:00")
    assert after_restore() == "held=8 refusals=1 stopped=1 erased=1"
    house.tick("2026-03-03 13:00", "2026-03-03 14:00", "2026-03-04 10:00", "2026-03-05 10:00")
    left = Counter((address, str(sinks.parse(raw)["Subject"])) for address, raw in sink.accepted)
    assert set(left.values()) == {1}
    assert [who for who, subject in left if subject == "four"] == ["anna@example.com", "bo@example.com"]
    unknown = Message.objects.filter(status="unknown")
    assert sorted({row.letter_version.letter.slug for row in unknown}) == ["three", "two"]
    assert {row.reason for row in unknown} == {"restored"}
    assert suppressions.suppressed(["di@example.com"])["di@example.com"].address == "di@example.com"
    assert not consent.standing([member("eve").pk])[member("eve").pk, "membership"].granted
    assert not Member.objects.filter(email="cy@example.com").exists()
    assert not list(invariants.broken(Moment(playing.at("2026-03-05 10:00")), in_time=True))


@pytest.mark.faults
def test_who_joins_after_it_is_welcomed_as_ever(house: playing.House, sink: sinks.Sink) -> None:
    lives_on(house, sink).put_back()
    house.tell_time("2026-03-03 13:00")
    after_restore()
    house.joins("finn", "2026-03-03 15:00")
    house.tick("2026-03-03 15:00")
    assert sink.subjects("finn@example.com") == ["one"]


@pytest.mark.faults
def test_saying_it_twice_holds_nothing_more(house: playing.House, sink: sinks.Sink) -> None:
    lives_on(house, sink).put_back()
    house.tell_time("2026-03-03 13:00")
    after_restore()
    house.joins("finn", "2026-03-03 15:00")
    house.tell_time("2026-03-03 15:00")
    assert after_restore() == "held=8 refusals=0 stopped=0 erased=0"
    house.tick("2026-03-03 15:00")
    assert sink.subjects("finn@example.com") == ["one"]


@pytest.mark.faults
def test_without_the_ledger_nothing_is_done_until_somebody_says_so(
    house: playing.House, sink: sinks.Sink
) -> None:
    lives_on(house, sink).put_back()
    house.tell_time("2026-03-03 13:00")
    moved = ledger.path().rename(house.folder / "moved.log")
    with pytest.raises(CommandError, match="is not there"):
        after_restore()
    assert after_restore("--ledger", str(moved)) == "held=8 refusals=1 stopped=1 erased=1"


def test_a_moment_that_has_not_come_is_refused(house: playing.House) -> None:
    house.tell_time("2026-02-01 10:00")
    with pytest.raises(CommandError, match="has not come yet"):
        after_restore()
