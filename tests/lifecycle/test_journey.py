"""Every kind of event that the product records is answered in the journey, or declared unanswered there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flows import entering, reacting
from lifecycle import journey
from members import payments, subscriptions

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("api", "members", "mail", "flows", "intake", "relationship", "dashboard", "lifecycle")
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


def sources(without: str = "") -> Iterator[ast.Module]:
    return (tree for name, tree in _parsed() if name != without)


@cache
def _parsed() -> list[tuple[str, ast.Module]]:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    ours = [file for file in files if not {"migrations", "demo"} & set(file.parts)]
    return [(file.name, ast.parse(file.read_text(encoding="utf-8"))) for file in ours]


def recorded() -> set[str]:
    """The names that stand as the first word of a Draft, in any room, and those of billing's verbs."""
    found = set(subscriptions.IMPLIED) | set(payments.STATUSES)
    for tree in sources():
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        found |= {name for name in _drafts(tree, constants) if name and NAME.fullmatch(name)}
    return found


def _drafts(tree: ast.Module, constants: dict[str, object]) -> Iterator[str]:
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        word = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if isinstance(node, ast.Call) and word == "Draft" and node.args:
            first = node.args[0]
            said = first.value if isinstance(first, ast.Constant) else constants.get(getattr(first, "id", ""))
            yield str(said or "")


def test_the_scan_sees_what_is_recorded() -> None:
    assert recorded() >= {
        "member.signed_up",
        "member.updated",
        "stage.entered",
        "mail.sent",
        "payment.failed",
    }


def test_every_kind_that_is_recorded_is_answered_or_declared_unanswered() -> None:
    assert recorded() - set(journey.JOURNEY) - journey.UNANSWERED == set()


def test_no_kind_is_both() -> None:
    assert set(journey.JOURNEY) & journey.UNANSWERED == set()


def test_nothing_is_declared_that_no_room_names() -> None:
    said = {
        node.value
        for tree in sources(without="journey.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    billing = set(subscriptions.IMPLIED) | set(payments.STATUSES)
    assert journey.UNANSWERED - said - billing == set()


def test_flows_look_at_every_event_and_let_go_before_they_let_in() -> None:
    assert journey.answers("shop.visited") == (
        reacting.leave,
        reacting.wake,
        reacting.reach_goals,
        entering.enter,
    )
