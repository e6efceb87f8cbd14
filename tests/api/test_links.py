import datetime as dt
import re
from typing import Any
from uuid import UUID

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from api import links

MAJA = UUID("5f0c7b1e-6c1d-4a55-9a3b-0d3b8f6f2a10")


def test_a_token_gives_back_what_it_was_made_of() -> None:
    assert links.read("preferences", links.token("preferences", MAJA)) == [str(MAJA)]
    assert links.read("unsubscribe", links.token("unsubscribe", str(MAJA), "news")) == [str(MAJA), "news"]


@given(
    st.uuids(),
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), max_size=3),
)
def test_any_text_travels_in_letters_that_no_mail_program_breaks(uuid: UUID, more: list[str]) -> None:
    token = links.token("survey", uuid, *more)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    assert links.read("survey", token) == [str(uuid), *more]


def test_a_token_is_short() -> None:
    assert len(links.token("preferences", MAJA)) == 48


def test_a_token_opens_no_page_of_another_purpose() -> None:
    assert links.read("cancel", links.token("preferences", MAJA)) is None


def test_what_comes_from_another_table_of_purposes_cannot_be_confused_by_gluing() -> None:
    assert links.read("a", links.token("a", MAJA, "b", "c")) != links.read("a", links.token("a", MAJA, "bc"))


@pytest.mark.parametrize("place", range(48))
def test_a_token_with_one_letter_changed_is_refused(place: int) -> None:
    token = links.token("preferences", MAJA)
    other = "A" if token[place] != "A" else "B"
    assert links.read("preferences", token[:place] + other + token[place + 1 :]) is None


def test_only_one_spelling_of_a_token_is_good() -> None:
    """base64 leaves bits unused at the end; another spelling of them must not be another token."""
    token = links.token("preferences", MAJA, "x")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    good = [letter for letter in alphabet if links.read("preferences", token[:-1] + letter)]
    assert good == [token[-1]]


@given(st.text() | st.text("ABCDabcd0189_-", min_size=40, max_size=70))
def test_garbage_is_refused(token: str) -> None:
    assert links.read("preferences", token) is None


@pytest.mark.parametrize("tail", ["\n", "=", " ", "A"])
def test_a_token_with_something_behind_it_is_refused(tail: str) -> None:
    assert links.read("preferences", links.token("preferences", MAJA) + tail) is None


def test_a_link_made_with_the_old_key_works_while_that_key_is_kept(settings: Any) -> None:
    old, token = settings.SECRET_KEY, links.token("preferences", MAJA)
    settings.SECRET_KEY = "another key that is long enough to be one"
    assert links.read("preferences", token) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert links.read("preferences", token) == [str(MAJA)]


def test_a_link_with_an_age_limit_ends_at_it() -> None:
    made = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
    with time_machine.travel(made, tick=False) as clock:
        token = links.token("confirm", MAJA)
        clock.shift(3600)
        assert links.read("confirm", token, max_age=3600) == [str(MAJA)]
        assert links.read("confirm", token, max_age=dt.timedelta(hours=1)) == [str(MAJA)]
        clock.shift(1)
        assert links.read("confirm", token, max_age=3600) is None
        assert links.read("confirm", token) == [str(MAJA)]
        clock.move_to(made - dt.timedelta(hours=1))
        assert links.read("confirm", token, max_age=3600) is None


def test_what_cannot_be_carried_is_refused_when_made() -> None:
    with pytest.raises(ValueError, match="NUL"):
        links.token("survey", MAJA, "a\0b")
    with pytest.raises(ValueError, match="that much"):
        links.token("survey", MAJA, "x" * 1000)


@pytest.mark.urls("tests.api.doors")
def test_an_address_is_absolute_and_of_the_registered_page(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "_pages", {})
    settings.BASE_URL = "https://club.example"
    links.register("preferences", "page")
    links.register("preferences", "page")
    prefix, token = links.url("preferences", MAJA).rstrip("/").rsplit("/", 1)
    assert prefix == "https://club.example/page"
    assert links.read("preferences", token) == [str(MAJA)]


def test_a_purpose_has_one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_pages", {"cancel": "page"})
    with pytest.raises(ValueError, match="already served"):
        links.register("cancel", "another")
    with pytest.raises(LookupError, match="guide"):
        links.url("guide", MAJA)
