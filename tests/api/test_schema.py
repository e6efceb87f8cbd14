import pytest
from django.test import Client

from api import schema

pytestmark = pytest.mark.urls("tests.api.doors")


def test_the_schema_is_open_to_all_and_names_the_key(client: Client) -> None:
    answer = client.get("/api/schema/?format=json")
    assert answer.status_code == 200
    content = answer.json()
    assert content["openapi"].startswith("3.1")
    assert content["components"]["securitySchemes"]["apiKey"] == {"type": "http", "scheme": "bearer"}
    assert content["components"]["schemas"]["Problem"] == schema.PROBLEM


def test_every_door_says_how_it_refuses_and_every_post_how_to_repeat_it(client: Client) -> None:
    notes = client.get("/api/schema/?format=json").json()["paths"]["/notes/"]["post"]
    assert "application/problem+json" in notes["responses"]["default"]["content"]
    assert schema.REPEAT in notes["parameters"]


def test_pages_are_described_as_they_are(client: Client) -> None:
    listing = client.get("/api/schema/?format=json").json()["paths"]["/keys/"]["get"]
    assert {"cursor", "limit"} <= {parameter["name"] for parameter in listing["parameters"]}


def test_the_documentation_has_no_inline_script_or_style(client: Client) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == page.count("<script src=")
    assert "cdn" not in page


def test_the_documentation_brings_its_script_from_here(client: Client) -> None:
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert b"/api/schema/" in script.content
