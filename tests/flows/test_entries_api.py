"""Programs let members into a flow: each counts for itself, and repeating the request does nothing twice."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from api import keys
from flows.models import Decision, Enrolment, Flow
from members.models import Member
from tests import cast
from tests.flows import making

pytestmark = pytest.mark.django_db
REST = [{"uid": "rest", "kind": "wait", "for": "30d"}]


@pytest.fixture
def flow(db: None, now: dt.datetime) -> Flow:
    for name in ("anne", "bent"):
        cast.join(name, now, quiet=True)
    return making.publish(REST, now, entry={"fact": "stage", "op": "=", "value": "onboarding"})


def client(now: dt.datetime, scope: str = "flows:write") -> APIClient:
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Bearer {keys.create('shop', [scope], now)}")
    return made


def post(client: APIClient, body: Any, slug: str = "trial", **headers: str) -> Any:
    return client.post(f"/api/v1/flows/{slug}/entries/", body, format="json", headers=headers)


def test_members_are_named_by_the_houses_ids_or_ours(flow: Flow, now: dt.datetime) -> None:
    bent = Member.objects.get(external_ids__value="bent")
    answer = post(client(now), {"members": ["anne", str(bent.uuid)]})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 2, "held_out": 0, "rejected": []})
    assert Enrolment.objects.count() == 2
    assert set(Decision.objects.values_list("reason", flat=True)) == {
        "let in by the key “shop”; stage is onboarding, must be = onboarding"
    }


def test_each_counts_for_itself(flow: Flow, now: dt.datetime) -> None:
    Member.objects.filter(external_ids__value="bent").update(stage="former")
    answer = post(client(now), {"members": ["nobody", "bent", "anne", "anne", 7]})
    assert answer.json() == {
        "accepted": 1,
        "held_out": 0,
        "rejected": [
            {"index": 0, "error": "members: nobody here is called “nobody”."},
            {"index": 1, "error": "stage is former, must be = onboarding"},
            {"index": 3, "error": "members: “anne” stands here twice."},
            {"index": 4, "error": "members: nobody here is called “7”."},
        ],
    }


def test_the_same_request_twice_is_done_once(flow: Flow, now: dt.datetime) -> None:
    shop = client(now)
    first = post(shop, {"members": ["anne"]}, **{"Idempotency-Key": "k-1"})
    second = post(shop, {"members": ["anne"]}, **{"Idempotency-Key": "k-1"})
    assert first.json() == second.json() == {"accepted": 1, "held_out": 0, "rejected": []}
    assert Decision.objects.count() == 1


def test_without_a_key_the_second_is_told_why_not(flow: Flow, now: dt.datetime) -> None:
    shop = client(now)
    post(shop, {"members": ["anne"]})
    assert post(shop, {"members": ["anne"]}).json()["rejected"] == [
        {"index": 0, "error": "is in this flow already"}
    ]


@pytest.mark.parametrize(
    "body", [[], {}, {"members": []}, {"members": "anne"}, {"members": ["x"] * 1001}, {"who": 1}]
)
def test_what_is_no_list_is_refused_whole(flow: Flow, now: dt.datetime, body: Any) -> None:
    assert post(client(now), body).status_code == 400
    assert not Decision.objects.exists()


def test_another_scope_is_not_enough(flow: Flow, now: dt.datetime) -> None:
    assert post(client(now, "events:write"), {"members": ["anne"]}).status_code == 403
    assert post(APIClient(), {"members": ["anne"]}).status_code == 401


def test_a_flow_that_is_not_there_or_does_not_run_takes_nobody(flow: Flow, now: dt.datetime) -> None:
    assert post(client(now), {"members": ["anne"]}, slug="other").status_code == 404
    Flow.objects.update(paused_at=now)
    answer = post(client(now), {"members": ["anne"]})
    assert answer.status_code == 409
    assert "is not live" in answer.json()["detail"]
    assert not Decision.objects.exists()
