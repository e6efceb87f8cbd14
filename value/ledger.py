"""What `value.*` events say members got. The ledger is append-only: a mistake is told again with a minus.

`{amount, unit, currency?, saved?}`: `amount` counts the `unit`; `saved` is money in minor units, or whether `amount`
is that. Without `saved`, an amount whose unit is its currency is money too. Money without a currency is in that of
the member's plan. Events without any data are one of their kind.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from members import signs

PREFIX = "value."


class Kind(StrEnum):
    """What somebody got. `USE` is a use of a benefit, told as use."""

    MONEY = "money"
    PERK = "perk"
    ATTENDED = "attended"
    CONTENT = "content"
    TIME = "time"
    OTHER = "other"
    USE = "use"


BEGINNINGS = {
    "perk": Kind.PERK,
    "content": Kind.CONTENT,
    "time": Kind.TIME,
    "money": Kind.MONEY,
    "saved": Kind.MONEY,
}
# What a unit may be instead of a thing, where the event names no currency (ISO 4217).
CURRENCIES = frozenset(
    "AUD BGN BRL CAD CHF CNY CZK DKK EUR GBP HUF INR ISK JPY KRW MXN NOK NZD PLN RON SEK TRY UAH USD".split()
)
COUNTED = (Kind.PERK, Kind.ATTENDED)  # one each, whatever the money beside it


@dataclass(frozen=True)
class Gain:
    """One line of the ledger: how many of which unit, and what it saved in minor units; None where no money is told."""

    kind: Kind
    unit: str
    amount: Decimal
    saved: int | None
    currency: str


def read(name: str, data: Mapping[str, Any], home: str) -> Gain:
    """What an event of that name says; `home` is the currency of money that names none."""
    kind, said = kind_of(name), data.get("saved")
    unit, amount = str(data.get("unit") or "").strip(), _number(data.get("amount", 1))
    currency = str(data.get("currency") or (unit if unit in CURRENCIES else home)).upper()
    is_in_money = bool(unit) and unit.upper() == currency
    is_saved = said is None and (is_in_money or (kind == Kind.MONEY and "currency" in data))
    once = Decimal(-1 if amount < 0 else 1)  # a mistake is told again with a minus
    saved = round(amount) if said is True or is_saved else said * int(once) if type(said) is int else None
    saved = saved if currency else None  # money of which nobody knows the currency cannot be added up
    if said is True or is_saved or is_in_money:
        return Gain(kind if kind in COUNTED else Kind.MONEY, "", once, saved, currency)
    if kind == Kind.ATTENDED:
        return Gain(kind, "", once, saved, currency)
    own = Kind.OTHER if kind == Kind.MONEY else kind
    return Gain(own, unit or _words(name), amount, saved, currency)


def kind_of(name: str) -> Kind:
    """Of which kind events of this name are; attending something is what the facts count as it."""
    if signs.is_attendance(name):
        return Kind.ATTENDED
    return BEGINNINGS.get(name.removeprefix(PREFIX).split("_")[0].split(".")[0], Kind.OTHER)


def _number(said: Any) -> Decimal:
    return Decimal(str(said)) if isinstance(said, int | float) and not isinstance(said, bool) else Decimal(1)


def _words(name: str) -> str:
    return name.removeprefix(PREFIX).replace("_", " ").replace(".", " ")
