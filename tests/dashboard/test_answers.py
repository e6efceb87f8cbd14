"""Anna says she got nothing: story 5."""

import datetime as dt

from django.test import Client

from dashboard.questions import answers
from mail import suppressions
from mail.models import Message, Suppression
from members.models import Member
from tests import cast
from tests.dashboard.club import Club


def last(member: Member) -> Message:
    return Message.objects.filter(member=member).exclude(status__in=Message.PENDING).latest("first_due_at")


def test_a_letter_that_a_dead_address_stopped_is_told_in_one_sentence(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    letter = last(club.ingrid)
    Message.objects.filter(pk=letter.pk).update(status="skipped", reason="suppressed: bounced")
    suppressions.suppress(club.ingrid.email, Suppression.Reason.BOUNCED, now, "mailbox full")
    answer = answers.read(club.ingrid, now)
    assert "It was not sent because the address bounced on 2 March (mailbox full)." in answer.said
    assert answer.said.count(". ") == 1
    assert answer.deed
    assert answer.deed.words == "Correct the address"
    for address in (f"/members/{club.ingrid.uuid}/", f"/members/{club.ingrid.uuid}/why/"):
        page = staff.get(address).content.decode()
        assert "because the address bounced on 2 March (mailbox full)" in page
        assert "Correct the address" in page


def test_a_letter_that_left_says_when_why_and_what_comes_next(club: Club, now: dt.datetime) -> None:
    answer = answers.read(club.ingrid, now)
    assert "was sent to" in answer.said
    assert answer.why == "It belongs to “Welcome to the club”, because of this: Joined."
    assert answer.next.startswith("Next comes “")


def test_somebody_without_an_address_gets_the_way_to_write_one_down(
    club: Club, staff: Client, now: dt.datetime
) -> None:
    answer = answers.read(club.ole, now)
    assert "because no e-mail address is known" in answer.said
    assert answer.deed
    assert answer.deed.words == "Write down an address"
    staff.post(f"/members/{club.ole.uuid}/address", {"email": "ole@example.com", "phone": club.ole.phone})
    club.ole.refresh_from_db()
    assert club.ole.email == "ole@example.com"


def test_an_address_that_is_none_is_refused_and_changes_nothing(club: Club, staff: Client) -> None:
    page = staff.post(f"/members/{club.ingrid.uuid}/address", {"email": "ingrid"}, follow=True)
    assert "This is not an e-mail address" in page.content.decode()
    assert Member.objects.get(pk=club.ingrid.pk).email == club.ingrid.email


def test_who_never_had_a_letter_due_is_told_so(club: Club, now: dt.datetime) -> None:
    stranger = cast.join("before", now, quiet=True, first_name="Kim").member
    answer = answers.read(stranger, now)
    assert answer.said == "No letter to Kim has been due so far."
    assert not answer.is_known
