import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from api import keys
from api.models import ApiKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(client: Client) -> Client:
    """The owner, signed in."""
    client.force_login(
        get_user_model().objects.create_superuser("anna", "anna@example.com", "a long password")
    )
    return client


def test_the_list_shows_keys_without_what_opens_doors(anna: Client, plain: str) -> None:
    key = ApiKey.objects.get()
    for address in (
        reverse("admin:api_apikey_changelist"),
        reverse("admin:api_apikey_change", args=[key.pk]),
    ):
        page = anna.get(address).content.decode()
        assert key.name in page
        assert key.digest not in page
        assert plain not in page


def test_revoking_ends_a_key_at_once(anna: Client, plain: str) -> None:
    chosen = {"action": "revoke", "_selected_action": [ApiKey.objects.get().pk]}
    page = anna.post(reverse("admin:api_apikey_changelist"), chosen, follow=True)
    assert "1 key was revoked." in page.content.decode()
    assert keys.find(plain) is None


def test_keys_are_neither_made_nor_deleted_there(anna: Client, plain: str) -> None:
    key = ApiKey.objects.get()
    assert anna.get(reverse("admin:api_apikey_add")).status_code == 403
    assert anna.post(reverse("admin:api_apikey_delete", args=[key.pk]), {"post": "yes"}).status_code == 403


def test_a_key_cannot_be_given_more_scopes_there(anna: Client, plain: str) -> None:
    key = ApiKey.objects.get()
    change = {"name": "x", "scopes": '["members:write"]'}
    anna.post(reverse("admin:api_apikey_change", args=[key.pk]), change)
    key.refresh_from_db()
    assert (key.name, key.scopes) == ("till", ["events:write", "members:read"])
