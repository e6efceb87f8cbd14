"""Who may do what on the editors' pages: every page of the admin, every role, against one table."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from office import desk, roles
from office.models import AuditEntry, User

ROLES = [role.value for role in User.Role]
# What changes something on each page, and what deletes; a page that is not named here cannot be changed by anybody.
CHANGED_BY = {
    "api.apikey": "keys.change",
    "api.endpoint": "doors.change",
    "flows.flow": "flows.change",
    "intake.endpoint": "doors.change",
    "mail.sender": "senders.change",
    "members.account": "companies.change",
    "members.firstvalue": "stage_rules.change",
    "members.topic": "house.change",
    "members.member": "members.change",
    "members.plan": "plans.change",
    "members.stagerule": "stage_rules.change",
    "office.house": "house.change",
    "relationship.survey": "surveys.change",
    "winback.offer": "offers.change",
    "office.user": "users.change",
    "value.benefit": "benefits.change",
    "value.upcoming": "upcoming.change",
}
DELETED_BY = {
    "mail.suppression": "suppressions.delete",
    "members.stagerule": "stage_rules.change",
    "members.firstvalue": "stage_rules.change",
}
READ_BY = {"api.endpoint": "doors.change", "office.auditentry": "changes.read"}
NEVER_ADDED = {"api.apikey", "intake.endpoint", "members.member"}
PAGES = [
    (model._meta.label_lower, page)
    for model, page in admin.site._registry.items()
    if model.__module__.split(".")[0] not in ("axes", "django")
]


@pytest.fixture(params=ROLES)
def somebody(db: None, request: pytest.FixtureRequest) -> User:
    """Somebody of each role who may log in."""
    return User.objects.create_user("somebody", role=request.param, is_staff=True)


def may(user: User, deed: str | None) -> bool:
    return deed is not None and roles.may(user, deed)


def test_every_page_is_a_desk() -> None:
    assert [label for label, page in PAGES if not isinstance(page, desk.Desk)] == []
    known = {label for label, _page in PAGES}
    assert {*CHANGED_BY, *DELETED_BY, *READ_BY} <= known


def test_each_page_lets_exactly_those_who_may(somebody: User, rf: RequestFactory) -> None:
    request = rf.get("/admin/")
    request.user = somebody
    for label, page in PAGES:
        assert page.has_view_permission(request) == may(somebody, READ_BY.get(label, "pages.read")), label
        assert page.has_change_permission(request) == may(somebody, CHANGED_BY.get(label)), label
        assert page.has_delete_permission(request) == may(somebody, DELETED_BY.get(label)), label
        if label in NEVER_ADDED:
            assert not page.has_add_permission(request), label


def test_lists_and_forms_answer_as_the_table_says(somebody: User, client: Client) -> None:
    client.force_login(somebody)
    for label, _page in PAGES:
        name = label.replace(".", "_")
        listed = client.get(reverse(f"admin:{name}_changelist"), follow=True)
        is_read = may(somebody, READ_BY.get(label, "pages.read"))
        assert (listed.status_code == 200) == is_read, label
        for answer in (client.get(_add(name)), client.post(_add(name), {})):
            is_added = may(somebody, CHANGED_BY.get(label)) and label not in NEVER_ADDED
            assert (answer.status_code != 403) == is_added, (label, answer.status_code)


def _add(name: str) -> str:
    return reverse(f"admin:{name}_add")


def test_a_door_for_axes_is_open_to_owners_alone(somebody: User, client: Client) -> None:
    client.force_login(somebody)
    for model in admin.site._registry:
        if model._meta.app_label == "axes":
            answer = client.get(reverse(f"admin:axes_{model._meta.model_name}_changelist"))
            assert answer.status_code == 403, model  # an owner made by a command is a superuser


def test_an_owner_makes_a_user_with_a_password_who_can_log_in(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("owner", role="owner", is_staff=True))
    said: dict[str, Any] = {
        "username": "karen", "first_name": "Karen", "last_name": "Holm", "email": "karen@example.com",
        "role": "staff", "password1": "a-long-Password-7", "password2": "a-long-Password-7",
        "usable_password": "true",
    }  # fmt: skip
    assert client.post(reverse("admin:office_user_add"), said).status_code == 302
    answer = Client().post("/login/", {"username": "karen", "password": "a-long-Password-7"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    entry = AuditEntry.objects.get(deed="user.added")
    assert "a-long-Password-7" not in str(entry.details)
    assert entry.details["after"]["role"] == "staff"


def test_who_left_may_nothing(db: None) -> None:
    gone = User.objects.create_user("gone", role="owner", is_active=False, is_superuser=True)
    assert not any(roles.may(gone, deed) for deed in roles.MAY)


def test_even_who_may_everything_cannot_do_what_nobody_may(admin_user: User) -> None:
    assert not roles.is_one_of(admin_user, ())
