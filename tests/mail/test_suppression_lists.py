"""Lists of stopped addresses come in whole or not at all, and what cannot be taken is named by its line."""

import datetime as dt
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api import errors
from mail import suppression_lists, suppressions
from mail.models import Suppression
from members import erasure
from office.models import AuditEntry
from tests import cast
from tests.mail import letters

pytestmark = pytest.mark.django_db
Reason = Suppression.Reason


def take(text: str, now: dt.datetime) -> suppression_lists.Outcome:
    return suppression_lists.take(text.encode(), "list.csv", None, now)


def reasons() -> dict[str, str]:
    return dict(Suppression.objects.values_list("address", "reason"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ole@example.com\nEVA@example.com\n\n", {"ole@example.com": "manual", "eva@example.com": "manual"}),
        ("\ufeffaddress,reason\nole@example.com,bounced\n", {"ole@example.com": "bounced"}),
        ("Recipient;Suppression Reason\r\nole@example.com;HardBounce\r\n", {"ole@example.com": "bounced"}),
        ("Email\tReason\nole@example.com\tSpamComplaint\n", {"ole@example.com": "complained"}),
        ("a@example.com\na@example.com\n", {"a@example.com": "manual"}),
        ("email,reason\na@example.com,spam\na@example.com,bounce\na@example.com,\n", {"a@example.com": "bounced"}),
    ],
)  # fmt: skip
def test_lists_are_read_as_other_systems_write_them(
    now: dt.datetime, text: str, expected: dict[str, str]
) -> None:
    take(text, now)
    assert reasons() == expected
    assert AuditEntry.objects.get().deed == "suppressions.imported"


def test_taking_it_twice_changes_nothing_and_a_graver_reason_stays(now: dt.datetime) -> None:
    suppressions.suppress("ole@example.com", Reason.BOUNCED, now)
    first, second = (take("ole@example.com\neva@example.com\n", now) for _time in range(2))
    assert (first.created, first.known, second.created, second.known) == (1, 1, 0, 2)
    assert reasons() == {"ole@example.com": "bounced", "eva@example.com": "manual"}


def test_lines_that_are_not_taken_are_named(now: dt.datetime) -> None:
    outcome = take("email,reason\nole@example.com,spam\nnobody,spam\neva@example.com,dislike\n", now)
    assert [number for number, _why in outcome.refused] == [3, 4]
    assert "“nobody”" in outcome.refused[0][1]
    assert "“dislike”" in outcome.refused[1][1]
    assert list(reasons()) == ["ole@example.com"]


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"name,reason\nOle,spam\n", b"\xff\xfeo\x00", b"=1+1"])
def test_a_file_that_is_no_list_changes_nothing(now: dt.datetime, raw: bytes) -> None:
    with pytest.raises(errors.Refused, match="file: "):
        suppression_lists.take(raw, "list.csv", None, now)
    assert not Suppression.objects.exists()


def test_a_long_list_costs_few_questions(now: dt.datetime) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        take("".join(f"m{number}@example.com\n" for number in range(1200)), now)
    assert Suppression.objects.count() == 1200
    assert len(asked) < 15


def test_the_command_counts_and_names_lines(tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("ole@example.com\nnobody\n")
    out, err = StringIO(), StringIO()
    call_command("import_suppressions", file, stdout=out, stderr=err)
    assert out.getvalue() == "created=1 unchanged=0 refused=1\n"
    assert "line 2" in err.getvalue()
    with pytest.raises(CommandError):
        call_command("import_suppressions", tmp_path / "none.txt")


def test_an_erased_address_stays_stopped_and_is_nowhere_to_be_read(now: dt.datetime) -> None:
    person = cast.join("ole", now, quiet=True, email="ole@example.com")
    message = letters.due(person.member, now)
    letters.send(now)
    suppressions.suppress("ole@example.com", Reason.COMPLAINED, now, "ole said so")
    erasure.erase(person.member, None, now)
    line = Suppression.objects.get(reason=Reason.COMPLAINED)
    assert (line.address, line.detail) == ("", "")
    assert suppressions.suppressed(["ole@example.com"])
    assert letters.again(message).address == ""
    Suppression.objects.filter(pk=line.pk).delete()
    take(f"code,address,reason\n{line.address_hash},,complained\n", now)
    assert suppressions.suppressed(["ole@example.com"])
