"""Every door of the API asks for a key, and for one scope: without it, nothing else helps."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient
from rest_framework.views import APIView

from api import keys, permissions

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "patch", "put", "delete")
READS = ("get",)
# Which scope each door needs, to read and to write. A new door belongs in this table.
DOORS = {
    "signups/": ("", "signups:write"),
    "events/": ("", "events:write"),
    "members/": ("members:read", ""),
    "members/REF/": ("members:read", "members:write"),
    "members/REF/timeline/": ("members:read", ""),
    "members/REF/stages/": ("members:read", ""),
    "members/REF/messages/": ("members:read", ""),
    "members/REF/why/": ("members:read", ""),
    "members/REF/statement/": ("members:read", ""),
    "flows/REF/entries/": ("", "flows:write"),
    "letters/": ("members:read", ""),
    "rules/": ("members:read", ""),
    "facts/": ("members:read", ""),
    "segments/": ("members:read", ""),
    "segments/REF/": ("members:read", ""),
    "segments/REF/members/": ("members:read", ""),
}


def doors() -> Iterator[tuple[str, type[APIView]]]:
    """Every address below /api/v1/ with its view; each of its parts in angle brackets reads REF."""
    for piece in get_resolver().url_patterns:
        if isinstance(piece, URLResolver) and str(piece.pattern) == "api/v1/":
            for door in piece.url_patterns:
                assert isinstance(door, URLPattern)
                words = [
                    "REF" if word.startswith("<") else word for word in str(door.pattern).split("/") if word
                ]
                yield "/".join(words) + "/", door.callback.cls  # type: ignore[attr-defined]


def methods(view: type[APIView]) -> list[str]:
    return [name for name in METHODS if hasattr(view, name)]


def client(*scopes: str) -> APIClient:
    caller = APIClient(raise_request_exception=False)
    if scopes:
        plain = keys.create("a program", scopes, dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
        caller.credentials(HTTP_AUTHORIZATION=f"Bearer {plain}")
    return caller


def ask(caller: APIClient, door: str, method: str) -> Any:
    address = "/api/v1/" + door.replace("REF", str(uuid.uuid4()))
    return caller.generic(method.upper(), address, "{}", content_type="application/json")


def test_every_door_stands_in_the_table_and_asks_for_a_scope() -> None:
    found = dict(doors())
    assert set(found) <= set(DOORS), "a new door needs a line in this table"
    for door, view in found.items():
        (rule,) = view.permission_classes
        assert isinstance(rule, type), door
        assert issubclass(rule, permissions.NeedsScope), door
        for method in methods(view):
            needed = rule.read if method in READS else rule.write
            assert needed == DOORS[door][method not in READS], (door, method)


def test_without_a_key_nobody_enters() -> None:
    for door, view in doors():
        for method in methods(view):
            assert ask(client(), door, method).status_code == 401, (door, method)


@pytest.mark.parametrize("scope", keys.SCOPES)
def test_a_key_opens_exactly_the_doors_of_its_scope(scope: str) -> None:
    caller = client(scope)
    for door, view in doors():
        for method in methods(view):
            needed = DOORS[door][method not in READS]
            status = ask(caller, door, method).status_code
            assert (status == 403) == (needed != scope), (door, method, status)
            assert status != 401
