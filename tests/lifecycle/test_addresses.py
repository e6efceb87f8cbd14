"""Members by their external ids in addresses of the API, whatever stands in such an id."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib import parse

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from api import keys
from tests import cast

MEMBERS = "api/v1/members/"


def routes(resolver: Any, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, here)
        elif isinstance(one, URLPattern) and here.startswith(f"{MEMBERS}<"):
            yield here


def behind() -> list[str]:
    return sorted(route.partition(">")[2] for route in routes(get_resolver()))


def test_there_are_addresses_behind_a_member() -> None:
    assert {"/", "/timeline/", "/stages/", "/why/", "/messages/"} <= set(behind())


@pytest.mark.parametrize("rest", behind())
def test_an_external_id_with_slashes_leads_to_the_same_page(rest: str) -> None:
    plain = resolve(f"/{MEMBERS}ext:c-1{rest}")
    found = resolve(f"/{MEMBERS}ext:club/2026/7{rest}")
    assert (found.func, list(found.kwargs.values())) == (plain.func, ["ext:club/2026/7"])


@pytest.mark.django_db
@pytest.mark.parametrize("ident", ["club/2026/7", "a b?c#d", "50%", "Å/ø"])
def test_members_are_found_by_what_their_own_system_calls_them(
    client: Client, now: dt.datetime, ident: str
) -> None:
    member = cast.join(ident, now, first_name="Anna").member
    secret = keys.create("k", ["members:read"], now)
    written = {parse.quote(f"ext:{ident}", safe=safe) for safe in ("", ":/")}
    for reference in written:
        answer = client.get(f"/{MEMBERS}{reference}/", headers={"authorization": f"Bearer {secret}"})
        assert (answer.status_code, answer.json().get("id")) == (200, str(member.uuid)), reference
