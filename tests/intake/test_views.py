"""What the door answers, and what it leaves behind."""

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from api import secrets, signatures
from intake import endpoints
from intake.models import Delivery, Endpoint
from tests.conftest import NOW
from tests.intake import post

BODY = b'{"type": "poll.answered", "timestamp": "2026-03-02T22:00:00Z", "data": {"member": "wim"}}'


def test_a_message_is_stored_as_it_came_and_answered_at_once(secret: str) -> None:
    assert post.signed(secret, BODY, "m-1").status_code == 202
    stored = Delivery.objects.get()
    assert (stored.body.encode(), stored.kind, stored.provider_id) == (BODY, "poll.answered", "m-1")
    assert stored.status == "received"


def test_a_message_costs_one_look_and_one_write(
    secret: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(2):
        post.signed(secret, BODY, "m-1")


def test_the_same_message_again_is_answered_and_not_stored(secret: str) -> None:
    answers = [post.signed(secret, BODY, "m-1").status_code for _time in range(3)]
    assert answers == [202, 200, 200]
    assert Delivery.objects.count() == 1


def test_two_doors_may_use_the_same_id(secret: str) -> None:
    other = endpoints.create("till", "generic", NOW)
    post.signed(secret, BODY, "m-1")
    assert post.signed(other, BODY, "m-1", slug="till").status_code == 202


def test_a_stripe_event_is_known_by_its_own_id(till: str) -> None:
    event = {"id": "evt_1", "type": "plan.created", "created": 1, "data": {"object": {}}}
    assert [post.stripe(event).status_code for _time in range(2)] == [202, 200]


def test_a_stripe_event_without_an_id_is_refused(till: str) -> None:
    assert post.stripe({"type": "plan.created"}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"data": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"data": "\\ud800"}',
        b'{"data": NaN}',
        b'{"data": 1e999}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_what_is_no_object_of_json_is_refused(secret: str, body: bytes) -> None:
    assert post.signed(secret, body, "m-1").status_code == 400
    assert not Delivery.objects.exists()


def test_a_signature_is_checked_before_the_body_is_looked_into(secret: str) -> None:
    assert post.raw(b"[" * 100_000, {}).status_code == 401


def test_more_than_a_mebibyte_is_refused_unread(secret: str) -> None:
    assert post.signed(secret, b"x" * 3_000_000, "m-1").status_code == 413
    exactly = b'{"data": "' + b"x" * (1024 * 1024 - 12) + b'"}'
    assert post.signed(secret, exactly, "m-2").status_code == 202


def test_an_unknown_door_is_404_and_looking_is_405(secret: str) -> None:
    assert post.signed(secret, BODY, "m-1", slug="nowhere").status_code == 404
    assert Client().get("/webhooks/shop/").status_code == 405


def test_refusals_are_problem_details(secret: str) -> None:
    answer = post.raw(BODY, {})
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["status"] == 401


@pytest.mark.parametrize(
    "header", ["", ",,,", "t=1,v1=x", "t=" + "9" * 400 + ",v1=x", "t=\u00b2,v1=x", "v1=x", "=" * 9000]
)
def test_hostile_headers_are_only_wrong_signatures(till: str, header: str) -> None:
    assert post.raw(BODY, {"stripe-signature": header}, slug="stripe").status_code == 401


def test_a_secret_that_cannot_be_opened_lets_nobody_in(secret: str) -> None:
    Endpoint.objects.update(secret="spoilt")
    assert post.signed(secret, BODY, "m-1").status_code == 401


def test_while_a_secret_is_changed_both_are_good(secret: str) -> None:
    new = endpoints.rotate(Endpoint.objects.get())
    assert post.signed(secret, BODY, "m-1").status_code == 202
    assert post.signed(new, BODY, "m-2").status_code == 202
    assert post.signed(signatures.new_secret(), BODY, "m-3").status_code == 401


def test_secrets_are_sealed_at_rest(secret: str) -> None:
    stored = Endpoint.objects.get().secret
    assert secret not in stored
    assert secrets.open_sealed(stored) == secret
