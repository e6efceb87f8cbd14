"""The page of settings, and who sees what on it."""

import datetime as dt

from django.test import Client

from members import segments
from members.models import Segment
from office.models import User


def opened(role: str, *, is_staff: bool) -> str:
    client = Client()
    client.force_login(User.objects.create_user(f"a-{role}", role=role, is_staff=is_staff))
    return client.get("/settings/").content.decode()


def test_everybody_finds_the_pages_they_may_open(db: None) -> None:
    page = opened("owner", is_staff=True)
    for address in ("/settings/stages/", "/settings/changes/", "/admin/", "/admin/value/benefit/"):
        assert f'href="{address}"' in page
    page = opened("readonly", is_staff=False)
    assert 'href="/settings/stages/"' in page
    assert "/settings/changes/" not in page
    assert "/admin/" not in page


def test_lists_are_taken_in_and_out_by_those_who_may(db: None) -> None:
    told = {}
    for role in ("editor", "staff", "readonly"):
        client = Client()
        client.force_login(User.objects.create_user(f"a-{role}", role=role))
        page = client.get("/members/").content.decode()
        told[role] = ("/members/export.csv" in page, "Take in a list" in page)
    assert told == {"editor": (True, True), "staff": (False, True), "readonly": (False, False)}


def test_a_changed_condition_is_told_in_words(db: None, now: dt.datetime) -> None:
    owner = Client()
    owner.force_login(User.objects.create_user("ove", role="owner"))
    condition = {"fact": "stage", "op": "=", "value": "value"}
    segments.save(Segment(name="Regulars"), condition, now, None)
    page = owner.get("/settings/changes/").content.decode()
    assert "saved the segment “Regulars”" in page
    assert "nothing → how far we have come together: Ongoing value" in page
