import base64
import datetime as dt
import json
from typing import Any

import pytest
import standardwebhooks
import time_machine
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st

from api import signatures
from tests.conftest import FIXTURES

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
BODY = b'{"type": "member.signed_up"}'
NOW = 1_772_442_000
VECTORS = FIXTURES / "webhooks" / "standard_webhooks" / "vectors.json"
PUBLISHED: dict[str, Any] = json.loads(VECTORS.read_text()) if VECTORS.exists() else {"vectors": []}


def signed(secret: str = SECRET, at: int = NOW, body: bytes = BODY) -> dict[str, str]:
    signature = signatures.sign(secret, "msg_1", at, body)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signature}


def refused(headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> bool:
    try:
        signatures.verify(secrets, headers, body, at=NOW)
    except signatures.BadSignature:
        return True
    return False


def test_what_we_sign_we_accept() -> None:
    assert signatures.verify([SECRET], signed(), BODY, at=NOW) == "msg_1"


def test_header_names_may_be_written_in_any_case() -> None:
    headers = {name.title(): value for name, value in signed().items()}
    assert not refused(headers)
    request = RequestFactory().post("/", headers=signed())
    assert signatures.verify([SECRET], request.headers, BODY, at=NOW) == "msg_1"


def test_a_body_with_one_byte_changed_is_refused() -> None:
    assert refused(signed(), BODY + b" ")


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, "", "x", "æ", "\x00", "v1,", "v1,æ", "v1,====", ","])
def test_a_header_that_is_missing_or_garbage_is_refused(header: str, value: str | None) -> None:
    headers = {name: text for name, text in signed().items() if name != header}
    assert refused(headers if value is None else {**headers, header: value})


@pytest.mark.parametrize(("off", "is_good"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_message_may_be_five_minutes_off_either_way(off: int, is_good: bool) -> None:
    assert refused(signed(at=NOW + off)) is not is_good


@pytest.mark.parametrize("written", [f"{NOW}.0", f" {NOW}", f"+{NOW}", "١٧٧٢٤٤٢٠٠٠", "nan", "1_772_442_000"])
def test_a_time_written_otherwise_is_refused(written: str) -> None:
    assert refused({**signed(), "webhook-timestamp": written})


def test_without_a_time_given_the_real_time_counts() -> None:
    with time_machine.travel(dt.datetime.fromtimestamp(NOW, dt.UTC), tick=False):
        assert signatures.verify([SECRET], signed(), BODY) == "msg_1"
    later = dt.datetime.fromtimestamp(NOW + 301, dt.UTC)
    with time_machine.travel(later, tick=False), pytest.raises(signatures.BadSignature):
        signatures.verify([SECRET], signed(), BODY)


def test_while_a_secret_rotates_both_are_good() -> None:
    new = signatures.new_secret()
    both = (new, SECRET)
    assert not refused(signed(SECRET), secrets=both)
    assert not refused(signed(new), secrets=both)
    assert refused(signed(SECRET), secrets=(new,))


def test_one_of_several_signatures_is_enough() -> None:
    header = f"v1,AAAA v2,AAAA {signed()['webhook-signature']}"
    assert not refused({**signed(), "webhook-signature": header})


def test_a_signature_under_another_version_is_not_taken() -> None:
    header = signed()["webhook-signature"].replace("v1,", "v1a,")
    assert refused({**signed(), "webhook-signature": header})


def test_a_flood_of_signatures_is_refused() -> None:
    header = " ".join(["v1,AAAA"] * 50 + [signed()["webhook-signature"]])
    assert refused({**signed(), "webhook-signature": header})


def test_without_any_secret_nothing_is_accepted() -> None:
    assert refused(signed(), secrets=())


@pytest.mark.parametrize("spoilt", ["", "whsec_", "whsec_æ", "whsec_!!!!", "whsec_A"])
def test_a_spoilt_secret_signs_nothing_and_does_not_disturb_a_good_one(spoilt: str) -> None:
    with pytest.raises(ValueError, match="a secret"):
        signatures.sign(spoilt, "msg_1", NOW, BODY)
    assert not refused(signed(), secrets=(spoilt, SECRET))
    assert refused(signed(), secrets=(spoilt,))


def test_new_secrets_are_long_and_different() -> None:
    one, other = signatures.new_secret(), signatures.new_secret()
    assert one != other
    assert len(base64.b64decode(one.removeprefix("whsec_"))) == 32


hostile = st.text() | st.sampled_from(["v1,", "v1", "v1,A", " , ,", "\udcff", "9" * 400, "-1", "1e9", "inf"])


@given(hostile, hostile, hostile, st.binary())
@example("msg_1", str(NOW), "v1,\udcff", b"\xff")
def test_hostile_headers_raise_nothing_but_a_bad_signature(
    id: str, timestamp: str, signature: str, body: bytes
) -> None:
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    with pytest.raises(signatures.BadSignature):
        signatures.verify([SECRET], headers, body, at=NOW)


def test_the_published_package_accepts_what_we_sign_and_signs_what_we_accept() -> None:
    package = standardwebhooks.Webhook(SECRET)
    moment = dt.datetime.fromtimestamp(NOW, dt.UTC)
    with time_machine.travel(moment, tick=False):
        package.verify(BODY, signed())
    headers = {**signed(), "webhook-signature": package.sign("msg_1", moment, BODY.decode())}
    assert not refused(headers)


@pytest.mark.skipif(not VECTORS.exists(), reason=f"{VECTORS} is absent")
@pytest.mark.parametrize("vector", PUBLISHED["vectors"], ids=lambda vector: vector["name"])
def test_published_vectors(vector: dict[str, Any]) -> None:
    secret, body = vector.get("secret", PUBLISHED["secret"]), PUBLISHED["payload"].encode()
    if vector["expect"] == "accept":
        assert signatures.verify([secret], vector["headers"], body, at=vector["now"])
    else:
        with pytest.raises(signatures.BadSignature):
            signatures.verify([secret], vector["headers"], body, at=vector["now"])
