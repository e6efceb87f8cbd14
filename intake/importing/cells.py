"""What stands in one cell: a time, an amount, a term, a text. Blank cells say nothing."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from intake import fields, outcomes
from members.fields import AHEAD, EmailAddress, read_moment

Field = serializers.Field[Any, Any, Any, Any]

# ISO 4217, column “minor unit”: all that differ from two decimals.
DECIMALS = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(),
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
SHORT = 12  # characters; what is longer hardly comes twice
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,6})?", re.ASCII)
# Most addresses are as plain as this; the others are read by the rules.
_PLAIN_ADDRESS = re.compile(
    r"[A-Za-z0-9_-]+([.+][A-Za-z0-9_-]+)*@[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.(com|org|net|dk|se|no|de|nl|uk)"
)


class PlainEmail(EmailAddress):
    """The same addresses as EmailAddress takes, with a short way for the plain ones."""

    def to_internal_value(self, data: Any) -> str:
        """The address; ValidationError says what is wrong with it."""
        if isinstance(data, str) and len(data) <= 60 and _PLAIN_ADDRESS.fullmatch(data):
            return data
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(
                _("“%(text)s” is no e-mail address.") % {"text": str(data)[:60]}
            ) from error


def checked(said: Mapping[str, str], rules: Mapping[str, Field]) -> dict[str, Any]:
    """The values of all cells that say something; NotUnderstood names every column that is wrong."""
    values, wrong = {}, []
    for name, text in said.items():
        if not text or name not in rules:
            continue
        try:
            values[name] = _read(rules[name], text)
        except serializers.ValidationError as error:
            wrong.append(f"{name}: {' '.join(map(str, _flat(error.detail))).removesuffix('.')}")
    if wrong:
        raise outcomes.NotUnderstood("; ".join(wrong))
    return values


def _read(rule: Field, text: str) -> Any:
    """A million lines say few different plans, days and countries: short cells are read once."""
    return _remembered(rule, text) if len(text) <= SHORT else rule.run_validation(text)


@lru_cache(maxsize=50_000)
def _remembered(rule: Field, text: str) -> Any:
    return rule.run_validation(text)


def required(values: Mapping[str, Any], *names: str) -> None:
    """NotUnderstood for every one of these that is missing."""
    if missing := [name for name in names if name not in values]:
        raise outcomes.NotUnderstood(
            "; ".join(_("%(name)s: is missing") % {"name": name} for name in missing)
        )


class Major(serializers.Field[Decimal, Any, Any, Any]):
    """Money in major units: 49.00."""

    def to_internal_value(self, data: Any) -> Decimal:
        """The number as written; ValidationError for anything but plain digits and a point."""
        text = str(data).strip()
        if not _AMOUNT.fullmatch(text):
            raise serializers.ValidationError(
                _("Write the amount like 49.00, with a point and nothing else.")
            )
        return Decimal(text)


def minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units of its currency. NotUnderstood where it has more decimals than the currency."""
    digits = DECIMALS.get(currency, 2)
    try:
        units = amount.scaleb(digits)
        whole = units.to_integral_exact()
    except InvalidOperation as error:
        raise outcomes.NotUnderstood(_("amount: is too large")) from error
    if whole != units:
        said = {"digits": digits, "currency": currency}
        raise outcomes.NotUnderstood(_("amount: %(currency)s has %(digits)d decimals") % said)
    if whole > fields.MOST:
        raise outcomes.NotUnderstood(_("amount: is too large"))
    return int(whole)


class PastMoment(serializers.Field[dt.datetime, Any, Any, Any]):
    """A time; a date alone is midnight, UTC. Whether it lies ahead is asked where the clock is known."""

    def to_internal_value(self, data: Any) -> dt.datetime:
        """The time, aware, UTC."""
        moment = read_moment(str(data).strip())
        if moment is None:
            said = {"text": str(data).strip()[:40]}
            raise serializers.ValidationError(
                _("“%(text)s” is no day there is, or is not written like 2026-03-02.") % said
            )
        return moment


def not_ahead(values: Mapping[str, Any], now: dt.datetime, *names: str) -> None:
    """NotUnderstood for times over 5 minutes ahead of the clock."""
    if ahead := [name for name in names if name in values and values[name] > now + AHEAD]:
        raise outcomes.NotUnderstood(
            "; ".join(_("%(name)s: lies ahead of the clock") % {"name": name} for name in ahead)
        )


class Object(serializers.Field[dict[str, Any], Any, Any, Any]):
    """A JSON object."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The object; ValidationError for other JSON, and for numbers that are none."""
        try:
            found = json.loads(str(data))
            # What no database holds: infinity, halves of characters.
            json.dumps(found, allow_nan=False, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or "\\u0000" in str(data):
            raise serializers.ValidationError(_('Write an object of JSON, like {"topic": "wine"}.'))
        return found


def _flat(detail: Any) -> list[Any]:
    if isinstance(detail, Mapping):
        return [text for inner in detail.values() for text in _flat(inner)]
    return list(detail) if isinstance(detail, list) else [detail]
