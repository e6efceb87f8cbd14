"""Which member a customer of Stripe is: by our id in its metadata, by its own id, or by an address only one has."""

from typing import Any

from django.utils.translation import gettext as _

from intake import outcomes
from intake.stripe import shapes
from members import identity
from members.models import ExternalId, Member


def known(customer: str, metadata: Any, email: Any = "") -> Member | None:
    """The member that is this customer, tied to it from now on; None for nobody known."""
    house = house_id(metadata)
    found = identity.by_external_ids([house]).get(house) if house else None
    found = found or identity.by_external_ids([customer], ExternalId.STRIPE).get(customer)
    found = found or _only_one_at(email)
    if found and customer:
        ExternalId.objects.get_or_create(
            source=ExternalId.STRIPE, value=customer[:200], defaults={"member": found}
        )
    return found


def needed(customer: str, metadata: Any, email: Any = "") -> Member:
    """The same, for what makes no sense without a member. Waits until the customer is known."""
    if not customer and not house_id(metadata):
        raise outcomes.NotNeeded(_("Stripe names no customer for this."))
    found = known(customer, metadata, email)
    if found:
        return found
    sentence = _("No member is known as customer “%(name)s” of Stripe yet.") % {"name": customer}
    if house := house_id(metadata):
        raise outcomes.Waits(ExternalId.HOUSE, house, sentence)
    raise outcomes.Waits(ExternalId.STRIPE, customer[:200], sentence)


def house_id(metadata: Any) -> str:
    """What the house calls the member, where Stripe was told."""
    return shapes.text(shapes.dig(metadata, "external_id"), 200)


def _only_one_at(email: Any) -> Member | None:
    key = identity.email_key(email) if isinstance(email, str) else ""
    found = list(Member.objects.filter(email_key=key)[:2]) if key else []
    return found[0] if len(found) == 1 else None
