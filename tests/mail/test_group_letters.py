"""What a letter to a group says, before it may leave."""

import datetime as dt

import pytest

from mail import group_letters
from tests.mail import groups

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> dt.datetime:
    """A Monday at noon in Copenhagen."""
    return dt.datetime(2026, 3, 2, 11, tzinfo=dt.UTC)


def test_blocks_become_the_letter(now: dt.datetime) -> None:
    groups.choir(1, now)
    written = [{"kind": "heading", "text": "Closed"}, {"kind": "text", "text": "The hall **is** closed."}]
    version = group_letters.version(groups.letter(now, body="", blocks=written), now)
    assert "<h2" in version.texts["en"]["html"]
    assert "The hall is closed." in version.texts["en"]["text"]
    assert version.source["en"]["blocks"] == written


def test_a_notice_of_blocks_is_short_and_has_no_pictures(now: dt.datetime) -> None:
    groups.sings("Anna", now)
    long = groups.letter(now, body="", blocks=[{"kind": "text", "text": "x" * 1001}])
    shown = groups.letter(now, body="", blocks=[{"kind": "picture", "picture": "a.png", "alt": "A boat"}])
    for mailing, words in ((long, "A notice is short"), (shown, "A notice has no pictures")):
        with pytest.raises(group_letters.MailingErrors, match=words):
            group_letters.version(mailing, now)


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("notice", "x" * 1001, "A notice is short"),
        ("notice", "![a cake](https://example.com/cake.png)", "no pictures"),
        ("news", "{{ member.shoe_size }}", "there is no field"),
    ],
)
def test_a_text_that_cannot_leave_is_refused_in_plain_words(
    kind: str, body: str, said: str, now: dt.datetime
) -> None:
    groups.choir(1, now)
    with pytest.raises(group_letters.MailingErrors, match=said):
        group_letters.version(groups.letter(now, kind, body=body), now)
