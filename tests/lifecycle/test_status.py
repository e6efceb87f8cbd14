"""The status in words, and the numbers for programs that watch."""

import datetime as dt
import os
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from lifecycle import status
from office.models import Beat, User
from tests import cast
from tests.dashboard import queries
from tests.mail import letters

pytestmark = pytest.mark.django_db


def said(now: dt.datetime) -> dict[str, tuple[str, bool]]:
    return {line.name: (line.text, line.is_ok) for line in status.lines(now)}


def test_a_clock_that_never_ran_and_one_that_runs(now: dt.datetime) -> None:
    assert said(now)["The clock"][1] is False
    Beat.objects.create(name=Beat.CLOCK, at=timezone.now())
    assert said(now)["The clock"] == ("runs", True)
    Beat.objects.update(at=timezone.now() - dt.timedelta(minutes=9))
    assert said(now)["The clock"] == ("stands still for 9 minutes: nothing leaves by itself", False)


def test_the_age_of_the_newest_backup(now: dt.datetime, settings: LazySettings, tmp_path: Path) -> None:
    settings.BACKUP_DIR = str(tmp_path)
    assert said(now)["Backup"] == ("there is none yet", False)
    for name, hours in (("old.dump.enc", 80), ("new.dump.enc", 5)):
        file = tmp_path / name
        file.touch()
        then = timezone.now().timestamp() - 3600 * hours - 60
        os.utime(file, (then, then))
    assert said(now)["Backup"] == ("the last one is 5 hours old", True)
    (tmp_path / "new.dump.enc").unlink()
    assert said(now)["Backup"][1] is False


def test_the_command_says_it_in_six_lines_and_fails_where_somebody_should_look() -> None:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("status", stdout=out)
    assert len(out.getvalue().splitlines()) == 6
    assert "LOOK  Mail: no mailbox is connected" in out.getvalue()


def test_owners_read_it_and_others_do_not() -> None:
    for role, code in (("owner", 200), ("editor", 403)):
        client = Client()
        client.force_login(User.objects.create_user(role, role=role))
        assert client.get("/settings/status/").status_code == code


def test_metrics_are_for_this_machine_or_for_who_has_the_token(
    client: Client, settings: LazySettings
) -> None:
    page = client.get("/metrics")
    assert page["Content-Type"].startswith("text/plain; version=0.0.4")
    assert "\nlifecycle_letters_waiting 0\n" in page.content.decode()
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 403
    assert client.get("/metrics", headers={"x-forwarded-for": "10.0.0.9"}).status_code == 403
    settings.METRICS_TOKEN = "a-token"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"authorization": "Bearer a-token"}).status_code == 200


def test_metrics_cost_the_same_with_many_letters(client: Client, now: dt.datetime) -> None:
    few = queries.asked(client, "/metrics")
    member = cast.ingrid(now).member
    for _number in range(5):
        letters.due(member, now)
    assert queries.asked(client, "/metrics") == few
