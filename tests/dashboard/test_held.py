"""Letters that wait for a yes: seen as they would leave, decided one by one or together, by those who may."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from dashboard.questions import alarms, held
from flows import letting_run, publishing
from flows.models import Flow
from mail import approving, sending_rules
from mail.models import Message
from members import consent
from members.models import Member
from office.models import AuditEntry, User
from tests import cast
from tests.dashboard import queries
from tests.flows import making

pytestmark = pytest.mark.django_db
LETTER = [{"uid": "hello", "kind": "send", "letter": "hello", "not_after": "5d"}]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    """A flow whose every letter waits for a person."""
    return making.publish(LETTER, now - DAY, hold=True)


@pytest.fixture
def editor(db: None) -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user("eva", first_name="Eva", last_name="Holm", role="editor"))
    return browser


def come(name: str, at: dt.datetime) -> Message:
    """Somebody comes to the letter, which waits."""
    member = cast.join(
        name, at, quiet=True, first_name=name.title(), email=f"{name}@example.com", locale="en"
    ).member
    consent.grant(member, "membership", at, at, proof="form", source="test")
    making.happens(member, making.BEGAN, at)
    making.work(at)
    return Message.objects.get(member=member)


def post(browser: Client, flow: Flow, do: str, *letters: Message, **said: Any) -> Any:
    seen = approving.seen(letters, letters[0].created_at) if letters else {}
    marks = {f"seen-{letter.uuid}": seen[letter.pk] for letter in letters}
    data = {"do": do, "letter": [str(letter.uuid) for letter in letters], **marks, **said}
    return browser.post(f"/letters/held/{flow.slug}/", data, follow=True)


def status(letter: Message) -> str:
    return Message.objects.get(pk=letter.pk).status


def test_home_says_how_many_wait_and_since_when(flow: Flow, staff: Client, now: dt.datetime) -> None:
    assert alarms.letters_held(now) is None
    come("ada", now - 2 * HOUR)
    come("bea", now - HOUR)
    assert "2 letters wait for your yes, the first written today 20:30" in staff.get("/").content.decode()
    page = staff.get("/letters/held/").content.decode()
    assert "Trial" in page
    assert "2 letters wait" in page


def test_an_empty_page_says_what_would_stand_there(staff: Client) -> None:
    assert b"No letter waits for a yes" in staff.get("/letters/held/").content


def test_each_letter_is_shown_as_its_member_would_read_it(
    flow: Flow, staff: Client, now: dt.datetime
) -> None:
    letter = come("ada", now)
    page = staff.get("/letters/held/trial/").content.decode()
    assert f'src="/letters/{letter.uuid}/html"' in page
    assert "sandbox loading" in page
    assert "On your yes it leaves at once" in page
    assert "Hello, this is hello." in staff.get(f"/letters/{letter.uuid}/html").content.decode()


def test_what_a_yes_does_is_said_before(flow: Flow, staff: Client, now: dt.datetime) -> None:
    sending_rules.save({"quiet_hours": {"from": "21:00", "to": "08:00"}}, now)
    come("ada", now)
    late = come("bea", now)
    consent.withdraw(late.member, "membership", now, now, proof="link", source="letter")
    page = staff.get("/letters/held/trial/").content.decode()
    assert "On your yes: quiet hours; leaves 3 March 2026 08:00" in page
    assert "It would not leave: the member does not want these letters" in page
    assert held.outlook(flow, now).later == 1
    assert held.outlook(flow, now).never == 1


def test_staff_see_them_and_editors_decide(flow: Flow, staff: Client, now: dt.datetime) -> None:
    letter = come("ada", now)
    page = staff.get("/letters/held/trial/").content.decode()
    assert "Editors and owners decide about them." in page
    assert "Send" not in page
    assert post(staff, flow, "send", letter).status_code == 403
    assert status(letter) == "held"


def test_some_of_them_leave_and_the_others_wait(flow: Flow, editor: Client, now: dt.datetime) -> None:
    ada, bea, cia = (come(name, now) for name in ("ada", "bea", "cia"))
    answer = post(editor, flow, "send", ada, bea)
    assert b"2 letters are on their way." in answer.content
    assert [status(one) for one in (ada, bea, cia)] == ["queued", "queued", "held"]
    entry = AuditEntry.objects.get(deed="flow.letters_approved")
    assert (entry.user, entry.details["number"]) == (User.objects.get(username="eva"), 2)


def test_one_leaves_by_its_own_button(flow: Flow, editor: Client, now: dt.datetime) -> None:
    ada, bea = come("ada", now), come("bea", now)
    post(editor, flow, "", bea, only=str(bea.uuid), letter=[str(ada.uuid)])
    assert [status(one) for one in (ada, bea)] == ["held", "queued"]


def test_all_are_those_that_were_counted_on_the_page(flow: Flow, editor: Client, now: dt.datetime) -> None:
    ada = come("ada", now)
    upto = held.outlook(flow, now).upto
    newer = come("bea", now)
    post(editor, flow, "send_all", upto=str(upto))
    assert [status(one) for one in (ada, newer)] == ["queued", "held"]
    assert b"Look at the letters again first." in post(editor, flow, "send_all", upto="x").content


def test_what_says_something_else_by_now_is_not_sent(flow: Flow, editor: Client, now: dt.datetime) -> None:
    letter = come("ada", now)
    seen = approving.seen([letter], now)[letter.pk]
    Member.objects.filter(pk=letter.member_id).update(first_name="Adele")
    data = {"do": "send", "letter": str(letter.uuid), f"seen-{letter.uuid}": seen}
    answer = editor.post("/letters/held/trial/", data, follow=True)
    assert b"1 letter says something else now" in answer.content
    assert status(letter) == "held"


def test_what_was_decided_meanwhile_is_told_and_not_decided_twice(
    flow: Flow, editor: Client, now: dt.datetime
) -> None:
    letter = come("ada", now)
    eva = User.objects.get(username="eva")
    assert letting_run.discard(flow, [letter.uuid], eva, now) == 1
    assert b"1 letter did not wait any more" in post(editor, flow, "send", letter).content
    assert status(letter) == "skipped"
    assert not AuditEntry.objects.filter(deed="flow.letters_approved").exists()


def test_a_letter_is_not_sent_with_a_reason_that_everybody_can_read(
    flow: Flow, editor: Client, now: dt.datetime
) -> None:
    letter = come("ada", now)
    answer = post(editor, flow, "discard", letter, why="")
    assert b"Why not: write a few words" in answer.content
    assert f'value="{letter.uuid}" checked' in answer.content.decode()
    post(editor, flow, "discard", letter, why="She  rang us")
    kept = Message.objects.get(pk=letter.pk)
    assert kept.reason_in_words == "somebody here decided not to send it (She rang us)"
    assert AuditEntry.objects.get(deed="flow.letters_discarded").details["note"] == "She rang us"


def test_nothing_ticked_is_nothing_done(flow: Flow, editor: Client, now: dt.datetime) -> None:
    letter = come("ada", now)
    assert b"Tick the letters that may leave first." in post(editor, flow, "send").content
    assert b"Tick the letters that are not to be sent first." in post(editor, flow, "discard").content
    assert status(letter) == "held"


def test_stale_letters_are_flagged(flow: Flow, now: dt.datetime) -> None:
    letter = come("ada", now)
    later = now + 4 * DAY + HOUR
    making.happens(letter.member, "payment.failed", later)
    card = held.cards(list(letting_run.held(flow).select_related("member__plan")), later)[0]
    assert card.doubts == [
        "Worth sending only until tomorrow 22:30",
        "Heard since it was written: A payment failed",
    ]
    definition = making.definition(LETTER, hold=True)
    definition["letters"][0]["body"] = "Another text."
    publishing.publish(definition, later, without_face=True)
    card = held.cards(list(letting_run.held(flow).select_related("member__plan")), later)[0]
    assert card.doubts[-1] == "Its text was changed since; this letter keeps the old one"


def test_a_new_flow_asks_and_a_yes_lets_it_run(editor: Client, now: dt.datetime) -> None:
    eva = User.objects.get(username="eva")
    made = publishing.publish(making.definition(LETTER), now - DAY, by=eva, without_face=True)[0].flow
    letters = [come(f"p{number}", now) for number in range(letting_run.FIRST)]
    making.happens(cast.join("more", now, quiet=True).member, making.BEGAN, now)
    making.work(now)
    page = editor.get("/letters/held/trial/").content.decode()
    assert "Let the flow run?" in page
    assert "1 member waits at a letter." in page
    assert "On a yes to all of them 10 leave at once" in page
    answer = post(editor, made, "run")
    assert b"10 letters are on their way." in answer.content
    assert {status(one) for one in letters} == {"queued"}


def test_a_flow_whose_first_letters_were_all_decided_about_still_asks(
    editor: Client, now: dt.datetime
) -> None:
    eva = User.objects.get(username="eva")
    made = publishing.publish(making.definition(LETTER), now - DAY, by=eva, without_face=True)[0].flow
    for number in range(letting_run.FIRST):
        come(f"p{number}", now)
    post(editor, made, "send_all", upto=str(Message.objects.latest("pk").pk))
    assert not letting_run.held(made).exists()
    page = editor.get("/").content.decode()
    assert "“Trial” is new and asked now: may it run?" in page
    assert "Its first letters were decided about" in editor.get("/letters/held/").content.decode()
    assert "10 letters are on" not in page
    post(editor, made, "run")
    assert alarms.flows_asking(now) is None
    assert b"No letter waits for a yes" in editor.get("/letters/held/").content


def test_a_new_flow_can_be_paused_instead(editor: Client, now: dt.datetime) -> None:
    eva = User.objects.get(username="eva")
    made = publishing.publish(making.definition(LETTER), now - DAY, by=eva, without_face=True)[0].flow
    letter = come("ada", now)
    assert b"1 are written so far" in editor.get("/letters/held/trial/").content
    assert b"stands still" in post(editor, made, "pause").content
    made.refresh_from_db()
    assert (made.paused_at, status(letter)) == (now, "held")


def test_a_page_of_letters_asks_as_often_for_ten_as_for_two(
    flow: Flow, editor: Client, now: dt.datetime
) -> None:
    for name in ("ada", "bea"):
        come(name, now)
    few = queries.asked(editor, "/letters/held/trial/")
    for number in range(8):
        come(f"p{number}", now)
    assert queries.asked(editor, "/letters/held/trial/") == few
