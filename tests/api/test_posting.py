"""A POST to somebody else's server ends in time, follows nowhere, and never breaks."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import LazySettings

from api import posting
from tests.api import hooks


@pytest.fixture(autouse=True)
def _development(settings: LazySettings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def hook() -> Iterator[hooks.Hook]:
    with hooks.listening() as server:
        yield server


def test_what_is_posted_arrives_as_it_is(hook: hooks.Hook) -> None:
    answer = posting.post(hook.url, b'{"a":1}', {"webhook-id": "msg_1", "Content-Type": "application/json"})
    assert (answer.code, answer.is_good, answer.error) == (204, True, "")
    (headers, body) = hook.got[0]
    assert (headers["webhook-id"], body, hook.paths) == ("msg_1", b'{"a":1}', ["/hook?from=us"])


@pytest.mark.parametrize("code", [199 + 1, 201, 299])
def test_any_2xx_is_good(hook: hooks.Hook, code: int) -> None:
    hook.answers = [code]
    assert posting.post(hook.url, b"{}", {}).is_good


def test_a_redirect_is_a_failure_and_is_not_followed(hook: hooks.Hook) -> None:
    hook.answers, hook.headers = [302], {"Location": hook.url}
    answer = posting.post(hook.url, b"{}", {})
    assert (answer.code, answer.is_good, len(hook.got)) == (302, False, 1)


def test_a_long_answer_is_cut_and_cleaned(hook: hooks.Hook) -> None:
    hook.answers, hook.text = [500], b"no\x00\xff" + b"x" * 300_000
    answer = posting.post(hook.url, b"{}", {})
    assert answer.code == 500
    assert answer.text.startswith("no\N{REPLACEMENT CHARACTER}xxx")
    assert len(answer.text) == posting.KEPT


@pytest.mark.parametrize(("said", "rest"), [("120", 120), ("999999", 3600), ("soon", 0), ("-5", 0), ("", 0)])
def test_a_wish_to_be_left_alone_is_read_within_reason(hook: hooks.Hook, said: str, rest: int) -> None:
    hook.answers, hook.headers = [429], {"Retry-After": said}
    assert posting.post(hook.url, b"{}", {}).retry_after == rest


@pytest.mark.parametrize(("minutes", "least", "most"), [(5, 290, 300), (-5, 0, 0), (600, 3600, 3600)])
def test_the_wish_may_be_a_date(hook: hooks.Hook, minutes: int, least: int, most: int) -> None:
    until = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    hook.answers, hook.headers = [503], {"Retry-After": format_datetime(until, usegmt=True)}
    assert least <= posting.post(hook.url, b"{}", {}).retry_after <= most


def test_nobody_there_is_an_answer_too() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = posting.post(f"http://127.0.0.1:{port}/", b"{}", {})
    assert answer.code is None
    assert "ConnectionRefusedError" in answer.error


def test_a_server_that_drips_is_hung_up_on(hook: hooks.Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "WHOLE", 0.3)
    hook.drips = True
    answer = posting.post(hook.url, b"{}", {})
    assert (answer.code, answer.error, answer.is_silent) == (None, "no answer in time", True)


def test_what_is_no_http_is_an_answer_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def babble() -> None:
            line, _peer = server.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

        thread = threading.Thread(target=babble)
        thread.start()
        answer = posting.post(f"http://127.0.0.1:{port}/", b"{}", {})
        thread.join(60)
    assert answer.code is None
    assert "BadStatusLine" in answer.error


def test_an_inner_address_is_not_even_called(hook: hooks.Hook, settings: LazySettings) -> None:
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    answer = posting.post(hook.url.replace("http:", "https:"), b"{}", {})
    assert "not a public address" in answer.error
    assert not hook.got


def test_the_name_is_checked_though_the_connection_goes_to_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path, "hooks.example.com"))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: real("127.0.0.1", *more, **named))
    with hooks.listening(context) as hook:
        port = hook.url.split(":")[2].split("/")[0]
        unknown = posting.post(f"https://hooks.example.com:{port}/", b"{}", {})
        assert "CERTIFICATE_VERIFY_FAILED" in unknown.error
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "both.pem"))
        assert posting.post(f"https://hooks.example.com:{port}/", b"{}", {}).code == 204
        wrong = posting.post(f"https://else.example.com:{port}/", b"{}", {})
        assert "Hostname mismatch" in wrong.error
    assert [headers["Host"] for headers, _body in hook.got] == [f"hooks.example.com:{port}"]


def _certificate(folder: Path, name: str) -> Path:
    """A certificate for this name that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file
