"""A letter's reason, as staff read it."""

import pytest

from mail.models import Message


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("suppressed: bounced", "letters to this address are stopped (the address does not exist)"),
        ("no_consent: news", "the member does not want these letters (News)"),
        ("too_late: 2026-08-26 07:00 UTC", "it would have come too late (26 August 2026 07:00)"),
        ("refused: 550 no such mailbox", "the mail server refused it (550 no such mailbox)"),
        ("no_address", "no e-mail address is known"),
    ],
)
def test_a_reason_is_told_without_codes(code: str, said: str) -> None:
    assert Message(reason=code).reason_in_words == said
