"""The doors to the register."""

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from api import keys
from members import facts, subscriptions, updating
from members.models import Event, ExternalId, Member
from tests import cast
from tests.conftest import NOW


def caller(*scopes: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.create('till', scopes, NOW)}")
    return client


@pytest.fixture
def reader(db: None) -> APIClient:
    """A program that may read."""
    return caller("members:read")


@pytest.fixture
def writer(db: None) -> APIClient:
    """A program that may read and change."""
    return caller("members:read", "members:write")


def test_a_member_is_shown_by_id_and_by_external_id(reader: APIClient, ingrid: cast.Person) -> None:
    ExternalId.objects.create(member=ingrid.member, source="stripe", value="cus_1")
    by_name = reader.get("/api/v1/members/ext:ingrid/")
    by_id = reader.get(f"/api/v1/members/{ingrid.member.uuid}/")
    assert by_name.status_code == 200
    assert by_name.json() == by_id.json()
    assert by_name.json() == {
        "id": str(ingrid.member.uuid),
        "number": ingrid.member.pk,
        "external_id": "ingrid",
        "external_ids": {"stripe": "cus_1"},
        "email": "ingrid@example.com",
        "first_name": "Ingrid",
        "last_name": "Østergaard",
        "phone": "",
        "locale": "da",
        "time_zone": "Europe/Copenhagen",
        "country": "DK",
        "plan": "standard",
        "source": "",
        "joined_at": "2026-03-02T22:30:00Z",
        "stage": "onboarding",
        "stage_since": "2026-03-02T22:30:00Z",
        "circle": "not_yet",
        "status": "",
        "tags": [],
        "account": None,
    }


@pytest.mark.parametrize(
    "reference", ["ext:nobody", "0b0e7f0e-2f3c-4a53-9d0a-6d8b0b6d3b0a", "x", "1", "ext:%00"]
)
def test_nobody_is_404(reader: APIClient, ingrid: cast.Person, reference: str) -> None:
    for rest in ("", "timeline/", "stages/"):
        answer = reader.get(f"/api/v1/members/{reference}/{rest}")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


def test_doors_need_their_scope(db: None, ingrid: cast.Person) -> None:
    other = caller("signups:write")
    for rest in ("", "ext:ingrid/", "ext:ingrid/timeline/", "ext:ingrid/stages/"):
        assert other.get(f"/api/v1/members/{rest}").status_code == 403
        assert APIClient().get(f"/api/v1/members/{rest}").status_code == 401
    assert caller("members:read").patch("/api/v1/members/ext:ingrid/", {}, "json").status_code == 403


def test_members_come_in_pages_without_more_queries_for_more_members(
    reader: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(7):
        cast.join(f"m-{number}", NOW, first_name=f"M{number}")
    with django_assert_max_num_queries(6):  # key, note of its use, count, members, their ids, their tags
        page = reader.get("/api/v1/members/?limit=5").json()
    assert page["count"] == 7
    assert [row["external_id"] for row in page["results"]] == [f"m-{number}" for number in range(5)]
    rest = reader.get(page["next"]).json()
    assert [row["external_id"] for row in rest["results"]] == ["m-5", "m-6"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ingrid", ["ingrid"]),
        ("INGRID@exa", ["ingrid"]),
        ("per@example.com", ["per"]),
        ("brandt", ["ole"]),
        ("ole brandt", ["ole"]),
        ("ole nobody", []),
        ("ext:per", ["per"]),
        ("%", []),
        ("_", []),
        ("", ["ingrid", "per", "ole"]),
        ("\0", ["ingrid", "per", "ole"]),
    ],
)
def test_members_are_found_by_name_address_and_id(
    reader: APIClient, ingrid: cast.Person, text: str, found: list[str]
) -> None:
    cast.per(NOW)
    cast.ole(NOW)
    page = reader.get("/api/v1/members/", {"search": text}).json()
    assert [row["external_id"] for row in page["results"]] == found


def test_members_are_listed_by_stage(reader: APIClient, ingrid: cast.Person) -> None:
    assert reader.get("/api/v1/members/?stage=onboarding").json()["count"] == 1
    assert reader.get("/api/v1/members/?stage=former").json()["count"] == 0
    assert reader.get("/api/v1/members/?stage=golden").status_code == 400


def test_contact_details_are_changed_and_told(writer: APIClient, ingrid: cast.Person) -> None:
    change = {"email": "Ingrid@Example.org", "country": "no", "last_name": "Dahl <b>"}
    answer = writer.patch("/api/v1/members/ext:ingrid/", change, "json")
    assert answer.status_code == 200
    assert answer.json()["country"] == "NO"
    member = ingrid.again()
    assert (member.email, member.email_key) == ("Ingrid@Example.org", "ingrid@example.org")
    assert member.last_name == "Dahl <b>"
    assert Event.objects.get(name="member.updated").data == {"fields": ["country", "email", "last_name"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stage": "ambassador"}, "stage"),
        ({"id": 1}, "id"),
        ({"nick": "I"}, "nick"),
        ({"email": "not an address"}, "email"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"country": "XX"}, "country"),
        ({"locale": "dansk!"}, "locale"),
        ({"first_name": "a\nBcc: b"}, "first_name"),
        ({"first_name": "x" * 201}, "first_name"),
        ({"email": "", "first_name": "", "last_name": ""}, "email"),
    ],
)
def test_what_cannot_be_changed_is_named(
    writer: APIClient, ingrid: cast.Person, change: dict[str, object], field: str
) -> None:
    answer = writer.patch("/api/v1/members/ext:ingrid/", {"phone": "1", **change}, "json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert ingrid.again().phone == ""


def test_a_list_is_no_change(writer: APIClient, ingrid: cast.Person) -> None:
    assert writer.patch("/api/v1/members/ext:ingrid/", [], "json").status_code == 400


def test_an_older_update_does_not_undo_a_newer_one(ingrid: cast.Person) -> None:
    later, earlier = NOW + dt.timedelta(hours=2), NOW + dt.timedelta(hours=1)
    updating.update(ingrid.member, {"last_name": "New"}, later, "b", NOW)
    updating.update(ingrid.member, {"last_name": "Old", "phone": "1"}, earlier, "a", NOW)
    assert (ingrid.again().last_name, ingrid.again().phone) == ("New", "1")


def test_the_timeline_and_the_moves_are_told_newest_first(reader: APIClient, ingrid: cast.Person) -> None:
    for name in ("subscription.started", "subscription.ended"):
        change = subscriptions.Change(name, ingrid.member, "house", "s-1", NOW, name)
        subscriptions.apply(change, NOW)
    told = reader.get("/api/v1/members/ext:ingrid/timeline/").json()
    names = [row["name"] for row in told["results"]]
    assert names == ["stage.entered", "subscription.ended", "subscription.started", "member.signed_up"]
    assert told["results"][1]["subscription"] == "s-1"
    moves = reader.get("/api/v1/members/ext:ingrid/stages/").json()["results"]
    assert [(row["kind"], row["to_stage"]) for row in moves] == [("left", "former"), ("joined", "onboarding")]


def test_the_dictionary_of_facts_is_complete(reader: APIClient) -> None:
    told = reader.get("/api/v1/facts/").json()
    assert [row["name"] for row in told] == list(facts.FACTS)
    assert set(told[0]) == {"name", "type", "unit", "meaning"}


def test_looking_changes_nothing(reader: APIClient, ingrid: cast.Person) -> None:
    before = Member.objects.values().get()
    for rest in ("", "ext:ingrid/", "ext:ingrid/timeline/"):
        reader.get(f"/api/v1/members/{rest}")
    assert Member.objects.values().get() == before
