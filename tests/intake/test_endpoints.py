"""Doors for other systems: made by a command, their secrets shown once."""

import io

import pytest
from django.contrib.admin import site
from django.core.management import CommandError, call_command
from django.test import Client

from intake import applying
from intake.models import Delivery, Endpoint
from office.models import AuditEntry, User
from tests.conftest import NOW
from tests.intake import post


def make(*args: str) -> str:
    out = io.StringIO()
    call_command("create_webhook_endpoint", *args, stdout=out)
    return out.getvalue()


def test_the_command_prints_the_secret_alone(db: None) -> None:
    printed = make("shop", "--source", "generic")
    assert printed.startswith("whsec_")
    assert printed.count("\n") == 1
    assert post.signed(printed.strip(), b"{}", "m-1").status_code == 202


def test_a_secret_of_the_other_system_is_taken_as_it_is(db: None) -> None:
    assert make("stripe", "--source", "stripe", "--secret", post.STRIPE_SECRET).strip() == post.STRIPE_SECRET
    assert post.stripe({"id": "evt_1", "type": "x"}).status_code == 202


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("shop", "--source", "fax"), "generic, stripe"),
        (("a shop", "--source", "generic"), "a shop"),
        (("shop", "--source", "generic", "--secret", "not base64!"), "whsec_"),
        (("taken", "--source", "generic"), "taken"),
    ],
)
def test_what_cannot_be_is_one_clear_line(db: None, args: tuple[str, ...], word: str) -> None:
    make("taken", "--source", "stripe")
    with pytest.raises(CommandError, match=word):
        make(*args)
    assert Endpoint.objects.count() == 1


@pytest.fixture
def editor(db: None) -> Client:
    """An owner at the desk."""
    client = Client()
    client.force_login(User.objects.create_superuser("olga", role="owner"))
    return client


def test_arrivals_are_looked_at_and_tried_again(editor: Client, secret: str) -> None:
    post.generic(secret, "poll.answered", "soon", {}, "m-1")
    applying.apply_waiting(NOW)
    found = Delivery.objects.get()
    assert editor.get("/admin/intake/delivery/").status_code == 200
    page = editor.get(f"/admin/intake/delivery/{found.pk}/change/")
    assert b"poll.answered" in page.content
    assert b'name="_save"' not in page.content
    editor.post("/admin/intake/delivery/", {"action": "replay", "_selected_action": [found.pk]})
    assert Delivery.objects.get().status == "received"


def test_a_new_secret_is_shown_once_and_the_former_stays_good(editor: Client, secret: str) -> None:
    door = Endpoint.objects.get()
    chosen = {"action": "rotate", "_selected_action": [door.pk]}
    page = editor.post("/admin/intake/endpoint/", chosen, follow=True)
    assert b"whsec_" in page.content
    assert b"whsec_" not in editor.get("/admin/intake/endpoint/").content
    assert post.signed(secret, b"{}", "m-1").status_code == 202


def test_no_secret_stands_in_the_pages(editor: Client, secret: str) -> None:
    door = Endpoint.objects.get()
    page = editor.get(f"/admin/intake/endpoint/{door.pk}/change/").content.decode()
    assert secret not in page
    assert door.secret not in page
    assert not site._registry[Endpoint].has_add_permission(editor.get("/admin/").wsgi_request)


def test_what_staff_do_is_written_into_the_log_of_changes(editor: Client, secret: str) -> None:
    editor.post(
        "/admin/intake/endpoint/", {"action": "rotate", "_selected_action": [Endpoint.objects.get().pk]}
    )
    entry = AuditEntry.objects.get()
    assert (entry.deed, entry.user and entry.user.username) == ("endpoint.rotate", "olga")


def test_who_may_only_read_tries_nothing_again(db: None, secret: str) -> None:
    reader = Client()
    reader.force_login(User.objects.create_user("rita", role="readonly", is_staff=True))
    post.generic(secret, "poll.answered", "soon", {}, "m-1")
    applying.apply_waiting(NOW)
    found = Delivery.objects.get()
    reader.post("/admin/intake/delivery/", {"action": "replay", "_selected_action": [found.pk]})
    reader.post(
        "/admin/intake/endpoint/", {"action": "rotate", "_selected_action": [Endpoint.objects.get().pk]}
    )
    assert Delivery.objects.get().status == "parked"
    assert not Endpoint.objects.get().previous_secret
