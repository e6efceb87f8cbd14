import contextlib
import io
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions

from api import bodies


class Stream(io.BytesIO):
    """Counts what was taken from it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        got = super().read(size)
        self.taken += len(got)
        return got


def request(stream: io.BytesIO, length: str) -> WSGIRequest:
    made: WSGIRequest = RequestFactory().post("/", b"", content_type="application/json")
    made._stream = stream
    made.META["CONTENT_LENGTH"] = length
    return made


def test_a_body_at_the_limit_is_read_and_can_be_read_again() -> None:
    made = RequestFactory().post("/", b"x" * 10, content_type="application/json")
    assert bodies.read_capped(made, limit=10) == b"x" * 10
    assert made.body == b"x" * 10


def test_a_body_that_django_has_read_already_is_the_same() -> None:
    made = RequestFactory().post("/", b"x" * 10, content_type="application/json")
    assert made.body == bodies.read_capped(made, limit=10)


def test_what_says_that_it_is_too_large_is_refused_unread() -> None:
    stream = Stream(b"x" * 11)
    with pytest.raises(bodies.TooLarge) as refusal:
        bodies.read_capped(request(stream, "11"), limit=10)
    assert (refusal.value.status, stream.taken) == (413, 0)


@pytest.mark.parametrize("length", ["", "5", "-1", "garbage"])
def test_what_says_nothing_or_lies_is_read_no_further_than_the_limit(length: str) -> None:
    stream = Stream(b"x" * 1000)
    with pytest.raises(bodies.TooLarge):
        bodies.read_capped(request(stream, length), limit=10)
    assert stream.taken == 11


def test_the_limit_is_one_mebibyte_unless_said() -> None:
    with pytest.raises(bodies.TooLarge):
        bodies.read_capped(request(Stream(), str(1024 * 1024 + 1)))


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b'{"a": NaN}', b"-Infinity", b"1e999", b"-1e999", b"\xff", b'"\xed\xa0\x80"',
        b'"\\u0000"', b'{"a": ["\\ud800"]}', b'{"\\u0000": 1}', b"[" * 100_000,
        b"[" * 65 + b"]" * 65, b'{"a":' * 65 + b"1" + b"}" * 65, b"9" * 5000, "æ".encode("utf-16"),
    ],
)  # fmt: skip
def test_json_that_cannot_be_stored_is_refused(raw: bytes) -> None:
    with pytest.raises(exceptions.ParseError):
        bodies.parse_json(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'"\\\\u0000"', "\\u0000"),
        (b'"\\ud83d\\ude00"', "😀"),
        ('{"navn": "Åse"}'.encode(), {"navn": "Åse"}),
        (b"[[1.5, null, true]]", [[1.5, None, True]]),
    ],
)
def test_json_that_only_looks_dangerous_is_taken(raw: bytes, value: Any) -> None:
    assert bodies.parse_json(raw) == value


@given(st.binary())
def test_hostile_bytes_are_parsed_or_refused_and_nothing_else(raw: bytes) -> None:
    with contextlib.suppress(exceptions.ParseError):
        bodies.parse_json(raw)
