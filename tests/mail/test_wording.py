import datetime

import pytest

from mail import wording


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "3 March 2026"), ("da", "3. marts 2026"), ("da-DK", "3. marts 2026"), ("nl", "3 maart 2026")],
)
def test_dates_are_written_as_people_write_them(language, written):
    assert wording.date(datetime.date(2026, 3, 3), language) == written


@pytest.mark.parametrize(
    ("minor", "currency", "language", "written"),
    [
        (90_000, "DKK", "en", "900 kr"),
        (90_000, "DKK", "da", "900 kr."),
        (123_450, "DKK", "da", "1.234,50 kr."),
        (1250, "EUR", "en", "€12.50"),
        (1250, "EUR", "da", "12,50 €"),
        (1250, "CHF", "en", "12.50 CHF"),
        (1250, "JPY", "en", "1,250 JPY"),
        (-1205, "USD", "en", "−$12.05"),
    ],
)
def test_amounts_are_minor_units_made_readable(minor, currency, language, written):
    assert wording.money(minor, currency, language) == written


@pytest.mark.parametrize(
    ("interval", "count", "language", "written"),
    [
        ("year", 1, "en", "900 kr a year"),
        ("year", 1, "da", "900 kr. om året"),
        ("month", 3, "en", "900 kr every 3 months"),
        ("month", 3, "da", "900 kr. hver 3. måned"),
        ("", 1, "en", "900 kr"),
    ],
)
def test_a_price_says_how_often(interval, count, language, written):
    assert wording.price(90_000, "DKK", interval, count, language) == written


def test_words_are_in_the_nearest_language_there_is() -> None:
    known = {"en": 1, "da": 2, "pt-BR": 3}
    assert wording.nearest(known, "da-DK") == wording.nearest(known, "da_DK", "en") == 2
    assert wording.nearest(known, "pt-br", "en") == 3
    assert wording.nearest(known, "pt", "en-GB") == 1
    assert wording.nearest(known, "fi") is None
