"""Every address of the house, every role: who may send something to it. A new address belongs in one of the tables.

What the staff pages and the API ask for is walked in `tests/dashboard/test_access.py` and `tests/api/test_scopes.py`;
here is the whole, so that no address stands outside of all tables.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.views import APIView

from office import desk, roles
from office.models import AuditEntry, User

pytestmark = pytest.mark.django_db
ROLES = [role.value for role in User.Role]
# Open to the world: what protects each instead of a login.
OPEN = {
    "healthz": "says only that the program runs",
    "metrics": "a token, or this machine alone",
    "begin/": "only while nobody works here, with a code",
    "readyz": "says only that the house can work",
    "webhooks/<slug:slug>/": "a signature over the raw bytes",
    "mail/events/<slug:provider>/": "the provider's password",
    "mail/inbound/<slug:provider>/": "the provider's password",
    "u/confirm/<str:token>/": "a signed link",
    "u/unsubscribe/<str:token>/": "a signed link",
    "u/preferences/<str:token>/": "a signed link",
    "u/letter/<str:token>/": "a signed link",
    "u/click/<str:token>/": "a signed link",
    "u/cancel/<str:token>/": "a signed link",
    "u/survey/<str:token>/": "a signed link",
    "u/offer/<str:token>/": "a signed link",
    "u/card/<str:token>/": "a signed link",
    "u/statement/<str:token>/": "a signed link",
    "join/<slug:slug>/": "whoever wants to join",
    "join/<slug:slug>/welcome/": "says only thank you",
    "pictures/<str:name>": "pictures that letters show",
    "api/schema/": "the description of the API, without data",
    "api/docs/": "the description of the API, without data",
    "look": "the visitor's own cookie",
    "language": "the visitor's own cookie",
    "login/": "asks who knocks",
    "login/code": "who gave the right password",
    "logout/": "ends the visitor's own session",
    "admin/login/": "asks who knocks",
}
# Pages of the admin that are none of Django's own, by what sending something there needs; "" where nothing is taken.
EDITORS_PAGES = {
    "flows/flow/upload/": "flows.change",
    "flows/flow/<int:pk>/change/": "",
    "flows/flow/<int:pk>/drawing/": "",
    "flows/flow/<int:pk>/beginning/": "flows.change",
    "flows/flow/<int:pk>/condition/": "flows.change",
    "flows/flow/<int:pk>/steps/": "flows.change",
    "flows/flow/<int:pk>/step/<path:uid>/": "flows.change",
    "flows/flow/<int:pk>/letter/<path:uid>/": "",
    "flows/flow/<int:pk>/letter-page/<path:uid>/": "",
    "flows/flow/<int:pk>/trial/<path:uid>/": "flows.change",
    "flows/flow/<int:pk>/publish/": "flows.change",
    "flows/flow/<int:pk>/versions/<int:number>/": "flows.change",
    "flows/flow/<int:pk>/first-letters/": "flows.change",
    "flows/flow/<int:pk>/pause/": "flows.change",
    "flows/flow/<int:pk>/resume/": "flows.change",
    "flows/flow/<int:pk>/removal/": "flows.change",
    "flows/flow/<int:pk>/file/": "",
    "flows/flow/<int:pk>/twin/": "flows.change",
    "mail/letter/versions/<int:pk>/": "",
    "mail/letter/versions/<int:pk>/page/": "",
    "office/user/<id>/password/": "users.change",
}
# What can be done to many rows at once in the admin, and who may.
TO_MANY = {
    "api.apikey": {"revoke": "keys.change"},
    "api.endpoint": dict.fromkeys(("try_out", "rotate", "switch_off", "switch_on"), "doors.change"),
    "api.delivery": {"resend": "work.change"},
    "intake.endpoint": {"rotate": "doors.change"},
    "intake.delivery": {"replay": "work.change"},
    "mail.report": {"replay": "work.change"},
    "mail.incoming": {"replay": "work.change"},
    "value.benefit": dict.fromkeys(("offer", "retire"), "benefits.change"),
    "value.upcoming": dict.fromkeys(("call_off", "hold_after_all"), "upcoming.change"),
}
OF_DJANGO = re.compile(r"(add/|<path:object_id>/(|history/|delete/|change/)|)")
SHARED = ("", "logout/", "password_change/", "password_change/done/", "autocomplete/", "jsi18n/")


def patterns() -> Iterator[tuple[str, URLPattern]]:
    yield from _below(get_resolver(), "")


def _below(resolver: URLResolver, before: str) -> Iterator[tuple[str, URLPattern]]:
    for piece in resolver.url_patterns:
        address = before + str(piece.pattern)
        if isinstance(piece, URLPattern):
            yield address, piece
        else:
            yield from _below(piece, address)


def table_of(address: str, page: URLPattern) -> str:
    """In which table an address stands; empty where it stands in none."""
    if address in OPEN:
        return "open"
    if hasattr(page.callback, "deeds"):
        return "staff pages"
    view = getattr(page.callback, "cls", None)
    if address.startswith("api/v1/") and view and issubclass(view, APIView):
        return "api"
    return "admin" if address.startswith("admin/") and _of_admin(address.removeprefix("admin/")) else ""


def _of_admin(rest: str) -> bool:
    if rest in SHARED or rest.startswith(("r/", "^", "(?P")):
        return True  # Django's own pages about nothing of ours
    if rest in EDITORS_PAGES:
        return True
    app, _slash, after = rest.partition("/")
    model, _slash, last = after.partition("/")
    known = {(one._meta.app_label, one._meta.model_name) for one in admin.site._registry}
    return (app, model) in known and OF_DJANGO.fullmatch(last) is not None


def somebody(role: str) -> tuple[User, Client]:
    user = User.objects.create_user(f"a-{role}", role=role, is_staff=True)
    client = Client()
    client.force_login(user)
    return user, client


def test_every_address_stands_in_a_table() -> None:
    strange = [address for address, page in patterns() if not table_of(address, page)]
    assert strange == []


def test_the_tables_name_nothing_that_is_gone() -> None:
    known = {address for address, _page in patterns()}
    assert {*OPEN, *(f"admin/{page}" for page in EDITORS_PAGES)} <= known


@pytest.mark.parametrize("role", ROLES)
def test_editors_pages_take_something_from_exactly_those_who_may(role: str) -> None:
    user, client = somebody(role)
    for page, deed in EDITORS_PAGES.items():
        address = "/admin/" + re.sub(r"<int:\w+>|<id>", "4711", page).replace("<path:uid>", "hello")
        answer = client.post(address, {})
        if not deed:
            assert answer.status_code in (403, 404, 405), (page, answer.status_code)
        elif roles.may(user, deed):
            assert answer.status_code != 403, page
        else:
            assert answer.status_code == 403, (page, answer.status_code)


def test_what_is_done_to_many_at_once_is_in_the_table() -> None:
    found: dict[str, set[str]] = {}
    for model, page in admin.site._registry.items():
        if isinstance(page, desk.Desk) and page.actions:
            found[model._meta.label_lower] = {str(action) for action in page.actions}
    assert found == {label: set(deeds) for label, deeds in TO_MANY.items()}


@pytest.mark.parametrize("role", ROLES)
def test_what_is_done_to_many_at_once_is_offered_to_exactly_those_who_may(role: str, rf: Any) -> None:
    request = rf.get("/admin/")
    request.user, _client = somebody(role)
    for model, page in admin.site._registry.items():
        named = TO_MANY.get(model._meta.label_lower, {})
        offered = set(page.get_actions(request)) - {"delete_selected"}
        if isinstance(page, desk.Desk):
            assert offered == {name for name, deed in named.items() if roles.may(request.user, deed)}, model


@pytest.mark.parametrize("role", ROLES)
def test_a_deed_that_is_not_offered_is_not_done_either(role: str) -> None:
    user, client = somebody(role)
    for label, deeds in TO_MANY.items():
        for name, deed in deeds.items():
            if not roles.may(user, deed):
                address = reverse(f"admin:{label.replace('.', '_')}_changelist")
                client.post(address, {"action": name, "_selected_action": ["4711"]})
    assert not AuditEntry.objects.exists()


def test_a_deed_done_to_many_leaves_its_line() -> None:
    _user, client = somebody("staff")
    answer = client.post(
        reverse("admin:intake_delivery_changelist"), {"action": "replay", "_selected_action": ["4711"]}
    )
    assert answer.status_code in (200, 302)
    assert AuditEntry.objects.get().deed == "delivery.replay"
