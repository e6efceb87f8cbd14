"""The file outside the database: what happens while it cannot be written, and that nothing is lost of it."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from lifecycle import clock
from mail import choosing, suppressions
from mail.models import Suppression
from members import consent, erasure, ledger
from members.models import LedgerLine, Member
from office.models import AuditEntry, User
from tests import cast

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A disk that is gone until this path becomes a folder: a file stands where the folder was."""
    folder = tmp_path / "disk"
    folder.write_text("")
    monkeypatch.setattr(settings, "LEDGER_FILE", folder / "ledger.log")
    return folder


def comes_back(disk: Path) -> None:
    disk.unlink()
    disk.mkdir()


def owner() -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("olga", "olga@example.com", role="owner"))
    return browser


@pytest.fixture
def member(db: None, now: dt.datetime) -> Member:
    return cast.join("per", now, quiet=True, email="per@example.com", first_name="Per").member


def test_a_no_counts_at_once_and_its_line_waits_for_the_disk(
    disk: Path, member: Member, now: dt.datetime
) -> None:
    choosing.unsubscribe(member, "membership", "en", now)
    suppressions.suppress("dead@example.com", Suppression.Reason.BOUNCED, now)
    assert not consent.standing([member.pk])[member.pk, "membership"].granted
    assert suppressions.suppressed(["dead@example.com"])
    assert LedgerLine.objects.count() == 2
    assert "Not a directory" in ledger.trouble()
    assert ledger.catch_up(now) == 0  # still gone
    comes_back(disk)
    assert "File exists" in ledger.trouble()  # what was said when the first line had to wait
    assert ledger.catch_up(now) == 2
    assert (ledger.trouble(), LedgerLine.objects.count(), ledger.catch_up(now)) == ("", 0, 0)
    assert Counter(line["what"] for line in ledger.read()) == {ledger.NO: 1, ledger.STOPPED: 1}


def test_a_line_that_came_late_does_not_outdo_what_was_said_after_it(
    disk: Path, member: Member, now: dt.datetime
) -> None:
    choosing.unsubscribe(member, "membership", "en", now)
    comes_back(disk)
    choosing.choose(member, ["membership"], "en", now + MINUTE)
    ledger.catch_up(now + HOUR)
    assert [line["what"] for line in ledger.read()] == [ledger.YES, ledger.NO]
    assert [line["what"] for line in ledger.in_time(ledger.read())] == [ledger.NO, ledger.YES]


def test_nobody_is_forgotten_whom_a_backup_would_bring_back(
    disk: Path, member: Member, now: dt.datetime
) -> None:
    browser, page = owner(), f"/members/{member.uuid}/erasure/"
    answer = browser.post(page, {"number": str(member.number)}, follow=True)
    assert "Nothing was erased: the file that keeps erasures beyond a backup" in answer.content.decode()
    with pytest.raises(CommandError, match="nothing was erased: it could not be written to"):
        call_command("erase_member", str(member.uuid))
    member.refresh_from_db()
    assert (member.first_name, member.erased_at) == ("Per", None)
    assert not AuditEntry.objects.filter(deed="member.erased").exists()
    comes_back(disk)
    browser.post(page, {"number": str(member.number)})
    assert ledger.knows(member.uuid)


def test_staff_hear_of_it_and_that_it_is_over(disk: Path, member: Member, now: dt.datetime) -> None:
    browser = owner()
    clock.look(now)
    assert "are not kept beyond a backup" in browser.get("/").content.decode()
    assert "cannot be kept beyond a backup" in browser.get("/settings/status/").content.decode()
    choosing.unsubscribe(member, "membership", "en", now)
    comes_back(disk)
    clock.look(now + HOUR)
    assert "beyond a backup" not in browser.get("/").content.decode()
    assert len(list(ledger.read())) == 1


def test_looking_whether_it_can_be_written_makes_no_file(disk: Path) -> None:
    comes_back(disk)
    assert ledger.trouble() == ""
    with pytest.raises(ledger.Missing):  # after a restore an empty one would look as if it had survived
        list(ledger.read())


def test_a_line_whose_time_cannot_be_read_is_left_out(disk: Path, member: Member, now: dt.datetime) -> None:
    comes_back(disk)
    erasure.erase(member, None, now)
    with ledger.path().open("a") as file:
        file.write('{"what": "no", "at": "yesterday", "who": []}\n{"what": "no", "at": 5, "who": []}\n')
    assert [line["what"] for line in ledger.in_time(ledger.read())][-1] == ledger.ERASED
