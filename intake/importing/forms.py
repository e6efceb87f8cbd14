"""How days and amounts are written in a list, recognised from what stands there, and put into the contract's form."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping

DAY_FIRST, MONTH_FIRST, YEAR_FIRST = "dmy", "mdy", "ymd"
DATES = frozenset(
    {"joined_at", "started_at", "ended_at", "cancelled_at", "paid_at", "occurred_at", "birth_year", "left_at"}
)
_PARTS = re.compile(
    r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}|\d{2})(?:[ T](\d{1,2})[:.](\d{2})(?:[:.]\d{2})?)?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", re.ASCII)
_SERIAL = re.compile(r"\d{5}(\.0+)?", re.ASCII)
DIGITS = 5  # of a day as spreadsheets count them
_EPOCH = dt.date(1899, 12, 30)  # of spreadsheets, with their leap day of 1900


def date_order(texts: Iterable[str]) -> str:
    """Whether day or month stands first; where nothing tells, the day, as most of Europe writes."""
    found = [match for text in texts if (match := _PARTS.fullmatch(text.strip()))]
    if any(int(match[1]) > 12 for match in found):
        return DAY_FIRST
    if any(int(match[2]) > 12 for match in found):
        return MONTH_FIRST
    return DAY_FIRST if found else YEAR_FIRST


def decimal_mark(texts: Iterable[str]) -> str:
    """Which sign stands before the last one or two digits; a point where nothing tells."""
    marks = [match[1] for text in texts if (match := re.search(r"([.,])\d{1,2}$", text.strip()))]
    return "," if marks.count(",") > marks.count(".") else "."


def plain(field: str, text: str, reading: Mapping[str, str]) -> str:
    """A cell in the contract's form; what cannot be read is left as it is, to be refused with its reason."""
    if field == "birth_year":
        day = date(text, reading.get("dates", ""))
        return day[:4] if re.match(r"\d{4}-", day) else text
    if field in DATES:
        return date(text, reading.get("dates", ""))
    if field == "amount":
        return amount(text, reading.get("decimal", "."))
    return text


def date(text: str, order: str) -> str:
    """The day as ISO 8601; numbers of five digits are days as spreadsheets count them."""
    text = text.strip()
    if _SERIAL.fullmatch(text):
        return (_EPOCH + dt.timedelta(days=int(float(text)))).isoformat()
    if match := _YEAR_FIRST.fullmatch(text):
        return _iso(int(match[1]), int(match[2]), int(match[3])) or text
    match = _PARTS.fullmatch(text)
    if not match:
        return text
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if year < 100:
        year += 1900 if year > 30 else 2000
    day = _iso(year, first, second) if order == MONTH_FIRST else _iso(year, second, first)
    return f"{day}T{int(match[4]):02d}:{match[5]}:00Z" if day and match[4] else day or text


def is_day(text: str) -> bool:
    """Whether it is a whole day in the contract's form."""
    return bool(_YEAR_FIRST.fullmatch(text))


def amount(text: str, mark: str) -> str:
    """The amount with a point and nothing else: `1.234,50 kr.` is 1234.50."""
    bare = re.sub(r"[^\d.,-]", "", text).rstrip(".,")
    if not bare:
        return text
    other = "." if mark == "," else ","
    return bare.replace(other, "").replace(",", ".")


def _iso(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return ""
