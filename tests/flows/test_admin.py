"""The editor of flows: a person builds, checks and publishes one without meeting a name made for machines."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from flows import files
from flows.editing import parts
from flows.models import Flow, FlowVersion
from mail import pictures
from mail.models import Sender
from members.models import Member
from office import clock
from office.models import AuditEntry
from tests import cast
from tests.flows import making
from tests.mail.test_admin import FACE
from tests.office import desks

pytestmark = pytest.mark.django_db
STEPS = [
    {"uid": "rest", "kind": "wait", "for": "2d"},
    {"uid": "hello", "kind": "send", "letter": "hello"},
]
ADD = "/admin/flows/flow/add/"


@pytest.fixture
def flow(db: None) -> Flow:
    found = making.publish(STEPS, clock.now())
    Sender.objects.update(picture=pictures.keep(FACE.read_bytes()))
    return found


def at(flow: Flow, page: str, *more: object) -> str:
    return reverse(f"admin:flows_flow_{page}", args=[flow.pk, *more])


def again(flow: Flow) -> Flow:
    return Flow.objects.get(pk=flow.pk)


def letter_form(flow: Flow, **over: str) -> dict[str, str]:
    """The form of the letter's step as a browser sends it."""
    return {
        "seen": parts.seen(again(flow).draft, "hello"),
        "sender": "anna",
        "languages": "en",
        "text-en-subject": "About hello",
        "text-en-body": "Hello, this is hello.",
        **over,
    }


def test_a_name_begins_a_flow_and_nothing_is_published(client: Client) -> None:
    editor = desks.log_in(client, "editor")
    desks.read(client.get(ADD))
    assert "Give the flow a name" in desks.read(client.post(ADD, {"name": " "}))
    answer = client.post(ADD, {"name": "Welcome to the club"})
    flow = Flow.objects.get()
    assert answer.headers["Location"] == at(flow, "beginning")
    assert (flow.slug, flow.name, flow.current) == ("welcome-to-the-club", "Welcome to the club", None)
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.deed, entry.subject) == (editor, "flow.draft_saved", flow.slug)
    page = desks.read(client.get(at(flow, "change")))
    assert "Say what sets it going." in page
    assert "It has no step yet." in page
    assert f'<a href="{at(flow, "change")}#steps">Step by step</a>' in page


def test_a_letter_is_written_in_words_and_kept_as_liquid(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    step = at(flow, "step", "hello")
    assert "About hello" in desks.read(client.get(step))
    sent = letter_form(
        flow, **{"text-en-subject": "Hello [first name, else friend]", "not_after_number": "4"}
    )
    assert client.post(step, {**sent, "not_after_unit": "d"}).headers["Location"] == step
    draft = again(flow).draft
    assert parts.letters(draft)["hello"]["subject"] == "Hello {{ member.first_name | default: 'friend' }}"
    assert parts.find(draft, "hello")[1]["not_after"] == "4d"
    page = desks.read(client.get(step))
    assert "{{" not in page
    assert "Hello [first name, else friend]" in page


def test_a_field_that_is_none_is_refused_at_its_place_and_nothing_typed_is_lost(
    client: Client, flow: Flow
) -> None:
    desks.log_in(client, "editor")
    sent = letter_form(flow, **{"text-en-body": "Dear [frist name, else you]"})
    page = desks.read(client.post(at(flow, "step", "hello"), sent))
    assert "There is no field “frist name, else you”." in page
    assert "Dear [frist name, else you]" in page
    assert again(flow).draft == flow.draft


def test_another_language_is_added_and_kept_beside_the_first(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    step = at(flow, "step", "hello")
    page = desks.read(client.post(step, letter_form(flow, **{"do": "add-language", "add-language": "da"})))
    assert "text-da-subject" in page
    danish = {"text-da-subject": "Om hej", "text-da-body": "Hej."}
    client.post(step, {**letter_form(flow), **danish, "languages": ["en", "da"]})
    assert parts.letters(again(flow).draft)["hello"]["da"] == {"subject": "Om hej", "body": "Hej."}


def test_who_knows_liquid_may_see_it(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    step = at(flow, "step", "hello")
    client.post(step, letter_form(flow, **{"text-en-body": "Hi [first name]"}))
    page = desks.read(client.post(step, letter_form(flow, do="technical")))
    assert "Hi {{ member.first_name }}" in page
    client.post(step, letter_form(flow, technical="1", **{"text-en-body": "Hi {{ member.name | upcase }}"}))
    assert parts.letters(again(flow).draft)["hello"]["body"] == "Hi {{ member.name | upcase }}"


def test_what_somebody_else_changed_meanwhile_is_not_written_over(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    mine = letter_form(flow, **{"text-en-body": "Mine"})
    client.post(at(flow, "step", "hello"), letter_form(flow, **{"text-en-body": "Theirs"}))
    answer = client.post(at(flow, "step", "hello"), mine)
    assert answer.status_code == 409
    assert "Mine" in answer.content.decode()
    assert parts.letters(again(flow).draft)["hello"]["body"] == "Theirs"


def test_steps_are_moved_doubled_taken_out_and_put_back(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")

    def deed(**sent: str) -> list[str]:
        client.post(at(flow, "steps"), sent)
        return [step["uid"] for step in parts.steps(again(flow).draft)]

    assert deed(do="up:hello") == ["hello", "rest"]
    assert deed(do="down:hello") == ["rest", "hello"]
    assert deed(do="place", uid="rest", to="1") == ["hello", "rest"]
    assert deed(do="remove:hello") == ["rest"]
    page = desks.read(client.get(at(flow, "change")))
    assert "Taken out: Letter “About hello”" in page
    assert deed(do="undo") == ["hello", "rest"]
    assert len(deed(do="duplicate:hello")) == 3
    assert deed(do="up:gone") == [step["uid"] for step in parts.steps(again(flow).draft)]
    answer = client.post(at(flow, "steps"), {"do": "add", "kind": "task", "after": "rest"})
    assert client.get(answer.headers["Location"]).status_code == 200


def test_moving_a_step_keeps_the_keyboard_where_it_was(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    answer = client.post(at(flow, "steps"), {"do": "up:hello"}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert 'id="up-hello" aria-disabled="true" autofocus' in page
    assert "<html" not in page


def test_what_cannot_be_published_is_said_in_words_with_the_way_there(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    wrong = [{"uid": "w", "kind": "wait"}, {"uid": "hello", "kind": "send", "letter": "hello"}]
    Flow.objects.update(draft=making.definition(wrong, exit={"event": "subscription.cancelled"}))
    Sender.objects.update(picture=None)
    page = desks.read(client.get(at(flow, "publish")))
    assert "Say how long it waits, or for what." in page
    assert at(flow, "step", "w") in page or "Step 1" in page
    client.post(at(flow, "publish"), {})
    assert FlowVersion.objects.count() == 1


def test_letters_without_a_face_are_refused_there(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    Sender.objects.update(picture=None)
    page = desks.read(client.get(at(flow, "publish")))
    assert "A picture is missing" in page
    assert "Anna Bak" in page


def test_publishing_says_what_changes_and_who_waits_where(client: Client, flow: Flow) -> None:
    editor = desks.log_in(client, "editor")
    for number in range(3):
        making.enter(cast.join(f"p{number}", clock.now(), quiet=True).member, clock.now())
    client.post(at(flow, "step", "hello"), letter_form(flow, **{"text-en-body": "Hello, this is new."}))
    page = " ".join(desks.read(client.get(at(flow, "publish"))).split())
    assert "<del>hello</del><ins>new</ins>" in page
    assert "<b>3 people</b> at: Waits 2 days" in page
    assert flow.current is not None
    seen = page.split('name="seen" value="')[1].split('"')[0]
    answer = client.post(
        at(flow, "publish"), {"seen": seen, f"choice-{flow.current_id}-rest": "move"}, follow=True
    )
    assert "Version 2 is live. 3 people go on with it." in answer.content.decode()
    kept = again(flow)
    assert kept.current is not None
    assert (kept.current.number, kept.current.published_by) == (2, editor)
    assert set(kept.enrolments.values_list("version__number", flat=True)) == {2}


def test_a_draft_that_was_changed_while_somebody_asked_is_not_published(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    page = desks.read(client.post(at(flow, "publish"), {"seen": "older"}))
    assert "The draft was changed meanwhile" in page
    assert FlowVersion.objects.count() == 1


def test_an_older_version_becomes_the_draft_again_in_two_clicks(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    making.publish([*STEPS, {"uid": "stop", "kind": "end"}], clock.now())
    page = desks.read(client.get(at(flow, "version", 1)))
    assert "How the draft differs from it" in page
    assert '<span lang="en">English</span>' in page
    answer = client.post(at(flow, "version", 1))
    assert answer.headers["Location"] == at(flow, "publish")
    assert len(parts.steps(again(flow).draft)) == 2
    assert "can be put back" in desks.read(client.get(at(flow, "change")))
    client.post(at(flow, "steps"), {"do": "undo"})
    assert len(parts.steps(again(flow).draft)) == 3


def test_pausing_and_running_again_ask_first_and_are_written_down(client: Client, flow: Flow) -> None:
    editor = desks.log_in(client, "editor")
    desks.read(client.get(at(flow, "pause")))
    assert again(flow).is_live
    client.post(at(flow, "pause"))
    assert (again(flow).is_live, again(flow).paused_by) == (False, editor)
    assert "Nothing became late meanwhile." in desks.read(client.get(at(flow, "resume")))
    client.post(at(flow, "resume"), {"way": "skip"})
    assert again(flow).is_live
    deeds = AuditEntry.objects.filter(user=editor).order_by("pk").values_list("deed", flat=True)
    assert list(deeds) == ["flow.paused", "flow.resumed"]


def test_where_only_letters_were_held_back_nobody_is_asked_about_people(client: Client) -> None:
    desks.log_in(client, "editor")
    flow = making.publish([STEPS[1], STEPS[0]], clock.now())
    making.enter(cast.join("p", clock.now(), quiet=True, email="p@example.com").member, clock.now())
    client.post(at(flow, "pause"))
    page = desks.read(client.get(at(flow, "resume")))
    assert "1 letter was held back. What becomes of them?" in page
    assert "would have moved on" not in page


def test_a_flow_with_members_inside_is_not_deleted_and_the_way_out_is_shown(
    client: Client, flow: Flow
) -> None:
    desks.log_in(client, "editor")
    making.enter(cast.join("p", clock.now(), quiet=True).member, clock.now())
    page = desks.read(client.get(at(flow, "removal")))
    assert "cannot be deleted yet" in page
    client.post(at(flow, "removal"), {"do": "end"})
    client.post(at(flow, "removal"))
    assert Flow.objects.exists()
    client.post(at(flow, "pause"))
    client.post(at(flow, "removal"), {"do": "end"})
    assert again(flow).enrolments.get().status == "ended"
    client.post(at(flow, "removal"))
    assert not Flow.objects.exists()


def test_a_flow_goes_out_as_a_file_and_comes_back_as_a_draft(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    content = client.get(at(flow, "file")).content
    assert files.read(content.decode()) == again(flow).draft
    file = {"file": _file(content.replace(b"Trial", b"Other"))}
    client.post(reverse("admin:flows_flow_upload"), file)
    assert again(flow).draft["name"] == "Other"
    answer = client.post(reverse("admin:flows_flow_upload"), {"file": _file(b"slug =")}, follow=True)
    assert "this is not TOML" in answer.content.decode()
    dated = client.post(
        reverse("admin:flows_flow_upload"), {"file": _file(b"slug='t'\nx=2026-01-01")}, follow=True
    )
    assert "quotation marks" in dated.content.decode()


def test_a_copy_has_letters_of_its_own(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    client.post(at(flow, "twin"))
    twin = Flow.objects.get(slug="trial-copy")
    assert parts.letters(twin.draft).keys() == {"trial-copy-1"}
    assert parts.find(twin.draft, "hello")[1]["letter"] == "trial-copy-1"


@pytest.mark.parametrize("role", ["staff", "readonly"])
def test_others_read_the_flow_and_change_nothing(client: Client, flow: Flow, role: str) -> None:
    desks.log_in(client, role)
    before = again(flow).draft
    for page in ("change", "beginning", "drawing", "file"):
        assert client.get(at(flow, page)).status_code == 200
    for page in (at(flow, "step", "hello"), at(flow, "beginning"), at(flow, "change")):
        shown = desks.read(client.get(page))
        assert 'value="save"' not in shown
        assert 'value="add"' not in shown
    for page in ("pause", "resume", "removal", "publish"):
        assert client.get(at(flow, page)).status_code == 403
    for page, more in {
        "steps": (),
        "twin": (),
        "beginning": (),
        "step": ("hello",),
        "version": (1,),
        "trial": ("hello",),
    }.items():
        assert client.post(at(flow, page, *more), {"do": "remove:hello"}).status_code == 403
    assert client.get(ADD).status_code == 403
    assert again(flow).draft == before
    assert not AuditEntry.objects.exclude(user=None).exists()


def test_a_stranger_is_asked_to_sign_in(client: Client, flow: Flow) -> None:
    for page in ("change", "publish", "file"):
        assert client.get(at(flow, page)).status_code == 302


@pytest.mark.parametrize("key", ["0", "999"])
def test_a_flow_that_is_not_there_is_not_found(client: Client, key: str) -> None:
    desks.log_in(client, "owner")
    assert client.get(f"/admin/flows/flow/{key}/change/").status_code == 404


def test_a_step_that_is_gone_is_not_found_and_what_was_written_is_not_kept(
    client: Client, flow: Flow
) -> None:
    desks.log_in(client, "owner")
    assert client.get(at(flow, "step", "gone")).status_code == 404
    assert client.post(at(flow, "step", "gone"), {"seen": "x"}).headers["Location"] == at(flow, "change")


def test_the_list_counts_who_is_inside(client: Client, flow: Flow, now: dt.datetime) -> None:
    desks.log_in(client, "readonly")
    member: Member = cast.join("p", clock.now(), quiet=True).member
    making.enter(member, clock.now())
    page = desks.read(client.get(reverse("admin:flows_flow_changelist")))
    assert '<td class="field-inside">1</td>' in page
    assert "live" in page


def test_an_imported_draft_of_any_shape_can_be_looked_at(client: Client, flow: Flow) -> None:
    desks.log_in(client, "owner")
    for odd in (
        {"slug": "trial", "steps": "x"},
        {"slug": "trial", "steps": [1], "letters": {"a": 1}, "trigger": "x", "entry": [1], "goal": 3},
    ):
        Flow.objects.update(draft=odd)
        desks.read(client.get(at(flow, "change")))
        desks.read(client.get(at(flow, "beginning")))


def _file(content: bytes) -> object:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("flow.toml", content)


def test_the_page_of_a_flow_asks_as_often_for_many_members_as_for_one(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")

    def asked(page: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    pages = [at(flow, "change"), at(flow, "publish"), f"/flows/{flow.slug}/people/?step=rest&show=waiting"]
    making.enter(cast.join("first", clock.now(), quiet=True).member, clock.now())
    few = [asked(page) for page in pages]
    for number in range(9):
        making.enter(cast.join(f"p{number}", clock.now(), quiet=True).member, clock.now())
    assert [asked(page) for page in pages] == few
    assert max(few) <= 45
