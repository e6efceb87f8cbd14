"""`usage.*` of the house's own systems: signs of use, for the usage lane."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from members import usage

MOST = Decimal(10) ** 12


def apply(told: outcomes.Message, now: dt.datetime) -> None:
    """Counts one use. Raises NotUnderstood or Waits."""
    amount = quantity(told.data)
    member = outcomes.member(reference(told))
    usage.record_many([usage.Use(member.pk, told.door, told.ident[:200], told.kind, told.at, amount)], now)


def reference(told: outcomes.Message) -> str:
    """Whom the message is about. NotUnderstood where it does not say."""
    said = told.data.get("member")
    if isinstance(said, int) and not isinstance(said, bool):
        return str(said)
    if not isinstance(said, str) or not said.strip() or len(said) > 200:
        raise outcomes.NotUnderstood(_("member: name the member by external id."))
    return said.strip()


def quantity(data: dict[str, Any]) -> Decimal:
    """How much was used: `data.quantity`, 1 where it is left out. NotUnderstood for what is no such number."""
    said = data.get("quantity", 1)
    if type(said) is int and 0 <= said <= MOST:
        return Decimal(said)
    try:
        number = (
            Decimal(str(said)) if isinstance(said, int | float | str) and not isinstance(said, bool) else None
        )
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not 0 <= number <= MOST:
        raise outcomes.NotUnderstood(_("data.quantity: send a number from 0 on."))
    return number.quantize(Decimal("0.0001"))
