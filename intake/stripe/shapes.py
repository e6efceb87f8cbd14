"""Stripe's objects, whichever API version shaped them (https://docs.stripe.com/upgrades).

Until 2025 a period stood on the subscription and an invoice named its subscription itself; since then the items
have periods and the invoice names its subscription under `parent`. Any reference may also come expanded.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes

Shape = dict[str, Any]


@dataclass(frozen=True)
class StripeEvent:
    """One event of Stripe: `at` when it was made there, `previous` what an update changed."""

    id: str
    type: str
    at: dt.datetime
    object: Shape
    previous: Shape


def event(body: Shape) -> StripeEvent:
    """The event in a body. NotUnderstood where it is none."""
    at, data = moment(body.get("created")), body.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("object"), dict) or at is None:
        raise outcomes.NotUnderstood(_("This is no event of Stripe: data.object or created is missing."))
    previous = data.get("previous_attributes")
    return StripeEvent(
        str(body.get("id")),
        str(body.get("type")),
        at,
        data["object"],
        previous if isinstance(previous, dict) else {},
    )


def moment(seconds: Any) -> dt.datetime | None:
    """Unix seconds as an aware time; None for anything else."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 2**34:
        return None
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def dig(shape: Any, *path: str | int) -> Any:
    """What lies at `path` inside nested objects and lists; None where the way ends."""
    for step in path:
        if isinstance(step, int):
            shape = shape[step] if isinstance(shape, list) and len(shape) > step else None
        else:
            shape = shape.get(step) if isinstance(shape, dict) else None
    return shape


def ident(reference: Any) -> str:
    """The id of a reference, expanded or not; empty for none."""
    found = reference.get("id") if isinstance(reference, dict) else reference
    return found if isinstance(found, str) else ""


def text(said: Any, longest: int) -> str:
    """A text of one line, cut to what a column holds; empty for anything else."""
    return " ".join(said.split())[:longest] if isinstance(said, str) else ""


def whole(said: Any) -> int | None:
    """A whole number; None for anything else."""
    return said if isinstance(said, int) and not isinstance(said, bool) else None


def rows(said: Any) -> list[Shape]:
    """The objects of one of Stripe's lists."""
    data = dig(said, "data")
    return [row for row in data if isinstance(row, dict)] if isinstance(data, list) else []
