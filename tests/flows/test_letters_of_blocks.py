"""Flows whose letters are made of blocks: published from a file with its pictures, exported, compared, checked."""

import datetime as dt
import re
from pathlib import Path

import pytest

from flows import checking, differences, files, letters, publishing, warnings
from flows.models import Flow
from lifecycle.demo import invitation, welcome
from mail import comparing, pictures
from mail.models import Brand, LetterVersion, Picture
from tests import cast
from tests.flows import making
from tests.mail import photos

pytestmark = pytest.mark.django_db
SEND = [{"uid": "hello", "kind": "send", "letter": "hello"}]
FILE = """
slug = "trial"
name = "Trial"
language = "en"
purpose = "value"
topic = "membership"
trigger = { manual = true }
exit = { event = "subscription.cancelled" }
steps = [{ uid = "hello", kind = "send", letter = "hello" }]

[[senders]]
slug = "anna"
name = "Anna Bak"
email = "anna@example.com"
phone = "+45 30 12 34 56"

[[letters]]
slug = "hello"
sender = "anna"
subject = "Hello"
preheader = "A word"

  [[letters.blocks]]
  kind = "heading"
  text = "Welcome"

  [[letters.blocks]]
  kind = "picture"
  picture = "hall.jpg"
  alt = "The hall, with a long table, on the evening of the first meeting of the year"

  [letters.da]
  subject = "Hej"
  preheader = "Et ord"

    [[letters.da.blocks]]
    kind = "picture"
    picture = "hall.jpg"
    alt = "Salen med blomster"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "hall.jpg").write_bytes(photos.photo())
    (tmp_path / "flow.toml").write_text(FILE)
    return tmp_path / "flow.toml"


def publish(file: Path, now: dt.datetime) -> tuple[Flow, bool]:
    definition = files.read(file.read_text())
    given = files.pictures_beside(file, definition)
    version, is_new = publishing.publish(definition, now, pictures=given, without_face=True)
    return version.flow, is_new


def letter(*blocks: dict[str, str], **over: object) -> dict[str, object]:
    return {
        "slug": "hello",
        "sender": "anna",
        "subject": "Hello",
        "preheader": "A word",
        "blocks": list(blocks),
        **over,
    }


def test_a_picture_beside_the_file_goes_into_the_library_and_the_same_file_makes_no_new_version(
    file: Path, now: dt.datetime
):
    flow, is_new = publish(file, now)
    assert is_new
    kept = Picture.objects.get(in_library=True)
    assert flow.draft["letters"][0]["blocks"][1]["picture"] == kept.name
    assert flow.draft["letters"][0]["da"]["blocks"][0]["picture"] == kept.name
    page = LetterVersion.objects.get().texts["da"]["html"]
    assert pictures.url(kept.name) in page
    assert 'alt="Salen med blomster"' in page
    assert publish(file, now)[1] is False


def test_an_exported_flow_is_equal_when_it_comes_back_and_reads_naturally(file: Path, now: dt.datetime):
    flow, _is_new = publish(file, now)
    written = files.write(flow.draft)
    assert files.read(written) == flow.draft
    assert '[[letters.blocks]]\nkind = "heading"\ntext = "Welcome"' in written
    assert publishing.publish(files.read(written), now, without_face=True)[1] is False


def test_a_picture_that_is_nowhere_is_refused_and_nothing_is_kept(file: Path, now: dt.datetime):
    (file.parent / "hall.jpg").unlink()
    with pytest.raises(checking.FlowErrors, match=re.escape("there is no picture “hall.jpg”")):
        publish(file, now)
    assert not Flow.objects.exists()


def test_a_mistake_elsewhere_takes_the_pictures_back_out(file: Path, now: dt.datetime):
    file.write_text(FILE.replace('text = "Welcome"', 'text = "{{ member.shoe }}"'))
    with pytest.raises(checking.FlowErrors, match=re.escape("member.shoe")):
        publish(file, now)
    assert not Picture.objects.exists()
    (file.parent / "hall.jpg").write_bytes(b"<svg/>")
    file.write_text(FILE)
    with pytest.raises(checking.FlowErrors, match=re.escape("hall.jpg: this is no PNG")):
        publish(file, now)


@pytest.mark.parametrize("odd", ["text", [1], {"kind": "text"}])
def test_blocks_of_another_shape_are_told_and_break_nothing(odd: object, now: dt.datetime):
    for over in ({"blocks": odd}, {"da": {"subject": "x", "blocks": odd}}):
        definition = making.definition(SEND, letters=[letter({"kind": "divider"}, **over)])
        assert any("must be a list of tables" in error for error in checking.errors(definition))


def test_what_blocks_say_is_looked_through_for_empty_fields_and_slips(now: dt.datetime):
    cast.join("p1", now, quiet=True, first_name="")
    rows = [{"kind": "text", "text": "Hi {{ member.first_name }} [frist name]"}, {"kind": "divider"}]
    draft = making.definition(SEND, letters=[letter(*rows)], exit={"event": "subscription.cancelled"})
    said = [one.text for one in warnings.warnings(draft, now)]
    assert (
        "“[frist name]” would be read just like that: there is no such field. Choose one from the list."
        in said
    )
    assert any(text.startswith("“first name” is empty for 1 of 1 member") for text in said)
    guarded = [{"kind": "text", "text": "Hi {{ member.first_name }}", "if": "member.first_name"}]
    draft = making.definition(SEND, letters=[letter(*guarded)], exit={"event": "subscription.cancelled"})
    assert [one.text for one in warnings.warnings(draft, now)] == []


def test_a_language_in_which_the_house_writes_is_missed(now: dt.datetime):
    Brand.objects.create(languages=["en", "da"])
    draft = making.definition(SEND, exit={"event": "subscription.cancelled"})
    said = [(one.uid, one.text) for one in warnings.warnings(draft, now)]
    assert said == [
        ("hello", "Your letters are written in Dansk too, and this one is not. Add the language.")
    ]


def test_what_is_worth_a_look_names_the_letter_and_its_language(now: dt.datetime):
    rows = letter({"kind": "divider"}, da={"subject": "x" * 80, "preheader": "y", "body": "z"})
    draft = making.definition(SEND, letters=[rows], exit={"event": "subscription.cancelled"})
    found = warnings.warnings(draft, now)
    assert [(one.uid, one.about) for one in found] == [("hello", "(Dansk)")]
    assert "80 characters" in found[0].text


def test_changed_words_of_a_block_are_read_without_its_machinery(now: dt.datetime):
    before = making.definition(
        SEND, letters=[letter({"kind": "button", "text": "Go", "link": "{{ links.guide }}"})]
    )
    after = making.definition(
        SEND, letters=[letter({"kind": "button", "text": "Begin", "link": "{{ links.guide }}"})]
    )
    (change,) = differences.between(before, after)
    assert [(piece.kind, piece.text) for piece in change.pieces if piece.kind in ("gone", "new")] == [
        ("gone", "Go"),
        ("new", "Begin"),
    ]
    assert "{" not in "".join(piece.text for piece in change.pieces)


def test_two_versions_of_a_letter_are_compared_as_a_member_reads_them(now: dt.datetime):
    making.publish(
        SEND, now, letters=[letter({"kind": "text", "text": "Hi {{ member.first_name }}, come on Monday."})]
    )
    making.publish(
        SEND, now, letters=[letter({"kind": "text", "text": "Hi {{ member.first_name }}, come on Friday."})]
    )
    first, second = LetterVersion.objects.order_by("number")
    (change,) = comparing.versions(first, second)
    assert (change.language, change.what) == ("en", "Text")
    assert [piece.text for piece in change.pieces if piece.kind == "gone"] == ["Monday"]
    assert [piece.text for piece in change.pieces if piece.kind == "new"] == ["Friday"]


def test_the_demo_club_has_a_letter_of_blocks_with_a_picture_and_nothing_to_point_out(now: dt.datetime):
    welcome.publish(now)
    version = invitation.publish(now)
    assert letters.shown_pictures(version.definition) == {Picture.objects.get(in_library=True).name}
    assert [one.text for one in warnings.warnings(version.definition, now)] == []
