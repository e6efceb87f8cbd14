import datetime as dt
import json
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from members import building, conditions, events, facts, segments, usage
from members.building import choices
from members.building.tree import Builder, Group, Kept, walk
from members.models import Segment
from tests import cast
from tests.dashboard.club import Club

DANES = {"all": [{"fact": "locale", "op": "=", "value": "da"}]}
ALL = "c-0-join"


def sent(**fields: Any) -> QueryDict:
    """A form as a browser sends it; `__` stands for the hyphens of names."""
    query = QueryDict(mutable=True)
    for name, value in fields.items():
        query.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return query


def form_of(builder: Builder) -> QueryDict:
    """What a browser sends of a builder nobody touched."""
    query = QueryDict(mutable=True)
    for part in walk(builder.root):
        if isinstance(part, Group):
            query[f"{part.path}-join"] = part.join
        elif isinstance(part, Kept):
            query[f"{part.path}-kept"] = json.dumps(part.condition)
        else:
            for name, values in part.typed.items():
                query.setlist(f"{part.path}-{name}", values)
    return query


def row(**typed: Any) -> Builder:
    names = {f"c__0__0__{name}": value for name, value in typed.items()}
    return building.read(sent(c__0__join="all", **names))


ROWS = [
    {"fact": "consumption_28d", "op": ">=", "value": 4},
    {"fact": "consumption_ratio", "op": "<", "value": 0.5},
    {"fact": "price", "op": "=", "value": 4950},
    {"fact": "renewals", "op": "in", "value": [1, 2]},
    {"fact": "days_since_joined", "op": "!=", "value": 3},
    {"fact": "stage", "op": "in", "value": ["value", "former"]},
    {"fact": "cancel_reason", "op": "in", "value": ["moved", "no time"]},
    {"fact": "trial", "op": "=", "value": False},
    {"fact": "nps", "op": "exists", "value": True},
    {"fact": "nps", "op": "exists", "value": False},
    {"fact": "tags", "op": "contains", "value": "vip"},
    {"not": {"fact": "tags", "op": "contains", "value": "vip"}},
    {"event": "payment.failed", "count": ">=1"},
    {"event": "usage.visit", "count": "<2", "within": "7d"},
    {"event": "usage.*", "count": "=0", "within": "2mo"},
    {"event": "usage.*", "days": ">=2", "within": "7d"},
    {"event": "usage.visit", "days": "<4", "within": "1mo"},
    {"event": "usage.here", "days": ">=1"},
    {"segment": "danes"},
    {"not": {"segment": "danes"}},
    {"flow": "welcome"},
    {"not": {"flow": "welcome", "state": "completed"}},
]


@pytest.fixture
def danes(club: Club, now: dt.datetime) -> Segment:
    """A segment with Ingrid in it, in a club that has the welcome."""
    return segments.save(Segment(name="Danes"), DANES, now, None)


@pytest.mark.parametrize("condition", ROWS, ids=str)
def test_what_is_opened_and_sent_back_untouched_says_the_same(danes: Segment, condition: Any) -> None:
    opened = building.fields({"any": [condition]})
    assert [part.kind for part in opened.root.parts] == ["row"]
    assert building.read(form_of(opened)).condition == {"any": [condition]}


def test_groups_stand_in_groups_and_what_is_deeper_is_kept(danes: Segment) -> None:
    deepest = {"all": [{"any": [{"fact": "nps", "op": ">", "value": 8}]}]}
    condition = {"all": [ROWS[0], {"not": {"any": [ROWS[1], {"any": [deepest, ROWS[2]]}]}}]}
    opened = building.fields(condition)
    assert [part.kind for part in walk(opened.root)] == [
        "group",
        "row",
        "group",
        "row",
        "group",
        "kept",
        "row",
    ]
    assert building.read(form_of(opened)).condition == condition


@pytest.mark.parametrize(
    "condition",
    [
        {"not": {"all": [ROWS[0], ROWS[1]]}},
        {"not": {"not": ROWS[0]}},
        {"event": "poll.answered", "count": ">=1", "since": "entry"},
    ],
)
def test_what_rows_cannot_say_is_kept_and_shown_in_words(danes: Segment, condition: Any) -> None:
    opened = building.fields({"all": [condition]})
    assert [part.kind for part in opened.root.parts] == ["kept"]
    assert opened.root.parts[0].words


@pytest.mark.parametrize("name", list(facts.FACTS))
def test_every_fact_can_be_asked_in_its_simplest_way(staff: Client, name: str) -> None:
    fact = facts.FACTS[name]
    simplest = {"number": "1", "days": "1", "boolean": "yes"}.get(fact.type, next(iter(fact.choices), "a"))
    op = {"number": ">=", "days": ">=", "list": "contains"}.get(fact.type, "=")
    built = row(about=f"fact:{name}", op=op, value=simplest)
    assert built.errors == []
    assert conditions.problems(built.condition) == []


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"about": "fact:consumption_28d", "op": ">=", "value": "four"}, "“four” is not a number"),
        ({"about": "fact:days_since_joined", "op": ">", "value": "2.5"}, "not a whole number"),
        ({"about": "fact:days_since_joined", "op": ">", "value": "999999"}, "at most 36500 days"),
        ({"about": "fact:stage", "op": "=", "value": ""}, "Choose one"),
        ({"about": "fact:stage", "op": "in"}, "Choose at least one"),
        ({"about": "fact:stage", "op": "contains", "value": "value"}, "knows"),
        ({"about": "fact:shoes", "op": "=", "value": "1"}, "not known of members"),
        ({"about": "event", "event": "other", "name": "Nonsense"}, "no event name"),
        (
            {"about": "event", "event": "usage.*", "op": ">=", "number": "1", "span": "3", "unit": "h"},
            "whole days",
        ),
        ({"about": "event", "event": "other", "name": "poll.answered", "counted": "days"}, "Only of use"),
        ({"about": "segment", "op": "in", "segment": ""}, "Choose a segment"),
        ({"about": "segment", "op": "in", "segment": "gone"}, "no segment"),
        ({"about": "flow", "op": "in", "flow": ""}, "Choose a flow"),
        ({"about": "nonsense"}, "Choose what this line asks"),
    ],
)
def test_an_error_stands_at_its_row_in_words(staff: Client, typed: dict[str, str], error: str) -> None:
    built = row(**typed)
    assert built.condition is None
    assert error in built.root.parts[0].error


def test_names_heard_of_late_are_offered(club: Club, now: dt.datetime) -> None:
    events.record(events.Draft("choir.sang", club.ingrid, now, "sang"), now)
    usage.record_many([usage.Use(club.ingrid.pk, "house", "u", "usage.boat_trip", now)], now)
    built = row(about="event", event="other", name="choir.sang")
    by_name = {field.name: field for field in choices.of(built.root.parts[0])}
    assert {"choir.sang", "usage.boat_trip"} <= set(by_name["name"].suggestions)
    assert "member.signed_up" not in by_name["name"].suggestions, "that one is chosen by its sentence"


def test_nothing_asked_is_said_so(staff: Client) -> None:
    assert building.read(sent(c__0__join="all", c__0__0__about="")).errors == [
        "Choose at least one condition."
    ]


def test_buttons_add_and_remove_and_keep_what_was_typed(staff: Client) -> None:
    typed = {"c__0__join": "any", "c__0__0__about": "fact:nps", "c__0__0__op": ">", "c__0__0__value": "x"}
    added = building.read(sent(**typed, do="c-0:add"))
    assert [part.about for part in added.root.parts] == ["fact:nps", ""]
    assert (added.root.parts[0].get("value"), added.root.parts[0].error) == ("x", "")
    grouped = building.read(sent(**typed, do="c-0:group"))
    assert isinstance(grouped.root.parts[1], Group)
    removed = building.read(sent(**typed, do="c-0-0:remove"))
    assert [part.about for part in removed.root.parts] == [""]


def test_a_fourth_level_is_not_offered(staff: Client) -> None:
    deep = sent(
        c__0__join="all",
        c__0__0__join="all",
        c__0__0__0__join="all",
        c__0__0__0__0__about="",
        do="c-0-0-0:group",
    )
    groups = [part for part in walk(building.read(deep).root) if isinstance(part, Group)]
    assert len(groups) == 3
    assert not groups[-1].may_hold_groups


@pytest.mark.parametrize("text", ["[" * 9000, "{}", "x", '{"fact": "shoes"}', '{"all": [1]}', "null"])
def test_a_hidden_condition_that_was_tampered_with_is_dropped(staff: Client, text: str) -> None:
    assert building.read(sent(c__0__join="all", c__0__0__kept=text)).condition is None


def test_two_builders_on_a_page_do_not_mix(staff: Client) -> None:
    both = sent(c__0__join="all", fall__0__join="any", fall__0__0__about="fact:nps", fall__0__0__op="known")
    assert building.read(both).condition is None
    assert building.read(both, "fall").condition == {"any": [{"fact": "nps", "op": "exists", "value": True}]}


NPS = {ALL: "all", "c-0-0-about": "fact:nps", "c-0-0-op": "<=", "c-0-0-value": "10"}
DANISH = {ALL: "all", "c-0-0-about": "fact:locale", "c-0-0-op": "=", "c-0-0-value": "da"}


def test_a_segment_is_described_looked_at_and_saved(club: Club, staff: Client) -> None:
    assert staff.get("/members/segments/new/").status_code == 200
    looked = staff.post("/members/segments/new/", {**DANISH, "name": "Danes", "do": "look"}).content.decode()
    assert "1 member<" in looked
    assert "Ingrid Østergaard" in looked
    assert not Segment.objects.exists()
    saved = staff.post("/members/segments/new/", {**DANISH, "name": "Danes", "do": "save"})
    assert saved.headers["Location"] == "/members/segments/danes/"
    assert Segment.objects.get().condition == DANES
    assert "/members/?segment=danes" in staff.get("/members/segments/danes/").content.decode()


def test_what_is_wrong_keeps_what_was_typed(staff: Client) -> None:
    page = staff.post("/members/segments/new/", {**NPS, "c-0-0-value": "ten", "do": "save"}).content.decode()
    for words in ("“ten” is not a number.", "Give the segment a name.", 'value="ten"'):
        assert words in page


def test_a_circle_is_refused_in_words_without_places(danes: Segment, staff: Client, now: dt.datetime) -> None:
    segments.save(Segment(name="Ring"), {"all": [{"segment": "danes"}]}, now, None)
    asked = {ALL: "all", "c-0-0-about": "segment", "c-0-0-op": "in", "c-0-0-segment": "ring"}
    page = staff.post("/members/segments/danes/", {**asked, "name": "Danes", "do": "save"}).content.decode()
    assert "Segments ask in a circle: “Danes” → “Ring” → “Danes”" in page


def test_typing_and_buttons_fetch_their_part_alone(danes: Segment, staff: Client) -> None:
    for deed, part in (({}, b'id="c-reading"'), ({"do": "c-0:add"}, b'id="c-builder"')):
        body = {**DANISH, "name": "x", **deed}
        page = staff.post("/members/segments/danes/", body, headers={"hx-request": "true"}).content
        assert part in page
        assert b"<html" not in page


def test_who_may_only_read_reads_and_changes_nothing(danes: Segment, reader: Client) -> None:
    page = reader.get("/members/segments/danes/").content.decode()
    assert "1 member<" in page
    assert "<form" not in page.split("<main")[1]
    for address in ("new/", "danes/", "danes/deletion", "people"):
        assert reader.post(f"/members/segments/{address}", {**DANISH, "name": "x"}).status_code == 403
    assert reader.get("/members/segments/danes/deletion").status_code == 200


def test_deleting_asks_first_and_is_refused_by_name(danes: Segment, staff: Client, now: dt.datetime) -> None:
    happy = segments.save(Segment(name="Happy Danes"), {"all": [{"segment": "danes"}]}, now, None)
    asked = staff.get("/members/segments/danes/deletion").content.decode()
    assert "segment “Happy Danes”" in asked
    assert "Delete it" not in asked
    staff.post("/members/segments/danes/deletion")
    assert Segment.objects.count() == 2
    assert b"Delete it" in staff.get(f"/members/segments/{happy.slug}/deletion").content
    staff.post(f"/members/segments/{happy.slug}/deletion")
    assert list(Segment.objects.all()) == [danes]


def test_the_list_of_members_is_narrowed_and_saved_as_a_segment(danes: Segment, staff: Client) -> None:
    page = staff.get("/members/", {"segment": "danes"}).content.decode()
    assert re.findall(r'class="whole"[^>]*>([^<]+)<', page) == ["Ingrid Østergaard"]
    assert "Only those who are in “Danes”: 1 person." in page
    narrower = staff.get("/members/", {"segment": "danes", "stage": "onboarding"}).content.decode()
    assert "/members/segments/new/?stage=onboarding&amp;segment=danes" in narrower
    begun = staff.get("/members/segments/new/?segment=danes&stage=onboarding&flow=nonsense").content.decode()
    assert "is in “Danes”" in begun
    assert staff.get("/members/", {"segment": "gone"}).status_code == 200
    assert staff.get("/members/", {"segment": "\0"}).status_code == 200


def test_ticked_people_are_put_on_a_new_list_and_taken_off(club: Club, staff: Client) -> None:
    chosen = {"member": [club.ingrid.uuid, club.ole.uuid, "nonsense"], "name": "Board"}
    made = staff.post("/members/segments/people", chosen, follow=True)
    assert "2 people were put on “Board”." in made.content.decode()
    staff.post("/members/segments/board/people", {"member": club.ole.uuid, "do": "off"})
    staff.post("/members/segments/people", {"member": club.ingrid.uuid, "list": "board"})
    board = Segment.objects.get()
    assert [line.member for line in board.memberships.all()] == [club.ingrid]
    assert "Ole Brandt" in staff.get("/members/segments/board/", {"q": "ole"}).content.decode()
    assert (
        staff.post("/members/segments/people", {"member": club.ingrid.uuid, "list": "gone"}).status_code
        == 302
    )
    assert Segment.objects.count() == 1


def test_the_list_of_segments_says_what_each_asks(danes: Segment, staff: Client, now: dt.datetime) -> None:
    assert b"No segment yet" not in (page := staff.get("/members/segments/").content)
    assert "the member's language: da" in page.decode().replace("&#x27;", "'")
    Segment.objects.all().delete()
    assert b"No segment yet" in staff.get("/members/segments/").content


def test_a_name_with_markup_is_shown_not_used(staff: Client, now: dt.datetime) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    cast.join("x", now, first_name=hostile, locale="da")
    staff.post("/members/segments/new/", {**DANISH, "name": hostile, "do": "save"})
    slug = Segment.objects.get().slug
    for address in ("", f"{slug}/", f"{slug}/deletion"):
        assert b"<img src=x" not in staff.get(f"/members/segments/{address}").content
