"""Stripe's signature, against the cases of Stripe's own library."""

import json
from typing import Any

import pytest

from api.signatures import BadSignature
from intake.stripe import signature
from tests.conftest import FIXTURES

FILE = FIXTURES / "webhooks" / "stripe" / "signature_vectors.json"
SECRET, BODY, AT = "whsec_x", b'{"id": "evt_1"}', 1_700_000_000
GOOD = "t=1700000000,v1=" + signature._signed(SECRET, "1700000000", BODY).decode()


def cases() -> list[Any]:
    if not FILE.exists():
        return []
    told = json.loads(FILE.read_text())
    return [pytest.param(told, case, id=case["name"]) for case in told["vectors"]]


@pytest.mark.parametrize(("told", "case"), cases())
def test_the_published_cases(told: dict[str, Any], case: dict[str, Any]) -> None:
    headers = {} if case["header"] is None else {"Stripe-Signature": case["header"]}
    body = case.get("payload", told["payload"]).encode()
    try:
        signature.verify([told["secret"]], headers, body, case["now"])
        answer = "accept"
    except BadSignature:
        answer = "reject"
    assert answer == case["expect"]


def test_the_signature_is_of_this_body_and_of_this_secret() -> None:
    signature.verify([SECRET], {"stripe-signature": GOOD}, BODY, AT)
    signature.verify(["whsec_new", SECRET], {"STRIPE-SIGNATURE": GOOD}, BODY, AT + 300)
    for secrets, body, at in (
        (["whsec_y"], BODY, AT),
        ([""], BODY, AT),
        ([], BODY, AT),
        ([SECRET], BODY + b" ", AT),
        ([SECRET], BODY, AT + 301),
        ([SECRET], BODY, AT - 301),
    ):
        with pytest.raises(BadSignature):
            signature.verify(secrets, {"stripe-signature": GOOD}, body, at)


@pytest.mark.parametrize(
    "header", ["", "v1=x", "t=1,t=2,v1=x", "t=-1,v1=x", "t=1e3,v1=x", "t=" + "1" * 13, "," * 50]
)
def test_what_cannot_be_read_is_a_bad_signature(header: str) -> None:
    with pytest.raises(BadSignature):
        signature.verify([SECRET], {"stripe-signature": header}, BODY, AT)
