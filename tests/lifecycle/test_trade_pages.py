"""Choosing a trade in the browser: what it would change is told first, and nothing leaves because of it."""

import pytest
from django.test import Client

from flows.models import Flow
from mail.models import Message
from members.models import StageRule
from office.models import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(User.objects.create_user("eva", role=User.Role.OWNER))
    return client


def test_looking_changes_nothing_and_says_what_would(owner: Client) -> None:
    page = owner.get("/settings/trade/club/").content.decode()
    assert "laid ready to read" in page
    assert "Ongoing value, Relationship, Ambassador" in page
    assert not Flow.objects.exists()
    assert not StageRule.objects.exists()
    assert not AuditEntry.objects.filter(deed="trade.chosen").exists()


def test_choosing_lays_flows_ready_and_publishes_none(owner: Client) -> None:
    answer = owner.post("/settings/trade/gym/", follow=True)
    assert "flows lie ready" in answer.content.decode()
    assert Flow.objects.filter(slug="gym-quiet", current=None).exists()
    assert not Flow.objects.exclude(current=None).exists()
    assert not Message.objects.exists()
    assert "Chosen" in owner.get("/settings/trade/").content.decode()
    assert "Nothing: it is all here already." in owner.get("/settings/trade/gym/").content.decode()


def test_who_may_not_change_the_house_is_refused(client: Client) -> None:
    client.force_login(User.objects.create_user("ole", role=User.Role.STAFF))
    assert client.get("/settings/trade/").status_code == 403
    assert client.post("/settings/trade/club/").status_code == 403
    assert not StageRule.objects.exists()


def test_an_unknown_trade_is_not_found(owner: Client) -> None:
    assert owner.get("/settings/trade/zoo/").status_code == 404
