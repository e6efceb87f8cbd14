"""Each kind of step as a form: what is filled in is what the engine reads, and the other way round."""

import json
from typing import Any

import pytest
from django.http import QueryDict

from flows import steps
from flows.editing import beginning_form, kinds
from members.building import finding
from members.models import Segment
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
DRAFT = {
    "slug": "trial",
    "language": "en",
    "steps": [{"uid": "a", "kind": "end"}, {"uid": "b", "kind": "end"}],
    "letters": [],
}


def typed(form: Any) -> QueryDict:
    """What a browser sends of a form nobody touched."""
    query = QueryDict(mutable=True)
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        if hasattr(widget, "decompress"):
            for name, one in zip(widget.widgets_names, widget.decompress(value), strict=True):
                query[f"{bound.html_name}{name}"] = str(one)
        elif isinstance(value, list):
            query.setlist(bound.html_name, value)
        elif value is not False and value not in (None, ""):
            query[bound.html_name] = str(value)
    return query


SETTINGS: list[dict[str, Any]] = [
    {"kind": "wait", "for": "2d"},
    {"kind": "wait", "for": "2d", "at": "09:00", "days": ["mon", "fri"]},
    {"kind": "wait", "at": "09:00"},
    {"kind": "wait", "days": ["tue"]},
    {"kind": "wait", "at": "18:30", "days": ["sat"]},
    {"kind": "wait", "day": 13, "at": "09:00"},
    {"kind": "wait", "day": 0},
    {"kind": "wait", "event": "member.activated", "timeout": "7d", "then": "b"},
    {"kind": "wait", "event": "usage.visit"},
    {"kind": "send", "letter": "hello", "at_once": True, "not_after": "3d"},
    {"kind": "send", "letter": "hello"},
    {"kind": "task", "title": "Call {{ member.first_name }}", "due": "3d"},
    {"kind": "split", "arms": {"a": {"weight": 1, "then": "b"}, "b": {"weight": 3}}},
    {"kind": "set", "tag": "vip"},
    {"kind": "set", "field": "own.shirt", "value": "L", "untag": "new"},
    {"kind": "reward", "reward": "One ticket for {{ member.first_name }}", "due": "3d"},
    {"kind": "webhook", "endpoint": "door"},
    {"kind": "webhook", "url": "https://example.com/x", "type": "flow.done"},
    {"kind": "end"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_a_step_that_nobody_touched_is_kept_as_it_was(settings: dict[str, Any]) -> None:
    step = {"uid": "a", **settings}
    form = kinds.form(typed(kinds.form(None, step=step, draft=DRAFT)), step=step, draft=DRAFT)
    assert form.is_valid(), form.errors
    assert {"kind": settings["kind"], **form.settings()} == settings
    if settings["kind"] in steps.names() and settings["kind"] != "webhook":
        assert not steps.kind(settings["kind"]).problems(step, "step")


def test_a_branch_asks_with_the_builder_and_jumps_by_name() -> None:
    asked = {"all": [{"fact": "locale", "op": "=", "value": "da"}]}
    step = {"uid": "a", "kind": "branch", "if": asked, "then": "b"}
    opened = kinds.form(None, step=step, draft=DRAFT)
    assert opened.builder is not None
    assert 'value="b" selected>2. The end' in str(opened["then"])
    sent = QueryDict("if-0-join=all&if-0-0-about=fact:locale&if-0-0-op=%3D&if-0-0-value=en&then=b&otherwise=")
    form = kinds.form(sent, step=step, draft=DRAFT)
    assert form.is_valid(), form.errors
    assert form.settings() == {"if": {"all": [{"fact": "locale", "op": "=", "value": "en"}]}, "then": "b"}


def test_what_only_flows_can_ask_is_kept_by_a_branch() -> None:
    asked = {"all": [{"event": "member.activated", "since": "entry"}]}
    step = {"uid": "a", "kind": "branch", "if": asked, "then": "b"}
    opened = kinds.form(None, step=step, draft=DRAFT)
    assert opened.builder is not None
    (kept,) = opened.builder.root.parts
    sent = QueryDict(mutable=True)
    sent.update({"if-0-join": "all", f"{kept.path}-kept": json.dumps(kept.condition), "then": "b"})
    form = kinds.form(sent, step=step, draft=DRAFT)
    assert form.is_valid(), form.errors
    assert form.settings()["if"] == asked
    assert form.builder is not None
    assert "depends on when they came" in finding.read(form.builder, NOW).trouble


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ("how=for", "span", "Write how long to wait."),
        ("how=for&span_number=x&span_unit=d", "span", "Write a whole number"),
        ("how=for&span_number=0&span_unit=d", "span", "Write a whole number"),
        ("how=at", "at", "Write the time of day, or tick the days."),
        ("how=at&at=25:00", "at", "Write a time of day, such as 09:00."),
        ("how=day", "day", "Write which day."),
        ("how=event", "event", "Choose what is waited for."),
        ("how=event&event_event=other&event_name=Foo", "event", "is no such name"),
    ],
)
def test_what_is_missing_is_said_at_its_field(sent: str, field: str, said: str) -> None:
    form = kinds.form(QueryDict(sent), step={"uid": "a", "kind": "wait"}, draft=DRAFT)
    assert not form.is_valid()
    assert said in " ".join(form.errors[field])


HEAD = {"name": "Trial", "purpose": "value", "topic": "membership", "language": "en"}
BEGINNINGS: list[dict[str, Any]] = [
    {"trigger": {"event": "member.signed_up"}},
    {"trigger": {"event": "usage.visit"}, "reentry": "after 90d"},
    {"trigger": {"stage": "value"}, "reentry": "per subscription"},
    {"trigger": {"segment": "quiet"}, "exit": {"event": "subscription.cancelled"}},
    {"trigger": {"date": "subscription.current_period_end", "offset": "-14d", "at": "09:00"}},
    {"trigger": {"date": "member.joined_at", "offset": "2w", "at": "10:30"}},
    {"trigger": {"date": "subscription.trial_ends_at", "offset": "-3d"}},
    {"trigger": {"date": "subscription.ended_at"}},
    {"trigger": {"every": "1y", "anchor": "joined_at"}},
    {"trigger": {"every": "3mo", "anchor": "joined_at", "at": "09:00"}, "holdout": 0.1},
    {"trigger": {"manual": True}, "hold": True},
    {
        "trigger": {"event": "member.went_quiet"},
        "goal": {"event": "member.came_back", "within": "30d", "ends": True},
        "entry": {"all": [{"fact": "locale", "op": "=", "value": "da"}]},
    },
]


@pytest.mark.parametrize("head", BEGINNINGS, ids=str)
def test_a_beginning_that_nobody_touched_is_kept_as_it_was(head: dict[str, Any]) -> None:
    quiet = {"fact": "pulse", "op": "=", "value": "quiet"}
    Segment.objects.create(slug="quiet", name="Quiet", condition=quiet, created_at=NOW)
    draft = {"slug": "trial", **HEAD, **head}
    sent = typed(beginning_form.Beginning(None, draft))
    form = beginning_form.Beginning(sent, draft)
    assert form.is_valid(), form.errors
    assert beginning_form.put(draft, form.head()) == draft


def test_a_beginning_says_what_is_missing() -> None:
    form = beginning_form.Beginning(QueryDict("how=segment&again=after&purpose=ask"), {"slug": "trial"})
    assert not form.is_valid()
    assert {"name", "topic", "segment", "again_after"} <= form.errors.keys()
