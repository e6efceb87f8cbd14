"""Dates and amounts as people write them, for letters."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import TypeVar

from django.utils import dateformat, translation

T = TypeVar("T")
DATES = {
    "da": "j. F Y",
    "de": "j. F Y",
    "nb": "j. F Y",
    "fi": "j. F Y",
    "is": "j. F Y",
    "es": r"j \d\e F \d\e Y",
}
DAYS = {
    "da": r"l j. F \k\l. H:i",
    "es": r"l j \d\e F, H:i",
    **dict.fromkeys(("de", "nb", "fi", "is"), "l j. F, H:i"),
}
MONTHS = {"es": r"F \d\e Y"}
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}
CROWNS = {"DKK", "SEK", "NOK", "ISK"}
WHOLE = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split())
PER = {
    "en": {"day": "a day", "week": "a week", "month": "a month", "year": "a year"},
    "da": {"day": "om dagen", "week": "om ugen", "month": "om måneden", "year": "om året"},
}
EVERY = {
    "en": {
        "day": "every {n} days",
        "week": "every {n} weeks",
        "month": "every {n} months",
        "year": "every {n} years",
    },
    "da": {
        "day": "hver {n}. dag",
        "week": "hver {n}. uge",
        "month": "hver {n}. måned",
        "year": "hvert {n}. år",
    },
}


@functools.lru_cache(maxsize=4096)
def date(day: datetime.date, language: str) -> str:
    """The day written out: 3 March 2026, 3. marts 2026. A datetime must already be in the member's zone."""
    with translation.override(language):
        return str(dateformat.format(day, DATES.get(base(language), "j F Y")))


def month(day: datetime.date, language: str) -> str:
    """The month of this day and its year: March 2027, marts 2027."""
    with translation.override(language):
        return str(dateformat.format(day, MONTHS.get(base(language), "F Y")))


def moment(local: datetime.datetime, language: str) -> str:
    """A day and hour soon to come, in the reader's zone: Thursday 5 March, 19:00, torsdag 5. marts kl. 19:00."""
    with translation.override(language):
        return str(dateformat.format(local, DAYS.get(base(language), "l j F, H:i")))


def money(minor: int, currency: str, language: str) -> str:
    """Minor units (øre, cents) as an amount: 900 kr., 12,50 €, €12.50. Whole amounts lose their decimals."""
    whole, rest = divmod(abs(minor), 1 if currency in WHOLE else 100)
    amount = f"{whole:,}" + (f".{rest:02d}" if rest else "")
    if base(language) != "en":
        amount = amount.translate({ord(","): ".", ord("."): ","})
    return ("−" if minor < 0 else "") + _with_currency(amount, currency, base(language))


def price(minor: int, currency: str, interval: str, count: int, language: str) -> str:
    """What is paid and how often: 900 kr a year, 900 kr. om året, €30 every 3 months."""
    amount, code = money(minor, currency, language), base(language)
    words = (PER if count == 1 else EVERY).get(code) or (PER if count == 1 else EVERY)["en"]
    return f"{amount} {words[interval].format(n=count)}" if interval in words else amount


def base(language: str) -> str:
    """The language without its country: da of da-DK."""
    return language.replace("_", "-").split("-")[0].lower()


def nearest(known: Mapping[str, T], *languages: str) -> T | None:
    """What is known in the first of these languages that there is: da-DK, else da, then the next; None: in none."""
    by_code = {code.replace("_", "-").lower(): said for code, said in known.items()}
    wanted = (code for one in languages for code in (one.replace("_", "-").lower(), base(one)))
    return next((by_code[code] for code in wanted if code in by_code), None)


def _with_currency(amount: str, currency: str, code: str) -> str:
    if currency in CROWNS:
        return f"{amount} kr" + ("." if code == "da" else "")
    sign = SIGNS.get(currency)
    if sign and code == "en":
        return f"{sign}{amount}"
    return f"{amount} {sign or currency}"
