from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import secrets

ANOTHER = "another key that is long enough to be one"


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_sealed_can_be_opened_and_is_not_readable(text: str) -> None:
    sealed = secrets.seal(text)
    assert secrets.open_sealed(sealed) == text
    assert len(text) < 4 or text not in sealed


@given(st.text())
def test_garbage_cannot_be_opened(text: str) -> None:
    with pytest.raises(secrets.Unreadable):
        secrets.open_sealed(text)


def test_a_sealed_text_with_one_letter_changed_cannot_be_opened() -> None:
    sealed = secrets.seal("whsec_x")
    changed = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(secrets.Unreadable):
        secrets.open_sealed(changed)


def test_the_old_key_opens_what_it_sealed_while_it_is_kept(settings: Any) -> None:
    old, sealed = settings.SECRET_KEY, secrets.seal("whsec_x")
    settings.SECRET_KEY = ANOTHER
    with pytest.raises(secrets.Unreadable):
        secrets.open_sealed(sealed)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert secrets.open_sealed(sealed) == "whsec_x"


def test_a_mask_shows_the_end_of_a_long_secret_only() -> None:
    assert secrets.mask("whsec_abcdefghijkl1234") == "••••1234"
    assert secrets.mask("short") == "••••"


def test_a_hash_is_the_same_every_time_and_differs_by_purpose_and_text() -> None:
    hashed = secrets.keyed_hash("suppression", "ida@example.com")
    assert hashed == secrets.keyed_hash("suppression", "ida@example.com")
    others = {secrets.keyed_hash("erasure", "ida@example.com"), secrets.keyed_hash("suppression", "x")}
    assert hashed not in others
    assert len(hashed) == 64


def test_a_hash_made_with_the_old_key_is_still_known_while_it_is_kept(settings: Any) -> None:
    old, hashed = settings.SECRET_KEY, secrets.keyed_hash("suppression", "ida@example.com")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = ANOTHER, [old]
    assert secrets.keyed_hash("suppression", "ida@example.com") != hashed
    assert hashed in secrets.keyed_hashes("suppression", "ida@example.com")
