"""The doors where members and what they do come in."""

import copy
import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from api import keys
from intake import fields
from members.models import Event, Member, Plan, Subscription, UsageDay
from tests import cast
from tests.conftest import FIXTURES, NOW

AT = "2026-03-02T22:00:00Z"
PERSON: dict[str, Any] = {
    "external_id": "c-1",
    "email": "Ingrid@example.com",
    "first_name": "Ingrid <b>Ø</b>",
    "last_name": "<b>Å</b>",
    "locale": "da",
    "time_zone": "Europe/Copenhagen",
    "country": "DK",
    "plan": "standard",
    "source": "check",
    "joined_at": AT,
    "joining_reason": "The choir",
    "told_by": "Per",
    "referral_code": "PER1",
    "account": "acme",
    "external_ids": {"stripe": "cus_1"},
    "consents": [{"topic": "news", "granted": True, "at": AT, "proof": "ja tak"}],
    "subscription": {
        "external_id": "s-1",
        "plan": "gold",
        "status": "trialing",
        "started_at": AT,
        "trial_ends_at": "2026-03-16T22:00:00Z",
        "current_period_end": "2026-04-02",
        "amount": 4900,
        "currency": "eur",
        "interval": "3 month",
    },
}
NAUGHTY = FIXTURES / "text" / "blns.json"
ADDRESSES = FIXTURES / "text" / "isemail_tests.json"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("office.clock.now", lambda: NOW)


@pytest.fixture
def shop(db: None) -> APIClient:
    """The shop, which brings members and what they do."""
    client = APIClient()
    key = keys.create("shop", ["signups:write", "events:write"], NOW)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def sign_up(client: APIClient, body: Any, **headers: str) -> Any:
    return client.post("/api/v1/signups/", body, "json", headers=headers)


def send(client: APIClient, *events: Any) -> Any:
    return client.post("/api/v1/events/", {"events": list(events)}, "json")


def event(ident: str, name: str = "poll.answered", **said: Any) -> dict[str, Any]:
    return {"id": ident, "member": "ingrid", "name": name, "occurred_at": AT, **said}


def test_a_signup_is_the_member_with_all_that_was_said(shop: APIClient) -> None:
    answer = sign_up(shop, PERSON)
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["external_id"], shown["external_ids"]) == ("c-1", {"stripe": "cus_1"})
    assert (shown["first_name"], shown["email"]) == ("Ingrid <b>Ø</b>", "Ingrid@example.com")
    assert (shown["stage"], shown["status"], shown["plan"]) == ("onboarding", "trialing", "gold")
    member, contract = Member.objects.get(), Subscription.objects.get()
    assert (member.joining_reason, member.told_by, member.referral_code) == ("The choir", "Per", "PER1")
    assert member.account is not None
    granted = {line.topic: line.source for line in member.consents.all()}
    assert granted == {"news": "api", "membership": "api"}
    assert (contract.amount, contract.currency, contract.interval, contract.interval_count) == (
        4900,
        "EUR",
        "month",
        3,
    )
    assert Plan.objects.get(slug="gold").amount is None
    names = Event.objects.order_by("pk").values_list("name", flat=True)
    assert list(names) == ["member.signed_up", "subscription.started"]


def test_the_same_signup_again_changes_nothing(shop: APIClient) -> None:
    first = sign_up(shop, PERSON).json()
    other = {**PERSON, "first_name": "Other", "subscription": {"status": "ended"}}
    again = sign_up(shop, other)
    assert again.status_code == 200
    assert again.json() == first
    assert Member.objects.count() == 1


def test_a_name_or_an_address_is_enough(shop: APIClient) -> None:
    assert sign_up(shop, {"external_id": "a", "last_name": "Dahl"}).status_code == 201
    assert (
        sign_up(shop, {"external_id": "b", "email": "a@b.example.com", "first_name": None}).status_code == 201
    )
    assert sign_up(shop, {"external_id": 3, "email": "a@b.example.com"}).json()["external_id"] == "3"
    assert Member.objects.filter(email_key="a@b.example.com").count() == 2


def test_membership_is_granted_by_joining_unless_refused(shop: APIClient) -> None:
    refusal = {"consents": [{"topic": "membership", "granted": False}]}
    sign_up(shop, {"external_id": "a", "first_name": "A", **refusal})
    assert [line.granted for line in Member.objects.get().consents.all()] == [False]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"external_id": None}, "external_id"),
        ({"external_id": " "}, "external_id"),
        ({"external_id": "x" * 201}, "external_id"),
        ({"email": None, "first_name": "", "last_name": " "}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b.example.com\r\nBcc: x@y.example.com"}, "email"),
        ({"first_name": "a\nb"}, "first_name"),
        ({"first_name": "a\u2028b"}, "first_name"),
        ({"first_name": "a\x1b[31m"}, "first_name"),
        ({"first_name": ["a"]}, "first_name"),
        ({"first_name": True}, "first_name"),
        ({"locale": "danish language"}, "locale"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"country": "DNK"}, "country"),
        ({"plan": "gold plan!"}, "plan"),
        ({"joined_at": "2026-03-02T22:36:00Z"}, "joined_at"),
        ({"joined_at": "0001-01-01T00:00:00+23:00"}, "joined_at"),
        ({"joined_at": 1}, "joined_at"),
        ({"nickname": "I"}, "nickname"),
        ({"phone": "1"}, "phone"),
        ({"external_ids": {"house": "x"}}, "external_ids.house"),
        ({"external_ids": "cus_1"}, "external_ids"),
        ({"consents": [{"topic": "news", "granted": True, "why": ""}]}, "consents.0.why"),
        ({"consents": [{"topic": "News!", "granted": True}]}, "consents.0.topic"),
        ({"consents": {}}, "consents"),
        ({"subscription": {"colour": "red"}}, "subscription.colour"),
        ({"subscription": {"amount": 49.5}}, "subscription.amount"),
        ({"subscription": {"amount": -1}}, "subscription.amount"),
        ({"subscription": {"amount": 10**30}}, "subscription.amount"),
        ({"subscription": {"amount": True}}, "subscription.amount"),
        ({"subscription": {"currency": "euros"}}, "subscription.currency"),
        ({"subscription": {"interval": "fortnight"}}, "subscription.interval"),
        ({"subscription": {"interval": "0 month"}}, "subscription.interval"),
        ({"subscription": {"status": "happy"}}, "subscription.status"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    shop: APIClient, change: dict[str, Any], field: str
) -> None:
    answer = sign_up(shop, {**copy.deepcopy(PERSON), **change})
    assert answer.status_code == 400
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not Member.objects.exists()


@pytest.mark.parametrize("body", [[], "x", 1, None, {"first_name": "a"}])
def test_other_bodies_are_refused(shop: APIClient, body: Any) -> None:
    assert sign_up(shop, body).status_code == 400


def test_a_repeated_request_is_answered_as_before(shop: APIClient) -> None:
    first = sign_up(shop, PERSON, **{"Idempotency-Key": "k"})
    again = sign_up(shop, PERSON, **{"Idempotency-Key": "k"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content


@pytest.mark.skipif(not NAUGHTY.exists(), reason=f"no {NAUGHTY}")
def test_naughty_names_are_kept_as_sent_or_refused(shop: APIClient) -> None:
    naughty = json.loads(NAUGHTY.read_text())
    for name in naughty:
        form = fields.SignupFields(data={"external_id": "n", "email": "a@b.example.com", "first_name": name})
        if form.is_valid():
            assert form.validated_data["first_name"] == name
        else:
            assert set(form.errors) == {"first_name"}
    for number, name in enumerate(naughty[::20]):
        body = {"external_id": f"n-{number}", "email": "a@b.example.com", "first_name": name}
        assert sign_up(shop, body).status_code in (201, 400), name


@pytest.mark.skipif(not ADDRESSES.exists(), reason=f"no {ADDRESSES}")
def test_any_address_is_kept_as_sent_or_refused() -> None:
    for number, case in enumerate(json.loads(ADDRESSES.read_text())):
        address = case["address"] if isinstance(case, dict) else str(case)
        form = fields.SignupFields(data={"external_id": f"n-{number}", "email": address, "first_name": "A"})
        if form.is_valid():
            assert form.validated_data["email"] == address.strip()
        else:
            assert set(form.errors) == {"email"}


def test_events_are_taken_one_by_one(shop: APIClient, ingrid: cast.Person) -> None:
    good, lesson = event("e-1", data={"answer": 4}), event("e-2", "usage.lesson", data={"quantity": 2})
    wrong = [
        (event("e-3", member="nobody"), "nobody"),
        (event("e-4", "mail.clicked"), "mail.clicked"),
        (event("e-5", occurred_at="2026-03-02T22:36:00Z"), "occurred_at"),
        (event("e-6", occurred_at="soon"), "occurred_at"),
        (event("e-7", "Poll"), "name"),
        (event("e-8", data=[]), "data"),
        (event("e-9", colour=1), "colour"),
        (event(""), "id"),
        (event("x" * 201), "id"),
        ("e", "object"),
        (event("e-10", "usage.lesson", data={"quantity": "NaN"}), "quantity"),
        (event("e-11", "payment.succeeded", data={"external_id": "p"}), "amount"),
        (event("e-12", "subscription.upgraded"), "subscription.upgraded"),
        (event("e-13", "member.signed_up"), "signups"),
        (event("e-14", member=None), "member"),
        (event("e-15", data={"deep": ["a\0b"]}), "NUL"),
        (event("e-16\0"), "NUL"),
    ]
    answer = send(shop, good, lesson, good, *(said for said, _word in wrong))
    assert answer.status_code == 202
    told = answer.json()
    assert (told["accepted"], told["duplicates"]) == (2, 1)
    assert [row["index"] for row in told["rejected"]] == list(range(3, 3 + len(wrong)))
    for row, (_said, word) in zip(told["rejected"], wrong, strict=True):
        assert word in row["error"]
    assert Event.objects.get(name="poll.answered").data == {"answer": 4}
    assert float(UsageDay.objects.get().quantity) == 2
    again = send(shop, good, lesson).json()
    assert (again["accepted"], again["duplicates"]) == (0, 2)


def test_a_member_may_be_named_by_id(shop: APIClient, ingrid: cast.Person) -> None:
    assert send(shop, event("e-1", member=str(ingrid.member.uuid))).json()["accepted"] == 1


def test_contracts_and_payments_are_applied_at_once(shop: APIClient, ingrid: cast.Person) -> None:
    paid = {"external_id": "p-1", "amount": 4900, "currency": "EUR", "subscription": "s-1"}
    batch = [
        event("e-1", "subscription.started", data={"external_id": "s-1"}),
        event("e-2", "payment.succeeded", data=paid),
        event("e-3", "subscription.cancelled", data={"reason": "price"}, occurred_at="2026-03-02T22:10:00Z"),
        event("e-4", "subscription.ended", data={"external_id": "s-1"}, member="nobody"),
    ]
    told = send(shop, *batch).json()
    assert (told["accepted"], [row["index"] for row in told["rejected"]]) == (3, [3])
    contract = Subscription.objects.get()
    assert (contract.status, contract.cancel_reason) == ("cancelled", "price")
    assert contract.payments.get().amount == 4900
    again = send(shop, *batch[:3]).json()
    assert (again["accepted"], again["duplicates"]) == (0, 3)


def test_an_update_changes_the_member(shop: APIClient, ingrid: cast.Person) -> None:
    assert send(shop, event("e-1", "member.updated", data={"last_name": "Dahl"})).json()["accepted"] == 1
    assert ingrid.again().last_name == "Dahl"


@pytest.mark.parametrize(
    "body", [[], {}, {"events": []}, {"events": {}}, {"events": [1] * 1001}, {"events": [], "x": 1}]
)
def test_a_batch_is_a_list_of_up_to_a_thousand(shop: APIClient, body: Any) -> None:
    assert shop.post("/api/v1/events/", body, "json").status_code == 400


def test_more_events_cost_no_more_queries(
    shop: APIClient, ingrid: cast.Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for size in (2, 100):
        batch = [event(f"{size}-{number}") for number in range(size)]
        uses = [event(f"u-{size}-{number}", "usage.lesson") for number in range(size)]
        with django_assert_max_num_queries(17):
            told = send(shop, *batch, *uses).json()
        assert told["accepted"] == 2 * size
