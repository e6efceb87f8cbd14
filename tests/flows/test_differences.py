"""What changed between two versions, in words."""

import pytest

from flows import differences
from tests.flows import making

pytestmark = pytest.mark.django_db
HELLO = {"uid": "hello", "kind": "send", "letter": "hello"}


def told(before: dict, after: dict) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    return [(one.about, one.what) for one in differences.between(before, after)]


def test_steps_that_came_went_and_changed_are_told_by_what_they_say() -> None:
    before = making.definition([{"uid": "w", "kind": "wait", "for": "2d"}, {"uid": "x", "kind": "end"}])
    after = making.definition([HELLO, {"uid": "w", "kind": "wait", "for": "3d"}])
    assert told(before, after) == [
        ("The end", "taken out"),
        ("Letter “About hello”", "new"),
        ("Waits 3 days", "changed"),
    ]
    pieces = differences.between(before, after)[2].pieces
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind in ("gone", "new")] == [
        ("gone", "2"),
        ("new", "3"),
    ]


def test_other_words_of_a_letter_are_shown_with_a_few_around_them() -> None:
    before, after = making.definition([HELLO]), making.definition([HELLO])
    begin = "word " * 40
    before["letters"][0]["body"] = f"{begin}old thing {begin}"
    after["letters"][0]["body"] = f"{begin}new thing {begin}"
    (change,) = differences.between(before, after)
    assert change.uid == "hello"
    shown = "".join(piece.text for piece in change.pieces)
    assert "oldnew" in shown
    assert len(shown) < 200


def test_a_language_a_sender_and_an_order_are_told() -> None:
    steps = [HELLO, {"uid": "w", "kind": "wait", "for": "2d"}]
    before, after = making.definition(steps), making.definition(steps[::-1])
    after["letters"][0] |= {"sender": "ole", "da": {"subject": "Hej", "body": "Hej"}}
    assert [what for _about, what in told(before, after)] == [
        "changed",
        "has another sender",
        "now in Dansk too",
    ]


def test_the_head_is_told_in_sentences() -> None:
    before = making.definition([HELLO])
    after = making.definition(
        [HELLO], trigger={"stage": "value"}, holdout=0.1, goal={"event": "member.activated"}
    )
    assert [about for about, _what in told(before, after)] == [
        "It begins when",
        "Meant to lead to",
        "Kept out for comparison",
    ]


def test_nothing_changed_is_nothing() -> None:
    assert differences.between(making.definition([HELLO]), making.definition([HELLO])) == []
