"""Who works here, what the house is called, what was changed: who may do what there."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from office.models import AuditEntry, House, User
from tests.office import desks

pytestmark = pytest.mark.django_db
NEW = {"username": "nora", "role": "editor", "password1": "a long secret", "password2": "a long secret"}


def test_an_owner_lets_somebody_in_and_it_is_written_down(client: Client) -> None:
    owner = desks.log_in(client, "owner")
    client.post(reverse("admin:office_user_add"), {**NEW, "email": "nora@example.com"})
    nora = User.objects.get(username="nora")
    assert (nora.role, nora.is_staff, nora.is_superuser) == ("editor", True, False)
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.deed, entry.subject) == (owner, "user.added", "nora")
    assert "secret" not in str(entry.details)


def test_whoever_becomes_owner_may_do_everything_and_no_longer_after(client: Client) -> None:
    desks.log_in(client, "owner")
    nora = User.objects.create_user("nora", password="x", role="editor", is_staff=True)
    page = reverse("admin:office_user_change", args=[nora.pk])
    for role, everything in (("owner", True), ("staff", False)):
        client.post(page, {"username": "nora", "role": role, "is_active": "on"})
        nora.refresh_from_db()
        assert (nora.role, nora.is_superuser) == (role, everything)


@pytest.mark.parametrize("role", ["editor", "staff", "readonly"])
def test_nobody_else_gives_roles(client: Client, role: str) -> None:
    user = desks.log_in(client, role)
    page = reverse("admin:office_user_change", args=[user.pk])
    desks.read(client.get(page))
    assert client.post(page, {"username": role, "role": "owner"}).status_code == 403
    assert client.post(reverse("admin:office_user_add"), NEW).status_code == 403
    user.refresh_from_db()
    assert user.role == role


def test_nobody_else_sets_passwords(client: Client) -> None:
    desks.log_in(client, "editor")
    other = User.objects.create_user("nora", password="before", is_staff=True)
    page = reverse("admin:auth_user_password_change", args=[other.pk])
    client.post(page, {"password1": "a long secret", "password2": "a long secret"})
    other.refresh_from_db()
    assert other.check_password("before")


def test_the_house_is_one_row(client: Client) -> None:
    desks.log_in(client, "editor")
    listed = reverse("admin:office_house_changelist")
    assert client.get(listed).headers["Location"] == reverse("admin:office_house_add")
    client.post(reverse("admin:office_house_add"), {"name": "The Harbour Club", "language": "en"})
    house = House.objects.get()
    assert client.get(listed).headers["Location"] == reverse("admin:office_house_change", args=[house.pk])
    assert client.get(reverse("admin:office_house_add")).status_code == 403


def test_the_log_of_changes_is_only_read(client: Client) -> None:
    owner = desks.log_in(client, "owner")
    client.post(reverse("admin:office_house_add"), {"name": "The Harbour Club", "language": "en"})
    entry = AuditEntry.objects.get(user=owner)
    page = reverse("admin:office_auditentry_change", args=[entry.pk])
    assert "house.added" in desks.read(client.get(page))
    assert client.post(page, {"deed": "x"}).status_code == 403
    assert client.post(reverse("admin:office_auditentry_delete", args=[entry.pk])).status_code == 403


@pytest.mark.parametrize("role", ["owner", "editor", "staff", "readonly"])
def test_every_list_opens_for_every_role_without_inline_scripts(client: Client, role: str) -> None:
    desks.log_in(client, role)
    desks.read(client.get(reverse("admin:index")))
    ours = [model._meta for model in admin.site._registry if model._meta.app_label not in ("api", "axes")]
    for meta in ours:
        page = client.get(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), follow=True)
        if role == "owner" or page.status_code != 403:
            desks.read(page)


def test_who_does_not_work_here_sees_nothing(client: Client) -> None:
    user = User.objects.create_user("guest", password="x", is_staff=False)
    client.force_login(user)
    assert client.get(reverse("admin:flows_flow_changelist")).status_code == 302


def test_the_index_has_five_groups_and_what_is_technical_at_the_end(client: Client) -> None:
    desks.log_in(client, "owner")
    groups = client.get(reverse("admin:index")).context["app_list"]
    names = ["Letters", "Flows", "People who write", "Plans and promises", "Rules", "Technical"]
    assert [group["name"] for group in groups] == names
    listed = [page["model"] for group in groups for page in group["models"]]
    assert sorted(listed, key=str) == sorted(admin.site._registry, key=str)


def test_nobody_finds_a_page_on_the_index_that_is_not_theirs(client: Client) -> None:
    desks.log_in(client, "readonly")
    groups = client.get(reverse("admin:index")).context["app_list"]
    listed = {page["object_name"] for group in groups for page in group["models"]}
    assert "Flow" in listed
    assert "AuditEntry" not in listed
