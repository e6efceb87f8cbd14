"""The pages for letters to groups: from choosing the people to what became of it."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from lifecycle import clock
from mail import mailboxes, mailings
from mail.models import Click, Mailing, Message, Picture, Reply
from members import events
from members.models import Member
from office.models import AuditEntry, User
from tests.dashboard.queries import asked
from tests.mail import groups, photos
from tests.sinks import Sink

pytestmark = pytest.mark.django_db
SAID = {
    "people": f"tag:{groups.TAG}",
    "kind": "notice",
    "text-en-subject": "No choir",
    "text-en-way": "blocks",
    "text-en-blocks": ["0"],
    "text-en-0-was": '{"kind": "text"}',
    "text-en-0-text": "Hello [first name]",
    "do": "check",
}


@pytest.fixture
def now() -> dt.datetime:
    """Saturday evening before the clocks go forward in Copenhagen."""
    return dt.datetime(2026, 3, 28, 18, tzinfo=dt.UTC)


@pytest.fixture
def editor(db: None) -> Client:
    """The browser of somebody who may approve letters."""
    browser = Client()
    browser.force_login(User.objects.create_user("karen", role="editor", email="karen@example.com"))
    return browser


def written(browser: Client, **said: Any) -> Mailing:
    """A letter kept by the page on which one is written."""
    sender = groups.letter(dt.datetime(2026, 3, 1, tzinfo=dt.UTC)).sender
    Mailing.objects.all().delete()
    assert sender is not None
    answer = browser.post("/letters/new/", {**SAID, "sender": sender.pk, **said})
    assert answer.status_code == 302, answer.context["errors"]
    return Mailing.objects.get()


def test_a_letter_is_written_without_brackets_of_code_and_checked(staff: Client, now: dt.datetime) -> None:
    groups.sings("Anna", now)
    assert "[first name, else friend]" in staff.get("/letters/new/").content.decode()
    mailing = written(staff)
    assert mailing.blocks == [{"kind": "text", "text": "Hello {{ member.first_name }}"}]
    page = staff.get(f"/letters/groups/{mailing.uuid}/").content.decode()
    assert "Hello [first name]" in page
    assert "{{" not in "".join(re.findall(r"<textarea.*?</textarea>", page, re.DOTALL))


def test_blocks_are_added_moved_and_taken_out_before_anything_is_kept(staff: Client) -> None:
    one = {**SAID, "text-en-add": "heading", "do": "block-add:text-en"}
    rows = staff.post("/letters/new/", one).context["text"].rows
    assert [row.kind for row in rows] == ["text", "heading"]
    assert not Mailing.objects.exists()
    two = {
        **SAID,
        "text-en-blocks": ["0", "1"],
        "text-en-1-was": '{"kind": "heading"}',
        "text-en-1-text": "Hi",
    }
    rows = staff.post("/letters/new/", {**two, "do": "block-up:text-en:1"}).context["text"].rows
    assert [row.kind for row in rows] == ["heading", "text"]
    rows = staff.post("/letters/new/", {**two, "do": "block-drop:text-en:0"}).context["text"].rows
    assert [row.block() for row in rows] == [{"kind": "heading", "text": "Hi"}]


def test_a_draft_of_one_text_is_written_on_and_can_be_taken_apart(staff: Client, now: dt.datetime) -> None:
    groups.sings("Anna", now)
    mailing = groups.letter(now, body="## Closed\n\nThe hall is closed.")
    address = f"/letters/groups/{mailing.uuid}/"
    assert "## Closed" in staff.get(address).content.decode()
    as_text = {"text-en-subject": "No choir", "text-en-body": "## Closed\n\nAll week."}
    staff.post(address, {**SAID, "text-en-way": "", **as_text, "do": "save", "sender": mailing.sender_id})
    mailing.refresh_from_db()
    assert (mailing.body, mailing.blocks) == ("## Closed\n\nAll week.", [])
    rows = staff.post(address, {**as_text, "do": "to-blocks:en"}).context["text"].rows
    assert [row.kind for row in rows] == ["heading", "text"]


def test_staff_write_a_picture_that_is_there_but_add_none(staff: Client, editor: Client) -> None:
    block = {
        **SAID,
        "text-en-0-was": '{"kind": "picture"}',
        "text-en-0-file": ContentFile(photos.photo(), "a.png"),
    }
    assert "New pictures are added by editors" in staff.post("/letters/new/", block).content.decode()
    assert not Picture.objects.exists()
    editor.post("/letters/new/", {**block, "text-en-0-file": ContentFile(photos.photo(), "a.png")})
    assert Picture.objects.exists()


def test_what_members_write_back_stands_on_its_page(staff: Client, sink: Sink, now: dt.datetime) -> None:
    groups.sings("Anna", now)
    mailing = groups.sent(now)
    groups.leave(now)
    letter = mailing.messages.get()
    said = {"key": "k", "member": letter.member, "letter": letter, "written_at": now, "received_at": now}
    Reply.objects.create(text="See you on Friday then", **said)
    page = staff.get(f"/letters/groups/{mailing.uuid}/").content.decode()
    assert "1 wrote back" in page
    assert "See you on Friday then" in page


def test_the_limit_of_the_mailbox_says_when_the_last_one_leaves(staff: Client, now: dt.datetime) -> None:
    groups.choir(5, now)
    mailing = written(staff)
    mailboxes.limit("", 2, 4, now, None)
    page = staff.get(f"/letters/groups/{mailing.uuid}/check/")
    assert "Your mailbox lets leave at most 2 letters a minute and 4 letters a day." in page.content.decode()
    assert dt.timedelta(days=1) <= page.context["done_by"] - now <= dt.timedelta(days=1, minutes=5)
    assert "Not all of them get it in time." in page.content.decode()
    mailboxes.limit("", 2, 400, now, None)
    page = staff.get(f"/letters/groups/{mailing.uuid}/check/")
    assert "Not all of them get it in time." not in page.content.decode()


def test_what_is_missing_is_said_at_its_field_and_the_draft_is_kept(staff: Client) -> None:
    answer = staff.post("/letters/new/", {"text-en-subject": "Half", "text-en-way": "blocks", "do": "check"})
    assert set(answer.context["errors"]) == {"people", "kind", "sender", "body"}
    assert Mailing.objects.get().subject == "Half"
    assert b"The draft is kept." in answer.content


def test_before_it_leaves_the_numbers_and_the_names_behind_them_are_said(
    staff: Client, now: dt.datetime
) -> None:
    groups.wants_news(groups.sings("Gerda", now), now)
    groups.wants_news(groups.sings("Ole", now, email="", phone="30 12 34 56"), now)
    groups.sings("Eva", now)
    mailing = written(staff, kind="news", topic="news")
    page = staff.get(f"/letters/groups/{mailing.uuid}/check/").content.decode()
    said = (
        "1 gets it · 1 without e-mail (print list) · 1 not, because: the member does not want these letters"
    )
    assert said in page
    assert "Editors and owners may send it." not in page  # said to those who may
    for part, name in (("gets", "Gerda"), ("paper", "Ole"), ("no_consent: news", "Eva")):
        answer = staff.get(f"/letters/groups/{mailing.uuid}/people/", {"of": part})
        assert name in answer.content.decode()
        assert [person.first_name for person in answer.context["members"]] == [name]


def test_the_page_before_it_leaves_costs_the_same_for_any_group(staff: Client, now: dt.datetime) -> None:
    groups.choir(6, now)
    mailing = written(staff)
    address = f"/letters/groups/{mailing.uuid}/check/"
    few = asked(staff, address)
    for place in range(30):
        groups.sings(f"More{place}", now)
    assert asked(staff, address) == few


def test_it_is_read_as_a_real_member(staff: Client, now: dt.datetime) -> None:
    anna = groups.sings("Anna", now)
    mailing = written(staff)
    answer = staff.get(f"/letters/groups/{mailing.uuid}/html", {"member": str(anna.uuid)})
    assert "Hello Anna" in answer.content.decode()
    assert answer["Content-Security-Policy"].startswith("sandbox")
    assert staff.get(f"/letters/groups/{mailing.uuid}/html", {"member": "x"}).status_code == 404


def test_staff_write_and_stop_but_an_editor_sends(
    staff: Client, editor: Client, reader: Client, now: dt.datetime
) -> None:
    groups.sings("Anna", now)
    mailing = written(staff)
    check, send = f"/letters/groups/{mailing.uuid}/check/", f"/letters/groups/{mailing.uuid}/sending"
    assert b"An editor or owner reads it here and sends it." in staff.get(check).content
    assert staff.post(send, {"when": "now"}).status_code == 403
    assert reader.get(check).status_code == 200
    assert editor.post(send, {"when": "now"}).status_code == 302
    assert Mailing.objects.get().state == "planned"
    assert AuditEntry.objects.get(deed="mailing.sent").user == User.objects.get(username="karen")
    assert reader.post(f"/letters/groups/{mailing.uuid}/stopping").status_code == 403
    staff.post(f"/letters/groups/{mailing.uuid}/stopping")
    assert Mailing.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("day", "time", "leaves"),
    [
        ("2026-03-28", "23:30", "2026-03-28 22:30"),
        ("2026-03-29", "02:30", "2026-03-29 01:00"),  # the clocks jump from 2 to 3: the next time there is
        ("2026-03-29", "09:00", "2026-03-29 07:00"),
        ("2026-10-25", "02:30", "2026-10-25 00:30"),  # twice: the first
    ],
)
def test_a_time_is_by_the_clock_of_the_house_also_when_the_clocks_change(
    editor: Client, settings: Any, now: dt.datetime, day: str, time: str, leaves: str
) -> None:
    settings.TIME_ZONE = "Europe/Copenhagen"
    groups.sings("Anna", now)
    mailing = written(editor)
    editor.post(f"/letters/groups/{mailing.uuid}/sending", {"when": "later", "day": day, "time": time})
    at = Mailing.objects.get().at
    assert at is not None
    assert f"{at:%Y-%m-%d %H:%M}" == leaves


@pytest.mark.parametrize("said", [{}, {"day": "soon", "time": "9"}, {"day": "2026-03-01", "time": "09:00"}])
def test_a_time_that_is_none_sends_nothing_and_says_so(
    editor: Client, now: dt.datetime, said: dict[str, str]
) -> None:
    groups.sings("Anna", now)
    mailing = written(editor)
    answer = editor.post(f"/letters/groups/{mailing.uuid}/sending", {"when": "later", **said}, follow=True)
    assert b"Say on which day" in answer.content or b"still to come" in answer.content
    assert Mailing.objects.get().state == "draft"


def test_the_next_day_says_what_became_of_it_with_the_names(
    staff: Client, sink: Sink, now: dt.datetime, house_clock: Path
) -> None:
    for name in ("Anna", "Bo", "Eva"):
        groups.sings(name, now)
    groups.sings("Ole", now, email="", phone="30 12 34 56")
    mailing = groups.sent(now)
    clock.tick(now)
    rows = {row.member.first_name: row for row in mailing.messages.select_related("member")}
    Click.objects.create(message=rows["Anna"], url="https://example.com", at=now, by="person")
    for name in ("mail.bounced", "mail.unsubscribed"):
        data = {"letter": str(rows["Bo"].uuid)}
        events.record(events.Draft(name, rows["Bo"].member, now, f"{name}:{rows['Bo'].uuid}", data), now)
    house_clock.write_text((now + dt.timedelta(days=1)).isoformat())
    address = f"/letters/groups/{mailing.uuid}/"
    page = staff.get(address).content.decode()
    for words in ("3 sent", "1 without e-mail", "Came back: not arrived", "Unsubscribed", "1 opened a link"):
        assert words in page, words
    for part, name in (("came_back", "Bo"), ("clicked", "Anna"), ("on_paper", "Ole"), ("unsubscribed", "Bo")):
        assert name in staff.get(f"{address}people/", {"of": part}).content.decode(), part
    assert "Nobody" in staff.get(f"{address}people/", {"of": "nonsense"}).content.decode()


def test_progress_is_asked_for_as_a_part_while_it_is_under_way(
    staff: Client, sink: Sink, now: dt.datetime
) -> None:
    groups.choir(2, now)
    mailing = groups.sent(now)
    groups.write(now)
    part = staff.get(f"/letters/groups/{mailing.uuid}/", headers={"HX-Request": "true"}).content.decode()
    assert "0 of 2 letters are settled" in part
    assert "every 2s" in part
    assert "<html" not in part
    groups.leave(now)
    assert "every 2s" not in staff.get(f"/letters/groups/{mailing.uuid}/").content.decode()


def test_stopped_it_says_how_many_had_left(staff: Client, sink: Sink, now: dt.datetime) -> None:
    groups.choir(3, now)
    mailing = groups.sent(now)
    groups.write(now)
    Message.objects.filter(pk=mailing.messages.earliest("pk").pk).update(status="sent", finished_at=now)
    answer = staff.post(f"/letters/groups/{mailing.uuid}/stopping", follow=True)
    assert b"Stopped. 1 letter had left already, 2 stay here." in answer.content
    again = staff.post(f"/letters/groups/{mailing.uuid}/stopping", follow=True)
    assert b"Look at it again" in again.content


@pytest.mark.parametrize("is_sent", [False, True])
def test_who_has_no_address_stands_on_a_page_to_print_and_in_a_list(
    staff: Client, editor: Client, sink: Sink, now: dt.datetime, is_sent: bool
) -> None:
    ole = groups.sings("Ole", now, email="", phone="30 12 34 56")
    Member.objects.filter(pk=ole.pk).update(own_fields={"Adresse": "Havnen 1", "Shoes": "43"})
    groups.sings("Gerda", now)
    mailing = groups.letter(now)
    if is_sent:
        mailings.send(mailing, None, now, None)
        groups.leave(now)
    page = staff.get(f"/letters/groups/{mailing.uuid}/paper/").content.decode()
    for words in ("Ole", "30 12 34 56", "Havnen 1", "Hello Ole", "The hall is closed on Thursday."):
        assert words in page, words
    for words in ("Gerda", "Shoes", "unsubscribe", "/u/"):
        assert words not in page, words
    assert staff.get(f"/letters/groups/{mailing.uuid}/paper.csv").status_code == 403
    listed = editor.get(f"/letters/groups/{mailing.uuid}/paper.csv").content.decode()
    assert "Ole" in listed
    assert "Gerda" not in listed


def test_all_of_them_are_listed_copied_and_drafts_deleted(staff: Client, now: dt.datetime) -> None:
    assert b"No letter to a group yet" in staff.get("/letters/groups/").content
    groups.sings("Anna", now)
    mailing = groups.sent(now)
    staff.post(f"/letters/groups/{mailing.uuid}/copies")
    page = staff.get("/letters/groups/").content.decode()
    assert page.count("No choir on Thursday") == 2
    draft = Mailing.objects.get(state="draft")
    staff.post(f"/letters/groups/{draft.uuid}/deletion")
    staff.post(f"/letters/groups/{mailing.uuid}/deletion")
    assert list(Mailing.objects.all()) == [mailing]


def test_a_trial_comes_to_whoever_asks_and_to_nobody_else(
    editor: Client, sink: Sink, now: dt.datetime
) -> None:
    groups.sings("Anna", now)
    mailing = written(editor)
    editor.post(f"/letters/groups/{mailing.uuid}/trial")
    assert sink.subjects("karen@example.com") == ["[Trial] No choir"]
    assert not Message.objects.exists()
