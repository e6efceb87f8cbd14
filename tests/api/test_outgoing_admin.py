"""Owners make outgoing webhooks; everybody who works here sees what was told, and may send it again."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from api import deliveries, endpoints
from api.models import Delivery, Endpoint
from office.models import AuditEntry
from tests.office import desks

pytestmark = pytest.mark.django_db
URL = "https://crm.example.com/hook"
LIST, ADD = reverse("admin:api_endpoint_changelist"), reverse("admin:api_endpoint_add")


@pytest.fixture
def crm(db: None, now: dt.datetime) -> Endpoint:
    return endpoints.create("crm", URL, now)[0]


def test_an_owner_makes_one_and_reads_its_secret_once(client: Client) -> None:
    desks.log_in(client, "owner")
    made = client.post(ADD, {"slug": "crm", "url": URL, "description": "our CRM"}, follow=True)
    assert "whsec_" in desks.read(made)
    row = Endpoint.objects.get()
    assert (row.slug, row.url, row.description) == ("crm", URL, "our CRM")
    for page in (LIST, reverse("admin:api_endpoint_change", args=[row.pk])):
        said = desks.read(client.get(page))
        assert "whsec_" not in said
        assert row.secret not in said
    assert AuditEntry.objects.get().deed == "endpoint.added"


@pytest.mark.parametrize(
    "url", ["http://crm.example.com/", "https://anna:pw@crm.example.com/", "ftp://x.org/"]
)
def test_a_bad_address_is_said_at_its_field(client: Client, url: str) -> None:
    desks.log_in(client, "owner")
    page = client.post(ADD, {"slug": "crm", "url": url})
    assert page.context["adminform"].form.errors["url"]
    assert not Endpoint.objects.exists()


def test_its_short_name_stays_and_its_address_may_change(client: Client, crm: Endpoint) -> None:
    desks.log_in(client, "owner")
    page = reverse("admin:api_endpoint_change", args=[crm.pk])
    client.post(page, {"slug": "else", "url": "https://new.example.com/", "description": ""})
    crm.refresh_from_db()
    assert (crm.slug, crm.url) == ("crm", "https://new.example.com/")


@pytest.mark.parametrize("role", ["editor", "staff", "readonly"])
def test_nobody_else_sees_an_address_which_may_hold_a_password(
    client: Client, crm: Endpoint, role: str
) -> None:
    desks.log_in(client, role)
    assert client.get(LIST).status_code == 403
    assert client.post(ADD, {"slug": "x", "url": URL}).status_code == 403
    client.post(LIST, {"action": "rotate", "_selected_action": [crm.pk]})
    crm.refresh_from_db()
    assert not crm.previous_secret


def test_one_is_switched_off_and_on_and_tried_out(client: Client, crm: Endpoint) -> None:
    owner = desks.log_in(client, "owner")
    chosen = {"_selected_action": [crm.pk]}
    client.post(LIST, {"action": "switch_off", **chosen})
    crm.refresh_from_db()
    assert crm.disabled_at is not None
    client.post(LIST, {"action": "switch_on", **chosen})
    crm.refresh_from_db()
    assert crm.disabled_at is None
    client.post(LIST, {"action": "try_out", **chosen})
    assert Delivery.objects.get().type == "test.sent"
    client.post(LIST, {"action": "rotate", **chosen})
    crm.refresh_from_db()
    assert crm.previous_secret
    deeds = set(AuditEntry.objects.filter(user=owner).values_list("deed", flat=True))
    assert {"outgoing_webhook.disabled", "outgoing_webhook.enabled", "endpoint.rotate"} <= deeds


@pytest.mark.parametrize(("role", "is_sent"), [("owner", True), ("staff", True), ("readonly", False)])
def test_what_was_told_is_read_and_sent_again(
    client: Client, crm: Endpoint, now: dt.datetime, role: str, is_sent: bool
) -> None:
    desks.log_in(client, role)
    deliveries.queue([deliveries.Draft("k", crm, "club.waved", {"who": "<b>Anna</b>"})], now)
    Delivery.objects.update(status="failed", code=500, answer="<b>no</b>", finished_at=now)
    row, listed = Delivery.objects.get(), reverse("admin:api_delivery_changelist")
    assert "club.waved" in desks.read(client.get(listed))
    said = desks.read(client.get(reverse("admin:api_delivery_change", args=[row.pk])))
    assert "&lt;b&gt;no&lt;/b&gt;" in said
    assert "<b>Anna</b>" not in said
    client.post(listed, {"action": "resend", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert (row.status == "queued") == is_sent


def test_the_command_prints_the_secret_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_outgoing_webhook", "crm", URL)
    said = capsys.readouterr().out
    assert said.startswith("whsec_")
    assert said.count("\n") == 1
    for slug, url, word in (
        ("crm", URL, "already"),
        ("a b", URL, "short name"),
        ("x" * 81, URL, "short name"),
        ("x", "http://x.org", "https"),
    ):
        with pytest.raises(CommandError, match=word):
            call_command("create_outgoing_webhook", slug, url)
