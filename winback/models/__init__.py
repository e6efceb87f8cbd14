"""The tables of leaving and returning: offers, and those made to members."""

from winback.models.offer import MadeOffer, Offer, OfferWords

__all__ = ["MadeOffer", "Offer", "OfferWords"]
