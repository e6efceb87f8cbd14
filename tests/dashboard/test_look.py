import pytest
from django.test import Client


def test_the_chosen_look_is_in_the_page_the_server_sends(staff: Client) -> None:
    staff.post("/look", {"theme": "dark", "next": "/members/"})
    assert b'data-theme="dark"' in staff.get("/members/").content


def test_an_unknown_look_follows_the_device(staff: Client) -> None:
    staff.post("/look", {"theme": '"><script>'})
    assert b'data-theme="auto"' in staff.get("/members/").content


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_choosing_a_look_leads_to_no_other_house(client: Client, db: None, after: str) -> None:
    assert client.post("/look", {"theme": "dark", "next": after})["Location"] == "/"


def test_the_language_can_be_chosen(staff: Client) -> None:
    staff.post("/language", {"language": "da", "next": "/members/"})
    assert b'<html lang="da"' in staff.get("/members/").content
