"""Building a letter from blocks without scripts: every button only changes the form, and saving keeps the draft."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from flows.models import Flow
from mail.models import Picture
from office import clock
from tests.flows import making
from tests.mail import photos
from tests.office import desks

pytestmark = pytest.mark.django_db
BLOCKS = [
    {"kind": "heading", "text": "Hi {{ member.first_name | default: 'friend' }}"},
    {"kind": "text", "text": "{{ member.first_name | upcase }} – hello"},
    {"kind": "button", "text": "Begin", "link": "{{ links.guide }}"},
]
FIELD = re.compile(r'<(?:input|textarea|select)\b[^>]*\bname="([^"]+)"[^>]*>')


@pytest.fixture
def flow(db: None) -> Flow:
    written = {
        "slug": "hello",
        "sender": "anna",
        "subject": "Hello",
        "preheader": "x",
        "blocks": [dict(b) for b in BLOCKS],
    }
    return making.publish(
        [{"uid": "hello", "kind": "send", "letter": "hello"}], clock.now(), letters=[written]
    )


def address(flow: Flow) -> str:
    return reverse("admin:flows_flow_step", args=[flow.pk, "hello"])


def opened(answer: Any) -> dict[str, Any]:
    """What a browser would send back of the page's letter form."""
    letter, sent = (
        answer.context["letter"],
        {"seen": answer.context["seen"], "sender": "anna", "languages": []},
    )
    for text in letter.texts:
        sent["languages"].append(text.language)
        for name in text.fields:
            sent[text[name].html_name] = text[name].value() or ""
        if text.rows is not None:
            sent |= {f"{text.prefix}-way": "blocks", f"{text.prefix}-blocks": [row.key for row in text.rows]}
            for row in text.rows:
                sent |= _row(row)
    return sent


def _row(row: Any) -> dict[str, Any]:
    found = {f"{row.prefix}-was": row.kept_as}
    for name, field in row.fields.items():
        value = row[name].value() or ""
        if hasattr(field.widget, "widgets"):
            parts = value if isinstance(value, list) else field.widget.decompress(value)
            found |= {
                f"{row.prefix}-{name}{end}": part or ""
                for end, part in zip(field.widget.widgets_names, parts, strict=True)
            }
        elif name != "file":
            found[f"{row.prefix}-{name}"] = value
    return found


def post(client: Client, flow: Flow, sent: dict[str, Any], do: str, **over: Any) -> Any:
    return client.post(address(flow), {**sent, "do": do, **over})


def kept(flow: Flow) -> list[dict[str, Any]]:
    flow.refresh_from_db()
    return list(flow.draft["letters"][0].get("blocks", []))


def test_opening_and_saving_changes_nothing_and_shows_no_bracket_of_a_machine(
    client: Client, flow: Flow
) -> None:
    desks.log_in(client, "editor")
    answer = client.get(address(flow))
    shown = re.sub(r'value="[^"]*"', "", re.sub(r'<input type="hidden"[^>]*>', "", answer.content.decode()))
    assert "{{" not in shown
    assert post(client, flow, opened(answer), "save").status_code == 302
    assert kept(flow) == BLOCKS


def test_a_block_is_added_filled_in_and_kept(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    answer = post(
        client, flow, opened(client.get(address(flow))), "block-add:text-en", **{"text-en-add": "button"}
    )
    assert kept(flow) == BLOCKS
    sent = opened(answer)
    assert sent["text-en-blocks"] == ["0", "1", "2", "3"]
    filled = {
        "text-en-3-text": "For [first name]",
        "text-en-3-link_address": "https://example.com/",
        "text-en-3-if": "member.number",
    }
    assert post(client, flow, sent, "save", **filled).status_code == 302
    assert kept(flow)[3] == {
        "kind": "button",
        "text": "For {{ member.first_name }}",
        "link": "https://example.com/",
        "if": "member.number",
    }


def test_blocks_change_places_and_go_and_what_was_technical_stays_with_its_block(
    client: Client, flow: Flow
) -> None:
    desks.log_in(client, "editor")
    answer = post(client, flow, opened(client.get(address(flow))), "block-up:text-en:1")
    assert opened(answer)["text-en-blocks"] == ["1", "0", "2"]
    answer = post(client, flow, opened(answer), "block-drop:text-en:2")
    assert post(client, flow, opened(answer), "save").status_code == 302
    assert kept(flow) == [BLOCKS[1], BLOCKS[0]]


def test_a_word_in_brackets_that_is_no_field_is_pointed_out_at_its_block(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    sent = opened(client.get(address(flow)))
    answer = post(client, flow, sent, "save", **{"text-en-0-text": "[frist name, else you]"})
    assert "There is no field “frist name, else you”." in answer.content.decode()
    assert kept(flow) == BLOCKS


def test_one_text_becomes_blocks_and_one_text_again(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    flow.draft["letters"][0] = {
        "slug": "hello",
        "sender": "anna",
        "subject": "Hello",
        "body": "## Hi\n\nYou {{ member.name }}",
    }
    flow.save()
    answer = post(client, flow, opened(client.get(address(flow))), "to-blocks:en")
    assert [row.kind for row in answer.context["letter"].texts[0].rows] == ["heading", "text"]
    assert post(client, flow, opened(answer), "save").status_code == 302
    assert kept(flow) == [
        {"kind": "heading", "text": "Hi"},
        {"kind": "text", "text": "You {{ member.name }}"},
    ]
    answer = post(client, flow, opened(client.get(address(flow))), "to-text:en")
    post(client, flow, opened(answer), "save")
    flow.refresh_from_db()
    assert flow.draft["letters"][0]["body"] == "## Hi\n\nYou {{ member.name }}"
    assert "blocks" not in flow.draft["letters"][0]


def test_another_language_begins_with_the_same_blocks(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    answer = post(client, flow, opened(client.get(address(flow))), "add-language", **{"add-language": "da"})
    sent = opened(answer)
    assert sent["text-da-blocks"] == ["0", "1", "2"]
    post(client, flow, sent, "save", **{"text-da-subject": "Hej", "text-da-2-text": "Begynd"})
    flow.refresh_from_db()
    assert flow.draft["letters"][0]["da"]["blocks"][2] == {**BLOCKS[2], "text": "Begynd"}


def test_a_picture_is_uploaded_with_its_block(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    answer = post(
        client, flow, opened(client.get(address(flow))), "block-add:text-en", **{"text-en-add": "picture"}
    )
    file = SimpleUploadedFile("hall.jpg", photos.photo(), "image/jpeg")
    sent = {**opened(answer), "text-en-3-alt": "A long table", "text-en-3-file": file}
    assert post(client, flow, sent, "save").status_code == 302
    picture = Picture.objects.get(in_library=True)
    assert (picture.title, picture.alt) == ("hall.jpg", "A long table")
    assert kept(flow)[3] == {"kind": "picture", "picture": picture.name, "alt": "A long table"}


def test_a_file_that_is_no_picture_is_said_at_its_field_and_loses_nothing(client: Client, flow: Flow) -> None:
    desks.log_in(client, "editor")
    answer = post(
        client, flow, opened(client.get(address(flow))), "block-add:text-en", **{"text-en-add": "picture"}
    )
    file = SimpleUploadedFile("x.svg", b"<svg/>", "image/svg+xml")
    answer = post(client, flow, {**opened(answer), "text-en-3-alt": "Kept", "text-en-3-file": file}, "save")
    said = answer.content.decode()
    assert "this is no PNG, JPEG or WebP picture" in said
    assert 'value="Kept"' in said
    assert kept(flow) == BLOCKS


@pytest.mark.parametrize("kind", ["statement", "next", "benefits"])
def test_blocks_of_the_value_room_can_be_added_and_titled(client: Client, flow: Flow, kind: str) -> None:
    desks.log_in(client, "editor")
    answer = post(
        client, flow, opened(client.get(address(flow))), "block-add:text-en", **{"text-en-add": kind}
    )
    rows = answer.context["letter"].texts[0].rows
    assert len(rows) == 4
    assert "Words above" in answer.content.decode()


def test_who_may_only_read_sees_the_blocks_and_changes_nothing(client: Client, flow: Flow) -> None:
    desks.log_in(client, "staff")
    page = client.get(address(flow))
    assert "Take out" not in page.content.decode()
    assert post(client, flow, opened(page), "block-drop:text-en:0").status_code == 403


@pytest.mark.parametrize("was", ["", "[]", "{", '{"kind": "cake"}', '{"kind": ["x"]}'])
def test_a_form_that_was_tampered_with_breaks_nothing(client: Client, flow: Flow, was: str) -> None:
    desks.log_in(client, "editor")
    sent = opened(client.get(address(flow)))
    assert post(client, flow, sent, "save", **{"text-en-0-was": was}).status_code in (200, 302)
