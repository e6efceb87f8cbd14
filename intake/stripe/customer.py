"""`customer.*`: who Stripe's customers are. The house's own words about a member count; Stripe's fill in till then."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import linking, shapes
from members import adopting, fields, joining, updating
from members.models import ExternalId, Member


def told(event: shapes.StripeEvent, now: dt.datetime) -> Member:
    """`customer.created` and `customer.updated`: ties the customer to its member, or makes a new one, flagged."""
    customer = event.object
    name = shapes.ident(customer)
    if not name:
        raise outcomes.NotUnderstood(_("data.object.id: the customer's id is missing."))
    said = _contact(customer)
    member = linking.known(name, customer.get("metadata"), said.get("email"))
    if member is None:
        member, _is_new = joining.join(_signup(event, name, said), now, source=ExternalId.STRIPE)
    if adopting.is_stranger(member):
        updating.update(member, said, event.at, f"stripe:{event.id}"[:255], now)
    return member


def deleted(_event: shapes.StripeEvent, _now: dt.datetime) -> None:
    """`customer.deleted`: the member stays; contracts end by events of their own."""
    raise outcomes.NotNeeded(_("A customer was deleted at Stripe; the member stays."))


def _signup(event: shapes.StripeEvent, name: str, said: dict[str, str]) -> joining.Signup:
    house = linking.house_id(event.object.get("metadata"))
    ids = {ExternalId.HOUSE: house} if house else {}
    return joining.Signup(
        external_ids={**ids, ExternalId.STRIPE: name[:200]},
        joined_at=shapes.moment(event.object.get("created")) or event.at,
        fields={**said, "source": "stripe"},
        flag=adopting.flag("Stripe"),
        data={"source": "stripe"},
    )


def _contact(customer: shapes.Shape) -> dict[str, str]:
    """Columns of Member; what could not be stored or used is left out rather than holding all of it up."""
    first, _space, last = shapes.text(customer.get("name"), 200).partition(" ")
    said: dict[str, Any] = {
        "email": customer.get("email"),
        "first_name": first,
        "last_name": last,
        "phone": shapes.text(customer.get("phone"), 50),
        "locale": shapes.dig(customer, "preferred_locales", 0),
        "country": shapes.dig(customer, "address", "country"),
    }
    kept: dict[str, str] = {}
    for name, value in said.items():
        form = fields.Contact(data={name: value})
        if value and form.is_valid():
            kept |= form.validated_data
    return kept


def member_of(obj: shapes.Shape, email: Any = "") -> Member:
    """Whose contract, invoice or charge this is. Waits until the customer is known."""
    return linking.needed(shapes.ident(obj.get("customer")), obj.get("metadata"), email)
