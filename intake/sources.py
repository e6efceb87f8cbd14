"""Which systems the house can listen to, and how: one line for each. Adding one means a folder and a line."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from api import signatures
from intake import outcomes
from intake.generic import translate as generic
from intake.stripe import signature as stripe_signature
from intake.stripe import translate as stripe


@dataclass(frozen=True)
class Arrived:
    """What came through one door: its parsed body and the sender's own id of it."""

    door: str
    ident: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Source:
    """How the messages of one system are verified and understood.

    `verify` takes secrets, headers and the raw body; it returns the message's id, or "" where the body has it,
    and raises for anything that is not from who shares a secret.
    """

    verify: Callable[[Iterable[str], Mapping[str, str], bytes], str]
    apply: Callable[[Arrived, dt.datetime], None]


def ident_in(body: dict[str, Any]) -> str:
    """The id a body names itself; NotUnderstood without one: what cannot be told apart cannot be counted once."""
    found = body.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= 255:
        raise outcomes.NotUnderstood(_("id: the message has none."))
    return found


def _generic(arrived: Arrived, now: dt.datetime) -> None:
    generic.apply(generic.message(arrived.body, arrived.ident, arrived.door, now), now)


def _stripe(arrived: Arrived, now: dt.datetime) -> None:
    stripe.apply(arrived.body, now)


SOURCES: dict[str, Source] = {
    "generic": Source(signatures.verify, _generic),
    "stripe": Source(stripe_signature.verify, _stripe),
}
