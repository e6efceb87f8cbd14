"""A member's money: which plans at which prices, since when, what was paid in all, and how long that has gone on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from mail import wording
from members import contract_facts, lifetimes
from members.models import Member, Span, Subscription


@dataclass(frozen=True)
class Line:
    """One stretch of a contract in words, `until` exclusive; `note` is what cannot be read from its price."""

    text: str
    note: str
    since: dt.datetime
    until: dt.datetime | None


@dataclass(frozen=True)
class Money:
    """All of it; `days` are those on trial or paid for since the last beginning, `card` the last month of the card."""

    lines: list[Line]
    price_since: dt.datetime | None
    per_month: list[str]
    paid: list[str]
    days: int
    returns: int
    card: str = ""

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.lines or self.paid)


def of(member: Member, now: dt.datetime) -> Money:
    """The member's money as of `now` (aware), in three queries."""
    spans = list(member.spans.select_related("plan").order_by("-starts_at", "-pk"))
    here = [span for span in spans if span.starts_at <= now and (span.ends_at is None or now < span.ends_at)]
    lives = lifetimes.joined(lifetimes.Life(span.starts_at, span.ends_at) for span in spans)
    paid = contract_facts.paid([member.pk]).get(member.pk, {})
    return Money(
        lines=[_line(span) for span in spans],
        price_since=_price_since(here[0], spans) if here and here[0].amount is not None else None,
        per_month=amounts(_per_month(here)),
        paid=amounts(paid),
        days=lifetimes.served(spans, now),
        returns=max(0, len(lives) - 1),
        card=_card(member),
    )


def _card(member: Member) -> str:
    live = member.subscriptions.exclude(status=Subscription.Status.ENDED).exclude(card_expires_at=None)
    until = live.order_by("card_expires_at").values_list("card_expires_at", flat=True).first()
    return wording.month(until.date(), translation.get_language() or "en") if until else ""


def _line(span: Span) -> Line:
    named = [span.plan.name] if span.plan else []
    price = [_price(span)] if span.amount is not None and span.currency else []
    note = str(Span.Kind(span.kind).label) if span.kind != Span.Kind.PAID else ""
    return Line(", ".join(named + price) or _("Price unknown"), note, span.starts_at, span.ends_at)


def _price(span: Span) -> str:
    language = translation.get_language() or "en"
    return wording.price(span.amount or 0, span.currency, span.interval, span.interval_count, language)


def _price_since(here: Span, spans: Sequence[Span]) -> dt.datetime:
    """When the price of today began: trials and pauses in between do not count as another."""
    since = here.starts_at
    for span in spans:
        if span.subscription_id == here.subscription_id and span.starts_at < since:
            if span.ends_at != since or _terms(span) != _terms(here):
                break
            since = span.starts_at
    return since


def _terms(span: Span) -> tuple[object, ...]:
    return span.amount, span.currency, span.interval, span.interval_count


def _per_month(spans: Sequence[Span]) -> dict[str, int]:
    found: dict[str, int] = {}
    for span in spans:
        if span.mrr:
            found[span.currency] = found.get(span.currency, 0) + span.mrr
    return found


def amounts(money: dict[str, int]) -> list[str]:
    """Minor units by currency as people read them, one text for each currency."""
    language = translation.get_language() or "en"
    return [wording.money(amount, currency, language) for currency, amount in sorted(money.items())]
