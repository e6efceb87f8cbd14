"""Which card pays a contract, and until when it is valid: what billing says of cards, in whatever order.

A card is valid through the last day of its month. That day is kept as its noon in UTC, which is the same day on nearly
every clock on earth. A contract pays with the card that it names itself, else with the one that was last chosen as the
member's usual one, else with the one that came last; a card that was taken away pays nothing.
"""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from members import events, freshness, merging
from members.models import Card, ExternalId, Member, Subscription

REPLACED = "card.replaced"
NOON = dt.time(12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Said:
    """What a provider says of one card at a time (aware); what is None is not said."""

    member: Member
    source: str
    external_id: str
    at: dt.datetime
    ident: str
    expires_at: dt.datetime | None = None
    is_removed: bool | None = None
    is_chosen: bool = False


def last_day(year: int, month: int) -> dt.datetime | None:
    """The last day on which a card of this month is valid, as noon UTC; None for a month that there is not."""
    if not 1 <= month <= 12 or not 1990 <= year <= 2200:
        return None
    return dt.datetime.combine(dt.date(year, month, calendar.monthrange(year, month)[1]), NOON)


def apply(said: Said, now: dt.datetime) -> Card:
    """Merges this into its card, and puts the contracts that it pays right. Repeating it is harmless.

    NotTheirs: the card is another member's.
    """
    with transaction.atomic():
        Member.everybody.select_for_update(no_key=True).get(pk=said.member.pk)
        card = _merged(said)
        rows = Subscription.objects.filter(member=said.member, source=said.source)
        for row in rows.order_by("pk").select_for_update():
            before = row.card_expires_at
            derive(row)
            if row.card_expires_at != before:
                row.save(update_fields=["card_expires_at"])
                freshness.doubt([row.member_id], now)
                events.record_many(replaced(row, said.member, before, said.at), now)
        return card


def derive(row: Subscription) -> None:
    """Sets (unsaved) until when the card that pays this contract is valid; None where the card is not known yet.

    A contract of the house may have been told of its card itself: then the newest word of both counts.
    """
    held = list(Card.objects.filter(member_id=row.member_id, source=row.source))
    if row.source == ExternalId.HOUSE and not _is_newer(held, row.versions.get("card_expires_at", "")):
        return
    is_unknown = row.paid_with and all(card.external_id != row.paid_with for card in held)
    card = None if is_unknown else _paying(row.paid_with, [one for one in held if not one.is_removed])
    row.card_expires_at = card.expires_at if card else None


def replaced(
    row: Subscription, member: Member, before: dt.datetime | None, at: dt.datetime
) -> list[events.Draft]:
    """The event of another card that pays this contract, after one that was valid until `before`: one that is valid
    longer, or of which nothing is known yet but its name."""
    until = row.card_expires_at
    is_longer = until > before if until and before else bool(before and not until and row.paid_with)
    if not is_longer or row.status == Subscription.Status.ENDED:
        return []
    data = {"expires": f"{until:%Y-%m-%d}"} if until else {}
    data |= {"before": f"{before:%Y-%m-%d}"} if before else {}
    key = f"{REPLACED}:{row.pk}:{data.get('expires') or row.paid_with}"
    return [events.Draft(REPLACED, member, at, key[:255], data, row)]


def _merged(said: Said) -> Card:
    card, _is_new = Card.objects.get_or_create(
        source=said.source,
        external_id=said.external_id,
        defaults={"member": said.member, "added_at": said.at},
    )
    if card.member_id != said.member.pk:
        raise merging.NotTheirs(_("This card belongs to another member."))
    told = {"expires_at": said.expires_at, "is_removed": said.is_removed}
    stamp = merging.Stamp(said.at, int(bool(said.is_removed)), said.ident)
    merging.merge(card, {name: value for name, value in told.items() if value is not None}, stamp)
    card.added_at = min(card.added_at, said.at)
    if said.is_chosen:
        card.chosen_at = max(card.chosen_at or said.at, said.at)
    card.save()
    return card


def _is_newer(held: Iterable[Card], told: str) -> bool:
    return any(stamp > told for card in held for stamp in card.versions.values())


def _paying(named: str, held: Iterable[Card]) -> Card | None:
    long_ago = dt.datetime(1, 1, 2, tzinfo=dt.UTC)
    return max(
        held,
        key=lambda card: (
            bool(named) and card.external_id == named,
            card.chosen_at or long_ago,
            card.added_at,
            card.external_id,
        ),
        default=None,
    )
