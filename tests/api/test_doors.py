"""Promises about every door of the API, whichever room it leads to."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.views import APIView

from api.permissions import NeedsScope
from tests.api import doors


def views(patterns: list[Any], path: str = "") -> Iterator[tuple[str, type[APIView]]]:
    """Every API view of the house with its address, the description of the API left out."""
    for pattern in patterns:
        address = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, address)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None)
            if view and issubclass(view, APIView) and address.startswith("api/v1/"):
                yield address, view


def careless(all_views: list[tuple[str, type[APIView]]]) -> list[str]:
    """Addresses that would do a repeated POST twice, or let in a key without a scope."""
    found = []
    for address, view in all_views:
        post: Any = getattr(view, "post", None)
        if post and not getattr(post, "accepts_idempotency_key", False):
            found.append(f"{address} does not use idempotency.once")
        if not any(
            isinstance(rule, type) and issubclass(rule, NeedsScope) for rule in view.permission_classes
        ):
            found.append(f"{address} asks for no scope")
    return found


def test_every_door_asks_for_a_scope_and_does_a_repeated_post_once() -> None:
    assert careless(list(views(get_resolver("lifecycle.urls").url_patterns))) == []


@pytest.mark.parametrize(("view", "count"), [(doors.Notes, 0), (doors.Echo, 0), (doors.Trouble, 2)])
def test_a_careless_door_would_be_found(view: type[APIView], count: int) -> None:
    assert len(careless([("api/v1/x/", view)])) == count
