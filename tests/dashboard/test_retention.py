"""How long former members are kept, said by owners and shown where somebody asks."""

import datetime as dt

import pytest
from django.test import Client

from api import links
from members import retention
from office.models import House, User
from tests.members.test_retention import gone

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def owner(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("owner", role=User.Role.OWNER))
    return client


def test_it_asks_before_anybody_would_be_deleted_tonight(owner: Client, now: dt.datetime) -> None:
    gone("Old", now - 900 * DAY, now - 900 * DAY)
    page = owner.post("/settings/retention/", {"months": "24"}).content.decode()
    assert "The data of 1 former member would be deleted tonight." in page
    assert retention.months() is None
    owner.post("/settings/retention/", {"months": "24", "sure": "yes"})
    assert retention.months() == 24
    owner.post("/settings/retention/", {"months": ""})
    assert retention.months() is None


@pytest.mark.parametrize("said", ["0", "-1", "x", "241", "²"])
def test_a_time_that_is_none_is_refused_and_kept_in_its_field(owner: Client, said: str) -> None:
    answer = owner.post("/settings/retention/", {"months": said})
    assert answer.status_code == 422
    assert "Write a number of months from 1 to 240" in answer.content.decode()
    assert retention.months() is None


def test_pages_say_until_when_data_is_kept(owner: Client, now: dt.datetime) -> None:
    House.objects.create(former_months=24)
    member = gone("Ole", now - 725 * DAY, now - 900 * DAY)
    kept = f"{retention.until(member, 24):%-d %B %Y}"
    assert "Their data is kept until" in owner.get(f"/members/{member.uuid}/").content.decode()
    public = Client().get(links.url("cancel", member.uuid).removeprefix("http://localhost:8000"))
    assert f"What we know of you is kept until {kept}, then deleted." in public.content.decode()
    assert "former members to be deleted" in owner.get("/").content.decode()
    assert "Ole" in owner.get("/members/?show=to-be-deleted").content.decode()
